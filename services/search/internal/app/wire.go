package app

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/docs"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/activityconsumer"
	"github.com/dailyfeed/dailyfeed/services/search/internal/config"
	"github.com/dailyfeed/dailyfeed/services/search/internal/contentapi"
	"github.com/dailyfeed/dailyfeed/services/search/internal/httpapi"
	"github.com/dailyfeed/dailyfeed/services/search/internal/memberapi"
	"github.com/dailyfeed/dailyfeed/services/search/internal/mongostore"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/services/search/internal/timelineapi"
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
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
)

const (
	// deadline of a request (spec 12).
	deadline = 15 * time.Second
	// tokensPerSecond is above what one replica serves.
	tokensPerSecond = 5000
)

// service is search, put together.
type service struct {
	registry   *prometheus.Registry
	clients    serviceclient.Clients
	tracing    *telemetry.Tracing
	mongo      *mongo.Client
	redis      *rediscache.Client
	store      *mongostore.Store
	letters    *listenerletter.Box
	unapplied  *listenermetrics.Letters
	consumer   *activityconsumer.Consumer
	activities *kafka.Consumer
	rebuilder  *search.Rebuilder
	keys       *auth.KeySet
	server     *httpserver.Server
}

func wire(cfg config.Config) (s *service, err error) {
	s = &service{registry: metrics.NewRegistry("search")}
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
	if s.mongo != nil {
		_ = s.mongo.Close() // nothing is written on closing
	}
	if s.redis != nil {
		_ = s.redis.Close() // the same
	}
}

func (s *service) openTraces(cfg config.Config) (err error) {
	if s.tracing, err = telemetry.Open(cfg.Tracing, "search", process.Build().Tag); err != nil {
		return err
	}
	metrics.WatchTraces(s.registry, s.tracing)
	return nil
}

func (s *service) openStores(cfg config.Config) (err error) {
	if s.mongo, err = openMongo(cfg, s.tracing); err != nil {
		return err
	}
	mongometrics.Watch(s.registry, s.mongo)
	s.redis, err = rediscache.Open(rediscache.Config{Addr: cfg.RedisAddr, Password: cfg.RedisPassword.Reveal(), DB: cfg.RedisDB, Now: now, Trace: s.tracing.Store("redis")})
	if err != nil {
		return err
	}
	metrics.WatchRedis(s.registry, s.redis)
	s.store = mongostore.New(s.mongo, now)
	s.letters = listenerletter.NewBox(s.mongo, cfg.ConsumerGroup, now)
	s.unapplied = listenermetrics.New(s.registry)
	return nil
}

func (s *service) openEvents(cfg config.Config) (err error) {
	s.consumer = &activityconsumer.Consumer{
		Projection: s.store, Letters: s.letters, Metrics: activityconsumer.NewMetrics(s.registry), Now: now,
	}
	s.activities, err = kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: bootstrap(cfg), ClientID: "search", Group: cfg.ConsumerGroup, Prefix: cfg.TopicPrefix,
		HandleBatch: s.consumer.HandleBatch, Observer: kafkametrics.New(s.registry, cfg.ConsumerGroup), Trace: s.tracing.Receipts(cfg.ConsumerGroup),
	})
	return err
}

func (s *service) openServer(cfg config.Config) (err error) {
	calls := metrics.NewCalls(s.registry)
	// Questions about tokens have a client of their own: while Redis is away every
	// request asks one, and other questions must not use up their limit.
	many := serviceclient.Critical()
	many.Limiter.PerSecond = tokensPerSecond
	tokens := s.clientOf(cfg.MemberURL, "member-tokens", many, calls)
	published := s.clientOf(cfg.MemberURL, "member-keys", serviceclient.Polling(), calls)
	s.keys = auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: cfg.JWKSURL, Client: published}, Now: now})
	member := auth.MemberAPI{BaseURL: cfg.MemberURL.Base(), InternalToken: cfg.InternalToken.Reveal(), Client: tokens}
	s.server, err = httpserver.New(httpserver.Config{
		Settings:     cfg.Settings,
		Service:      "search",
		Deadline:     deadline,
		Authenticate: auth.NewVerifier(auth.Config{Keys: s.keys, Revocations: s.redis, Introspector: member, DeadSessions: member, Now: now}),
		Caller:       auth.CallerID,
		Unavailable:  mongo.IsUnavailable,
		Ready:        map[string]func(ctx context.Context) error{"mongodb": s.hasIndexes, "signing keys": s.keys.Loaded},
		Enrich:       serviceclient.PassOn(httpserver.RequestID, httpserver.TraceParent),
		Trace:        s.tracing.Requests(),
		Registerer:   s.registry,
		Document:     searchrest.Document(),
		Docs:         docs.Page("/openapi.json"),
	})
	if err != nil {
		return err
	}
	s.api(cfg, calls).Mount(s.server)
	return nil
}

func (s *service) api(cfg config.Config, calls serviceclient.Observer) *httpapi.API {
	fleet := rest.InternalToken(cfg.InternalToken.Reveal())
	memberClient := memberrest.NewClient(cfg.MemberURL.Base(), s.clientOf(cfg.MemberURL, "member", serviceclient.Critical(), calls), fleet)
	timelineClient := s.clientOf(cfg.TimelineURL, "timeline", serviceclient.Critical(), calls)
	contentClient := contentrest.NewClient(cfg.ContentURL.Base(), s.clientOf(cfg.ContentURL, "content", serviceclient.Default(), calls), fleet)
	s.rebuilder = search.NewRebuilder(contentapi.New(contentClient), s.store, s.store)

	members := memberapi.New(memberClient)
	livePosts := timelineapi.NewPosts(timelinerest.NewClient(cfg.TimelineURL.Base(), timelineClient))
	liveComments := timelineapi.NewComments(cfg.TimelineURL.Base(), timelineClient, cfg.InternalToken.Reveal())
	engine := search.NewEngine(s.store, now)
	return &httpapi.API{
		Posts:    search.NewPostService(engine, members, livePosts, now),
		Comments: search.NewCommentService(engine, members, liveComments, now),
		Counts:   search.NewCountService(livePosts, liveComments, members),
		Authors:  authors{memberdirectory.New(s.redis, memberClient, namemetrics.New(s.registry), now)},
	}
}

// clientOf calls a neighbour through limiter, breaker and retries.
func (s *service) clientOf(at serviceclient.Addresses, target string, profile serviceclient.Profile, observer serviceclient.Observer) *http.Client {
	return s.clients.New(serviceclient.Config{Target: target, Addresses: at, Profile: profile, Now: now, Observer: observer, Trace: s.tracing.Calls(target)})
}

// authors adapts the fleet's directory to this service's wire.
type authors struct{ directory *memberdirectory.Directory }

// FindAuthors implements httpapi.Authors.
func (a authors) FindAuthors(ctx context.Context, members []search.MemberID) map[search.MemberID]httpapi.Author {
	ids := make([]int64, len(members))
	for i, id := range members {
		ids[i] = int64(id)
	}
	found := make(map[search.MemberID]httpapi.Author, len(members))
	for id, signature := range a.directory.Find(ctx, ids...) {
		found[search.MemberID(id)] = httpapi.Author{Name: signature.Name, Handle: signature.Handle}
	}
	return found
}
