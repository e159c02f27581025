package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/docs"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/activityconsumer"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/config"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/feed"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/httpapi"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/memberapi"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/mysqlreader"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/readevents"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/memberdirectory"
	"github.com/dailyfeed/dailyfeed/support/metrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/kafkametrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/listenermetrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/mongometrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/namemetrics"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/pagination"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

// service is timeline, put together.
type service struct {
	registry *prometheus.Registry
	clients  serviceclient.Clients
	tracing  *telemetry.Tracing
	pool     *mysql.Pool
	redis    *rediscache.Client
	mongo    *mongo.Client
	producer *kafka.Producer
	topics   *kafka.Admin

	topicPrefix string
	topicSpec   kafka.TopicSpec

	member     *http.Client
	published  *http.Client // member's keys
	feeds      *feed.Store
	follows    *memberapi.Follows
	letters    *listenerletter.Box
	unapplied  *listenermetrics.Letters
	reads      *readevents.Emitter
	consumer   *activityconsumer.Consumer
	activities *kafka.Consumer
	keys       *auth.KeySet
	verifier   *auth.Verifier
	shelf      *feed.Shelf
	server     *httpserver.Server
}

func wire(cfg config.Config) (s *service, err error) {
	s = &service{
		registry: metrics.NewRegistry("timeline"), topicPrefix: cfg.TopicPrefix,
		topicSpec: kafka.TopicSpec{Partitions: cfg.TopicPartitions},
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if err := s.openTraces(cfg); err != nil {
		return s, err
	}
	if err := s.openStores(cfg); err != nil {
		return s, err
	}
	if err := s.openMember(cfg); err != nil {
		return s, err
	}
	if err := s.openEvents(cfg); err != nil {
		return s, err
	}
	return s, s.openServer(cfg)
}

func (s *service) close() {
	s.clients.Close()
	if s.topics != nil {
		s.topics.Close()
	}
	if s.producer != nil {
		s.producer.Close()
	}
	if s.mongo != nil {
		_ = s.mongo.Close() // nothing is written on closing
	}
	if s.redis != nil {
		_ = s.redis.Close() // the same
	}
	if s.pool != nil {
		s.pool.Close()
	}
}

func (s *service) openTraces(cfg config.Config) (err error) {
	if s.tracing, err = telemetry.Open(cfg.Tracing, "timeline", process.Build().Tag); err != nil {
		return err
	}
	metrics.WatchTraces(s.registry, s.tracing)
	return nil
}

func (s *service) openStores(cfg config.Config) (err error) {
	s.pool, err = mysql.Open(mysql.Config{DSN: cfg.MySQLDSN.Reveal(), MaxOpen: cfg.MySQLMaxConnections, OpenDB: s.tracing.SQL()})
	if err != nil {
		return err
	}
	metrics.WatchSQL(s.registry, s.pool.SQL(), "timeline")
	s.redis, err = rediscache.Open(rediscache.Config{Addr: cfg.RedisAddr, Password: cfg.RedisPassword.Reveal(), DB: cfg.RedisDB, Now: now, Trace: s.tracing.Store("redis")})
	if err != nil {
		return err
	}
	metrics.WatchRedis(s.registry, s.redis)
	s.mongo, err = mongo.Open(mongo.Config{URI: cfg.MongoDBURI.Reveal(), Database: cfg.MongoDBDatabase, AppName: "timeline", Trace: s.tracing.Store("mongodb")})
	if err != nil {
		return err
	}
	mongometrics.Watch(s.registry, s.mongo)
	s.feeds = feed.NewStore(s.redis, feed.NewMetrics(s.registry), now)
	s.shelf = feed.NewShelf(s.feeds, s.redis, httpapi.WireVariant(cfg.TimeZone))
	s.letters = listenerletter.NewBox(s.mongo, activityconsumer.Group, now)
	s.unapplied = listenermetrics.New(s.registry)
	return nil
}

func (s *service) openMember(cfg config.Config) (err error) {
	calls := metrics.NewCalls(s.registry)
	s.member = s.clients.New(serviceclient.Config{Target: "member", Addresses: cfg.MemberURL, Profile: serviceclient.Critical(), Now: now, Observer: calls, Trace: s.tracing.Calls("member")})
	s.published = s.clients.New(serviceclient.Config{Target: "member-keys", Addresses: cfg.MemberURL, Profile: serviceclient.Polling(), Now: now, Observer: calls, Trace: s.tracing.Calls("member-keys")})
	s.follows, err = memberapi.NewFollows(s.memberAPI(cfg))
	return err
}

func (s *service) memberAPI(cfg config.Config) *memberrest.Client {
	return memberrest.NewClient(cfg.MemberURL.Base(), s.member, rest.InternalToken(cfg.InternalToken.Reveal()))
}

func (s *service) openEvents(cfg config.Config) (err error) {
	var acks kafka.Acks
	if err := acks.UnmarshalText([]byte(cfg.KafkaAcks)); err != nil {
		return err
	}
	s.producer, err = kafka.NewProducer(kafka.ProducerConfig{
		Bootstrap: bootstrap(cfg), ClientID: "timeline", Acks: acks, Topics: s.topicSpec, Trace: s.tracing.Sends(),
	})
	if err != nil {
		return err
	}
	if s.topics, err = kafka.NewAdmin(kafka.AdminConfig{Bootstrap: bootstrap(cfg), ClientID: "timeline"}); err != nil {
		return err
	}
	s.reads = readevents.New(readevents.Config{
		Producer: s.producer, Metrics: readevents.NewMetrics(s.registry), NewID: newEventID, TopicPrefix: cfg.TopicPrefix, Queue: cfg.ReadQueue,
	})
	s.consumer = &activityconsumer.Consumer{
		Feeds: s.feeds, Pages: s.shelf, Names: memberdirectory.NewInvalidator(s.redis, now), Followers: s.follows, Ledger: feed.NewLedger(s.redis), Letters: s.letters,
		Metrics: activityconsumer.NewMetrics(s.registry), FanOutLimit: cfg.FeedFanoutLimit, Now: now,
	}
	s.activities, err = kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: bootstrap(cfg), ClientID: "timeline", Group: activityconsumer.Group, Prefix: cfg.TopicPrefix,
		Handle: s.consumer.Handle, Observer: kafkametrics.New(s.registry, activityconsumer.Group), Trace: s.tracing.Receipts(activityconsumer.Group),
	})
	return err
}

