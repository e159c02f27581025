package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/docs"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/config"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/eventconsumer"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/httpapi"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/memberapi"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/mongostore"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/redismarks"
	"github.com/dailyfeed/dailyfeed/services/activity/internal/redistickets"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/listenerletter"
	"github.com/dailyfeed/dailyfeed/support/memberdirectory"
	"github.com/dailyfeed/dailyfeed/support/metrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/kafkametrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/mongometrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/namemetrics"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/pagination"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

// service is activity, put together.
type service struct {
	registry  *prometheus.Registry
	clients   serviceclient.Clients
	tracing   *telemetry.Tracing
	metrics   *serviceMetrics
	mongo     *mongo.Client
	redis     *rediscache.Client
	store     *mongostore.Store
	letters   *listenerletter.Box
	records   *activity.RecordService
	events    *eventconsumer.Consumer
	consumer  *kafka.Consumer
	hub       *activity.Hub
	keys      *auth.KeySet
	server    *httpserver.Server
	retention time.Duration
}

func wire(cfg config.Config) (s *service, err error) {
	s = &service{registry: metrics.NewRegistry("activity"), retention: cfg.ActivityRetention}
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

// close closes the pools; nothing is written on closing.
func (s *service) close() {
	s.clients.Close()
	if s.redis != nil {
		_ = s.redis.Close()
	}
	if s.mongo != nil {
		_ = s.mongo.Close()
	}
}

func openMongo(cfg config.Config, tracing *telemetry.Tracing) (*mongo.Client, error) {
	return mongo.Open(mongo.Config{
		URI: cfg.MongoDBURI.Reveal(), Database: cfg.MongoDBDatabase, AppName: "activity", MaxPool: cfg.MongoDBMaxConnections,
		Trace: tracing.Store("mongodb"),
	})
}

func (s *service) openTraces(cfg config.Config) (err error) {
	if s.tracing, err = telemetry.Open(cfg.Tracing, "activity", process.Build().Tag); err != nil {
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
	s.metrics = newMetrics(s.registry)
	s.store = mongostore.New(s.mongo, now)
	s.letters = listenerletter.NewBox(s.mongo, eventconsumer.Group, now)
	s.records = activity.NewRecordService(s.store, eventconsumer.KeyOf, now)
	return nil
}

func (s *service) openEvents(cfg config.Config) (err error) {
	s.events = &eventconsumer.Consumer{
		Recorder: s.records, Marks: redismarks.New(s.redis), Letters: s.letters, Observer: s.metrics,
	}
	s.consumer, err = kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: strings.Join(cfg.KafkaBootstrapServers, ","), ClientID: "activity",
		Group: eventconsumer.Group, Prefix: cfg.TopicPrefix,
		HandleBatch: s.events.HandleBatch, Observer: kafkametrics.New(s.registry, eventconsumer.Group), Trace: s.tracing.Receipts(eventconsumer.Group),
	})
	return err
}

func (s *service) openServer(cfg config.Config) (err error) {
	calls, tokens, published := s.memberClients(cfg)
	s.keys = auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: cfg.JWKSURL, Client: published}, Now: now})
	member := auth.MemberAPI{BaseURL: cfg.MemberURL.Base(), InternalToken: cfg.InternalToken.Reveal(), Client: tokens}
	verifier := auth.NewVerifier(auth.Config{Keys: s.keys, Revocations: s.redis, Introspector: member, DeadSessions: member, Now: now})
	gate := ticketGate{verifier: verifier, tickets: redistickets.New(s.redis)}
	s.server, err = httpserver.New(httpserver.Config{
		Settings:     cfg.Settings,
		Service:      "activity",
		Authenticate: gate,
		Caller:       auth.CallerID,
		Book:         rediscache.NewAnswerBook(s.redis, "activity:idempotency:", 0),
		Unavailable:  mongo.IsUnavailable,
		Ready: map[string]func(ctx context.Context) error{
			"signing keys": s.keys.Loaded,
			"mongodb":      s.hasIndexes,
		},
		Enrich:     serviceclient.PassOn(httpserver.RequestID, httpserver.TraceParent),
		Trace:      s.tracing.Requests(),
		Registerer: s.registry,
		Document:   activityrest.Document(),
		Docs:       docs.Page("/openapi.json"),
	})
	if err != nil {
		return err
	}
	api, err := s.api(cfg, calls)
	if err != nil {
		return err
	}
	api.Tickets, api.StillValid = gate.tickets, gate.isStillValid
	api.Mount(s.server)
	return nil
}

func (s *service) api(cfg config.Config, client *http.Client) (*httpapi.API, error) {
	zone, err := wallclock.Load(cfg.TimeZone)
	if err != nil {
		return nil, err
	}
	cursors, err := pagination.NewSealer(cfg.SealingKey())
	if err != nil {
		return nil, err
	}
	member := memberrest.NewClient(cfg.MemberURL.Base(), client, rest.InternalToken(cfg.InternalToken.Reveal()))
	followed := activity.NewFollowedService(memberapi.NewFollowings(s.redis, member, now), s.store, s.store, now)
	s.hub = activity.NewHub(s.store, now, cfg.MaxStreams)
	s.metrics.watchStreams(s.registry, s.hub)
	return &httpapi.API{
		Records:  s.records,
		History:  activity.NewHistoryService(s.store),
		Followed: followed,
		Streams:  activity.NewStreamService(followed, s.store, s.hub),
		Events:   s.events,
		Names:    names{memberdirectory.New(s.redis, member, namemetrics.New(s.registry), now)},
		Caller:   func(ctx context.Context) activity.MemberID { return activity.MemberID(auth.CallerID(ctx)) },
		Cursors:  cursors,
		Zone:     zone,
	}, nil
}

// memberClients call member through limiter, breaker and retries. Questions
// about tokens have a client of their own: while Redis is away every request
// asks one, and lists must not use up their limit. Keys
// are fetched by a loop that has pauses of its own.
func (s *service) memberClients(cfg config.Config) (lists, tokens, keys *http.Client) {
	observer := metrics.NewCalls(s.registry)
	many := serviceclient.Critical()
	many.Limiter.PerSecond = tokensPerSecond
	lists = s.clients.New(serviceclient.Config{Target: "member", Addresses: cfg.MemberURL, Profile: serviceclient.Critical(), Now: now, Observer: observer, Trace: s.tracing.Calls("member")})
	tokens = s.clients.New(serviceclient.Config{Target: "member-tokens", Addresses: cfg.MemberURL, Profile: many, Now: now, Observer: observer, Trace: s.tracing.Calls("member-tokens")})
	keys = s.clients.New(serviceclient.Config{Target: "member-keys", Addresses: cfg.MemberURL, Profile: serviceclient.Polling(), Now: now, Observer: observer, Trace: s.tracing.Calls("member-keys")})
	return lists, tokens, keys
}

// tokensPerSecond is above what one replica serves.
const tokensPerSecond = 5000

// names adapts the fleet's directory to this service's wire.
type names struct{ directory *memberdirectory.Directory }

// namesWithin bounds the wait for names: a list is worth more than they are.
const namesWithin = 2 * time.Second

// FindNames implements httpapi.Names.
func (n names) FindNames(ctx context.Context, members []activity.MemberID) map[activity.MemberID]httpapi.Name {
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	ids := make([]int64, len(members))
	for i, member := range members {
		ids[i] = int64(member)
	}
	found := make(map[activity.MemberID]httpapi.Name, len(members))
	for id, signature := range n.directory.Find(ctx, ids...) {
		found[activity.MemberID(id)] = httpapi.Name{Name: signature.Name, Handle: signature.Handle}
	}
	return found
}
