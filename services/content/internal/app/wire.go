package app

import (
	"context"
	"net/http"
	"os"
	"strconv"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/docs"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/content/internal/config"
	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
	"github.com/dailyfeed/dailyfeed/services/content/internal/httpapi"
	"github.com/dailyfeed/dailyfeed/services/content/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/services/content/internal/pagecache"
	"github.com/dailyfeed/dailyfeed/services/content/internal/publisher"
	"github.com/dailyfeed/dailyfeed/services/content/internal/readconsumer"
	"github.com/dailyfeed/dailyfeed/support/activityapi"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/memberdirectory"
	"github.com/dailyfeed/dailyfeed/support/metrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/kafkametrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/lettermetrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/listenermetrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/namemetrics"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

// service is content, put together.
type service struct {
	registry    *prometheus.Registry
	clients     serviceclient.Clients
	tracing     *telemetry.Tracing
	calls       *metrics.Calls
	pool        *mysql.Pool
	redis       *rediscache.Client
	producer    *kafka.Producer // nil where events go by calls
	topics      *topics         // nil as well
	store       *mysqlstore.Store
	pages       *pagecache.Pages
	book        *mysql.AnswerBook
	letters     *lettermetrics.Letters
	deadLetters *deadletter.Store
	publisher   *deadletter.Publisher
	drain       *deadletter.Drain
	keys        *auth.KeySet
	reads       *kafka.Consumer // nil without Kafka
	readLetters mysqlstore.LetterBox
	readDrain   *readconsumer.Drain
	unapplied   *listenermetrics.Letters
	server      *httpserver.Server
}

func wire(cfg config.Config) (s *service, err error) {
	s = &service{registry: metrics.NewRegistry("content")}
	s.calls, s.unapplied = metrics.NewCalls(s.registry), listenermetrics.New(s.registry)
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
	if err := s.openEvents(cfg); err != nil {
		return s, err
	}
	return s, s.openServer(cfg)
}

func (s *service) close() {
	s.clients.Close()
	if s.topics != nil {
		s.topics.close()
	}
	if s.producer != nil {
		s.producer.Close()
	}
	if s.redis != nil {
		_ = s.redis.Close() // nothing is written on closing
	}
	if s.pool != nil {
		s.pool.Close()
	}
}

func (s *service) openTraces(cfg config.Config) (err error) {
	if s.tracing, err = telemetry.Open(cfg.Tracing, "content", process.Build().Tag); err != nil {
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
	metrics.WatchSQL(s.registry, s.pool.SQL(), "content")
	s.redis, err = rediscache.Open(rediscache.Config{Addr: cfg.RedisAddr, Password: cfg.RedisPassword.Reveal(), DB: cfg.RedisDB, Now: now, Trace: s.tracing.Store("redis")})
	if err != nil {
		return err
	}
	metrics.WatchRedis(s.registry, s.redis)
	s.store = mysqlstore.New(s.pool)
	s.pages = pagecache.New(s.redis, s.registry)
	s.book = mysql.NewAnswerBook(s.pool, mysqlstore.AnswerTable, now)
	return nil
}

func (s *service) openEvents(cfg config.Config) error {
	broker, err := s.openBroker(cfg)
	if err != nil {
		return err
	}
	s.letters = lettermetrics.New(s.registry)
	s.deadLetters = deadletter.NewStore(s.pool, "content", processName(), now)
	s.publisher = deadletter.NewPublisher(s.deadLetters, broker, s.letters, deadletter.PublisherConfig{})
	s.drain = deadletter.NewDrain(s.deadLetters, broker, s.letters)
	return s.openReads(cfg)
}

// openBroker opens the way of events: Kafka, or calls to activity.
func (s *service) openBroker(cfg config.Config) (broker deadletter.Broker, err error) {
	if cfg.PublishesByHTTP() {
		return activityapi.New(cfg.ActivityURL.Base(), s.activityClient(cfg), cfg.InternalToken.Reveal()), nil
	}
	spec := kafka.TopicSpec{Partitions: cfg.TopicPartitions}
	var acks kafka.Acks
	if err := acks.UnmarshalText([]byte(cfg.KafkaAcks)); err != nil {
		return nil, err
	}
	s.producer, err = kafka.NewProducer(kafka.ProducerConfig{Bootstrap: bootstrap(cfg), ClientID: "content", Acks: acks, Topics: spec, Trace: s.tracing.Sends()})
	if err != nil {
		return nil, err
	}
	s.topics, err = openTopics(cfg, spec)
	return s.producer, err
}

// openReads opens what takes the views of posts from Kafka.
func (s *service) openReads(cfg config.Config) (err error) {
	s.readLetters = mysqlstore.LetterBox{Store: s.store, Now: now}
	s.readDrain = &readconsumer.Drain{Reads: pagecache.Reads{ReadStore: s.store, Pages: s.pages}, Letters: s.readLetters, Now: now}
	if len(cfg.KafkaBootstrapServers) == 0 {
		return nil
	}
	reads := &readconsumer.Consumer{Reads: pagecache.Reads{ReadStore: s.store, Pages: s.pages}, Letters: s.readLetters, Now: now}
	s.reads, err = kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: bootstrap(cfg), ClientID: "content", Group: readconsumer.Group, Prefix: cfg.TopicPrefix,
		HandleBatch: reads.HandleBatch, Observer: kafkametrics.New(s.registry, readconsumer.Group), Trace: s.tracing.Receipts(readconsumer.Group),
	})
	return err
}

