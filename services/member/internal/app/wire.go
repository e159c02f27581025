package app

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/services/member/internal/password"
	"github.com/dailyfeed/dailyfeed/services/member/internal/redisstate"
	"github.com/dailyfeed/dailyfeed/services/member/internal/signing"
	"github.com/dailyfeed/dailyfeed/support/activityapi"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/metrics"
	"github.com/dailyfeed/dailyfeed/support/metrics/lettermetrics"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
)

// service is member, put together.
type service struct {
	registry *prometheus.Registry
	clients  serviceclient.Clients
	tracing  *telemetry.Tracing
	calls    *metrics.Calls
	pool     *mysql.Pool
	redis    *rediscache.Client
	store    *mysqlstore.Store

	producer    *kafka.Producer // nil where events go by calls
	topics      *kafka.Admin    // nil as well
	topicSpec   kafka.TopicSpec
	topicPrefix string
	letters     *lettermetrics.Letters
	deadLetters *deadletter.Store
	publisher   *deadletter.Publisher
	drain       *deadletter.Drain

	rotator    *signing.Rotator
	ring       *signing.Ring
	reloadKeys time.Duration // how often
	keys       *auth.KeySet
	signing    atomic.Bool // a key can sign

	helpers       *password.Helpers
	hasher        *password.Hasher
	secrets       *member.Secrets
	announcer     *redisstate.Announcer
	attempts      *redisstate.Attempts
	signals       *redisstate.Signals
	announcements *member.AnnounceService
	accounts      *member.AccountService
	sessions      *member.SessionService
	removals      *member.ImageRemovalService
	server        *httpserver.Server
}

func wire(cfg config.Config) (s *service, err error) {
	s = &service{registry: metrics.NewRegistry("member")}
	s.calls = metrics.NewCalls(s.registry)
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	for _, open := range []func(config.Config) error{s.openTraces, s.openStores, s.openEvents, s.openKeys, s.openGuards, s.openServer} {
		if err := open(cfg); err != nil {
			return s, err
		}
	}
	s.watch()
	return s, nil
}