// retry applies a record that is among the dead letters. What can still not be
// decoded is refused; other failures are of stores and neighbours, and count as no
// try.
func (s *service) retry(ctx context.Context, message kafka.Message) error {
	event, err := activityrecord.Decode(message.Value)
	if err != nil {
		return listenerletter.Refused(fmt.Errorf("decode letter: %w", err))
	}
	return s.consumer.Apply(ctx, event)
}

func (s *service) openServer(cfg config.Config) (err error) {
	s.keys = auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: cfg.JWKSURL, Client: s.published}, Now: now})
	member := auth.MemberAPI{BaseURL: cfg.MemberURL.Base(), InternalToken: cfg.InternalToken.Reveal(), Client: s.member}
	s.verifier = auth.NewVerifier(auth.Config{Keys: s.keys, Revocations: s.redis, Introspector: member, DeadSessions: member, Now: now})
	s.server, err = httpserver.New(httpserver.Config{
		Settings:     cfg.Settings,
		Service:      "timeline",
		Authenticate: s.verifier,
		Caller:       auth.CallerID,
		Unavailable:  mysql.IsUnavailable,
		Enrich:       serviceclient.PassOn(httpserver.RequestID, httpserver.TraceParent),
		Trace:        s.tracing.Requests(),
		Ready:        map[string]func(ctx context.Context) error{"mysql or redis": s.canRead, "signing keys": s.keys.Loaded},
		Live:         map[string]func(ctx context.Context) error{"mysql pool": s.pool.Live},
		Registerer:   s.registry,
		Document:     timelinerest.Document(),
		Docs:         docs.Page("/openapi.json"),
	})
	if err != nil {
		return err
	}
	api, err := s.api(cfg)
	if err != nil {
		return err
	}
	api.Mount(s.server)
	return nil
}

// canRead fails where neither store answers.
func (s *service) canRead(ctx context.Context) error {
	fromRedis := s.redis.Ping(ctx) // first: it fails within a fraction of a second
	if fromRedis == nil {
		return nil
	}
	if fromMySQL := s.pool.Ping(ctx); fromMySQL != nil {
		return errors.Join(fromRedis, fromMySQL)
	}
	return nil
}

func (s *service) api(cfg config.Config) (*httpapi.API, error) {
	zone, err := wallclock.Load(cfg.TimeZone)
	if err != nil {
		return nil, err
	}
	key, err := cfg.CursorKeyBytes()
	if err != nil {
		return nil, err
	}
	cursors, err := pagination.NewSealer(key)
	if err != nil {
		return nil, err
	}
	reader := mysqlreader.New(s.pool, now)
	authors := memberapi.NewAuthors(memberdirectory.New(s.redis, s.memberAPI(cfg), namemetrics.New(s.registry), now))
	bylines, err := httpapi.NewBylines(authors, now)
	if err != nil {
		return nil, err
	}
	api := &httpapi.API{
		Proving:  s.verifier.Prover(),
		ProofOf:  proofOf,
		Bylines:  bylines,
		Posts:    timeline.NewPostService(reader, authors, now),
		Comments: timeline.NewCommentService(reader, authors, now),
		Home: timeline.NewHomeService(timeline.HomePorts{
			Posts: reader, Index: reader, Feeds: s.feeds, Graph: s.follows, Gate: feed.NewGate(cfg.FeedBuilds), Authors: authors,
		}),
		Reads:   s.reads,
		Caller:  func(ctx context.Context) timeline.MemberID { return timeline.MemberID(auth.CallerID(ctx)) },
		Cursors: cursors,
		Zone:    zone,
	}
	api.Pages = &timeline.HomePages{Shelf: s.shelf, Posts: reader, Likes: reader, Encode: api.Encode}
	return api, nil
}

// proofOf is what the route's authenticator left in ctx.
func proofOf(ctx context.Context) httpapi.Proof {
	pending, ok := auth.PendingFrom(ctx)
	if !ok {
		panic("app: a route without Proving settles a proof") //nolint:forbidigo // a mistake of the program; the request fails
	}
	return pending
}

// newEventID is a UUIDv7.
func newEventID() string { return uuid.Must(uuid.NewV7()).String() }