func (s *service) openServer(cfg config.Config) (err error) {
	names, tokens, published := s.memberClients(cfg)
	s.keys = auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: cfg.JWKSURL, Client: published}, Now: now})
	member := auth.MemberAPI{BaseURL: cfg.MemberURL.Base(), InternalToken: cfg.InternalToken.Reveal(), Client: tokens}
	migrations, err := mysqlstore.Migrations()
	if err != nil {
		return err
	}
	s.server, err = httpserver.New(httpserver.Config{
		Settings:     cfg.Settings,
		Service:      "content",
		Authenticate: auth.NewVerifier(auth.Config{Keys: s.keys, Revocations: s.redis, Introspector: member, DeadSessions: member, Now: now}),
		Caller:       auth.CallerID,
		Book:         s.book,
		Unavailable:  mysql.IsUnavailable,
		Ready: map[string]func(ctx context.Context) error{
			"signing keys": s.keys.Loaded,
			"mysql":        func(ctx context.Context) error { return s.pool.Migrated(ctx, migrations, mysqlstore.VersionTable) },
		},
		Enrich:     serviceclient.PassOn(httpserver.RequestID, httpserver.TraceParent),
		Trace:      s.tracing.Requests(),
		Live:       map[string]func(ctx context.Context) error{"mysql pool": s.pool.Live},
		Registerer: s.registry,
		Document:   contentrest.Document(),
		Docs:       docs.Page("/openapi.json"),
	})
	if err != nil {
		return err
	}
	api, err := s.api(cfg, names)
	if err != nil {
		return err
	}
	api.Mount(s.server)
	return nil
}

func (s *service) api(cfg config.Config, client *http.Client) (*httpapi.API, error) {
	zone, err := wallclock.Load(cfg.TimeZone)
	if err != nil {
		return nil, err
	}
	recorder := &publisher.Recorder{
		Outbox: s.publisher, NewID: newEventID, TopicPrefix: cfg.TopicPrefix, Traceparent: httpserver.TraceParent,
	}
	facts := pagecache.Facts{Log: recorder, Pages: s.pages, Transaction: s.pool}
	member := memberrest.NewClient(cfg.MemberURL.Base(), client, rest.InternalToken(cfg.InternalToken.Reveal()))
	return &httpapi.API{
		Posts:    content.NewPostService(s.store, facts, now),
		Comments: content.NewCommentService(s.store, facts, now),
		States:   s.store,
		Authors:  authors{memberdirectory.New(s.redis, member, namemetrics.New(s.registry), now)},
		Caller:   func(ctx context.Context) content.MemberID { return content.MemberID(auth.CallerID(ctx)) },
		Zone:     zone,
	}, nil
}

// memberClients call member through limiter, breaker and retries. Questions
// about tokens have a client of their own: while Redis is away every request
// asks one, and names must not use up their limit. Keys
// are fetched by a loop that has pauses of its own.
func (s *service) memberClients(cfg config.Config) (names, tokens, keys *http.Client) {
	many := serviceclient.Critical()
	many.Limiter.PerSecond = tokensPerSecond
	names = s.clients.New(serviceclient.Config{Target: "member", Addresses: cfg.MemberURL, Profile: serviceclient.Critical(), Now: now, Observer: s.calls, Trace: s.tracing.Calls("member")})
	tokens = s.clients.New(serviceclient.Config{Target: "member-tokens", Addresses: cfg.MemberURL, Profile: many, Now: now, Observer: s.calls, Trace: s.tracing.Calls("member-tokens")})
	keys = s.clients.New(serviceclient.Config{Target: "member-keys", Addresses: cfg.MemberURL, Profile: serviceclient.Polling(), Now: now, Observer: s.calls, Trace: s.tracing.Calls("member-keys")})
	return names, tokens, keys
}

// activityClient calls activity where events go by calls.
func (s *service) activityClient(cfg config.Config) *http.Client {
	return s.clients.New(serviceclient.Config{Target: "activity", Addresses: cfg.ActivityURL, Profile: serviceclient.Bulk(), Now: now, Observer: s.calls, Trace: s.tracing.Calls("activity")})
}

// tokensPerSecond is above what one replica serves.
const tokensPerSecond = 5000

// authors adapts the fleet's directory to this service's wire.
type authors struct{ directory *memberdirectory.Directory }

// FindAuthor implements httpapi.Authors.
func (a authors) FindAuthor(ctx context.Context, member content.MemberID) httpapi.Author {
	signature := a.directory.Find(ctx, int64(member))[int64(member)]
	return httpapi.Author{Name: signature.Name, Handle: signature.Handle, AvatarURL: signature.AvatarURL}
}

// newEventID is a UUIDv7: sorted by time, so that inserts go to the end of the index.
func newEventID() string { return uuid.Must(uuid.NewV7()).String() }

// processName names this process in leases.
func processName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + "/" + strconv.Itoa(os.Getpid()) + "/" + newEventID()[:8]
}