func (s *service) close() {
	s.clients.Close()
	if s.topics != nil {
		s.topics.Close()
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
	if s.tracing, err = telemetry.Open(cfg.Tracing, "member", process.Build().Tag); err != nil {
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
	metrics.WatchSQL(s.registry, s.pool.SQL(), "member")
	s.redis, err = rediscache.Open(rediscache.Config{Addr: cfg.RedisAddr, Password: cfg.RedisPassword.Reveal(), DB: cfg.RedisDB, Now: now, Trace: s.tracing.Store("redis")})
	if err != nil {
		return err
	}
	metrics.WatchRedis(s.registry, s.redis)
	s.store = mysqlstore.New(s.pool)
	return nil
}

func (s *service) openEvents(cfg config.Config) error {
	broker, err := s.openBroker(cfg)
	if err != nil {
		return err
	}
	s.letters = lettermetrics.New(s.registry)
	s.deadLetters = deadletter.NewStore(s.pool, "member", processName(), now)
	s.publisher = deadletter.NewPublisher(s.deadLetters, broker, s.letters, deadletter.PublisherConfig{})
	s.drain = deadletter.NewDrain(s.deadLetters, broker, s.letters)
	return nil
}

// openBroker opens the way of events: Kafka, or calls to activity.
func (s *service) openBroker(cfg config.Config) (broker deadletter.Broker, err error) {
	if cfg.PublishesByHTTP() {
		return activityapi.New(cfg.ActivityURL.Base(), s.activityClient(cfg), cfg.InternalToken.Reveal()), nil
	}
	s.topicSpec, s.topicPrefix = kafka.TopicSpec{Partitions: cfg.TopicPartitions}, cfg.TopicPrefix
	var acks kafka.Acks
	if err := acks.UnmarshalText([]byte(cfg.KafkaAcks)); err != nil {
		return nil, err
	}
	s.producer, err = kafka.NewProducer(kafka.ProducerConfig{Bootstrap: bootstrap(cfg), ClientID: "member", Acks: acks, Topics: s.topicSpec, Trace: s.tracing.Sends()})
	if err != nil {
		return nil, err
	}
	s.topics, err = kafka.NewAdmin(kafka.AdminConfig{Bootstrap: bootstrap(cfg), ClientID: "member"})
	return s.producer, err
}

// openKeys makes what signs tokens. The keys of refresh and device tokens
// follow from the key-encryption keys, so that there is one secret to keep.
func (s *service) openKeys(cfg config.Config) error {
	keks, err := cfg.KEKs()
	if err != nil {
		return err
	}
	sealer, err := signing.NewSealer(rand.Reader, keks[0], keks[1:]...)
	if err != nil {
		return err
	}
	times := signing.Settings{AccessTTL: cfg.JWTAccessTTL, Rotation: cfg.JWTKeyRotation, CacheTTL: cfg.JWKSCacheTTL}
	s.rotator = signing.NewRotator(s.store, sealer, rand.Reader, times, now)
	s.ring, s.reloadKeys = signing.NewRing(s.store, sealer, times, now), times.ReloadInterval()
	// read from the table, so its own tokens need not wait for what others may keep
	s.keys = auth.NewKeySet(auth.KeySetConfig{Source: s.ring, TTL: s.reloadKeys, Now: now})
	derived := make([][]byte, len(keks))
	for i, kek := range keks {
		if derived[i], err = hkdf.Key(sha256.New, kek, nil, "dailyfeed member tokens", sha256.Size); err != nil {
			return fmt.Errorf("derive token key: %w", err)
		}
	}
	s.secrets = member.NewSecrets(rand.Reader, derived...)
	return nil
}

// openGuards makes what bounds and announces.
func (s *service) openGuards(cfg config.Config) (err error) {
	limits := password.Limits{Slots: cfg.PasswordHashSlots, Queue: cfg.PasswordHashQueue, Wait: cfg.PasswordHashWait}
	s.helpers = password.NewHelpers(password.HelpersConfig{Command: helperCommand, Now: now})
	if s.hasher, err = password.New(password.OWASP, limits, s.helpers, rand.Reader); err != nil {
		return err
	}
	s.announcer = redisstate.NewAnnouncer(s.redis, cfg.JWTAccessTTL, now)
	s.attempts = redisstate.NewAttempts(s.redis, mysqlstore.NewBudgets(s.store, now))
	s.signals = redisstate.NewSignals(s.redis, s.store, now)
	s.announcements = member.NewAnnounceService(s.store, s.announcer, cfg.JWTAccessTTL, now)
	return nil
}

var errNoSigningKey = errors.New("no key can sign yet")

// ready says whether the service can do its work: the schema is there, and a
// key signs. Redis, Kafka and image being away do not make it unready.
func (s *service) ready() (map[string]func(ctx context.Context) error, error) {
	migrations, err := mysqlstore.Migrations()
	if err != nil {
		return nil, err
	}
	return map[string]func(ctx context.Context) error{
		"mysql": func(ctx context.Context) error { return s.pool.Migrated(ctx, migrations, mysqlstore.VersionTable) },
		"signing key": func(context.Context) error {
			if !s.signing.Load() {
				return errNoSigningKey
			}
			return nil
		},
	}, nil
}

func (s *service) imageClient(cfg config.Config) *http.Client {
	return s.clients.New(serviceclient.Config{Target: "image", Addresses: cfg.ImageURL, Profile: serviceclient.Bulk(), Now: now, Observer: s.calls, Trace: s.tracing.Calls("image")})
}

// activityClient calls activity where events go by calls.
func (s *service) activityClient(cfg config.Config) *http.Client {
	return s.clients.New(serviceclient.Config{Target: "activity", Addresses: cfg.ActivityURL, Profile: serviceclient.Bulk(), Now: now, Observer: s.calls, Trace: s.tracing.Calls("activity")})
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
