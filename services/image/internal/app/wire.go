package app

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/docs"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
	"github.com/dailyfeed/dailyfeed/services/image/internal/bucketstore"
	"github.com/dailyfeed/dailyfeed/services/image/internal/config"
	"github.com/dailyfeed/dailyfeed/services/image/internal/httpapi"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/services/image/internal/quota"
	"github.com/dailyfeed/dailyfeed/services/image/internal/spool"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/metrics"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
)

const (
	// deadline of a request (spec 12).
	deadline = 30 * time.Second
	// roomWait is how long an upload waits for room and for its turn; then 429.
	// What is left of the deadline is more than working on one takes.
	roomWait = 25 * time.Second
	// grace and silence are of an upload's pace.
	grace   = 10 * time.Second
	silence = 20 * time.Second
)

// service is image, put together.
type service struct {
	registry *prometheus.Registry
	clients  serviceclient.Clients
	tracing  *telemetry.Tracing
	redis    *rediscache.Client
	bucket   *bucketstore.Store
	album    *album.Album
	spool    *spool.Spool
	quota    *quota.Quota
	profiles profiles
	keys     *auth.KeySet
	server   *httpserver.Server
}

func wire(ctx context.Context, cfg config.Config) (*service, error) {
	return wireAt(ctx, cfg, spool.Pace{Rate: cfg.ImageMinUploadRate, Grace: grace, Silence: silence})
}

// wireAt is wire for clients of another pace.
func wireAt(ctx context.Context, cfg config.Config, pace spool.Pace) (s *service, err error) {
	s = &service{registry: metrics.NewRegistry("image")}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if err := s.openTraces(cfg); err != nil {
		return s, err
	}
	s.redis, err = rediscache.Open(rediscache.Config{Addr: cfg.RedisAddr, Password: cfg.RedisPassword.Reveal(), DB: cfg.RedisDB, Now: now, Trace: s.tracing.Store("redis")})
	if err != nil {
		return s, err
	}
	metrics.WatchRedis(s.registry, s.redis)
	if s.bucket, err = bucketstore.Open(ctx, cfg.ImageBucket); err != nil {
		return s, err
	}
	limits := picture.Limits{Bytes: cfg.ImageMaxBytes, Pixels: cfg.ImageMaxPixels, Memory: cfg.ImageDecodingMemory}
	s.album = album.New(s.bucket, newImageID, now, limits, picture.NewRoom(cfg.ImageDecodingMemory, decoders(), roomWait))
	s.spool = spool.New(cfg.ImageSpoolFolder, cfg.ImageSpoolBytes, roomWait)
	s.quota = quota.New(s.redis.Conn(), cfg.ImageUploadsPerDay, now)
	s.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "image_quota_uncounted_total", Help: "Uploads that were allowed uncounted because Redis did not answer.",
	}, func() float64 { return float64(s.quota.Open()) }))
	questions, tokens, published := s.memberClients(cfg)
	s.profiles = profiles{memberrest.NewClient(cfg.MemberURL.Base(), questions, rest.InternalToken(cfg.InternalToken.Reveal()))}
	return s, s.openServer(cfg, tokens, published, pace)
}

func (s *service) openServer(cfg config.Config, tokens, published *http.Client, pace spool.Pace) (err error) {
	s.keys = auth.NewKeySet(auth.KeySetConfig{Source: auth.HTTPKeys{URL: cfg.JWKSURL, Client: published}, Now: now})
	member := auth.MemberAPI{BaseURL: cfg.MemberURL.Base(), InternalToken: cfg.InternalToken.Reveal(), Client: tokens}
	s.server, err = httpserver.New(httpserver.Config{
		Settings:     cfg.Settings,
		Service:      "image",
		Deadline:     deadline,
		Authenticate: auth.NewVerifier(auth.Config{Keys: s.keys, Revocations: s.redis, Introspector: member, DeadSessions: member, Now: now}),
		Caller:       auth.CallerID,
		Book:         rediscache.NewAnswerBook(s.redis, "image:idempotency:", 0),
		Unavailable: func(err error) bool {
			return errors.Is(err, bucketstore.ErrUnavailable) || errors.Is(err, spool.ErrDisk)
		},
		Ready:      map[string]func(ctx context.Context) error{"bucket": s.bucket.Ping, "spool": s.spool.Ping, "signing keys": s.keys.Loaded},
		Enrich:     serviceclient.PassOn(httpserver.RequestID, httpserver.TraceParent),
		Trace:      s.tracing.Requests(),
		Registerer: s.registry,
		Document:   imagerest.Document(),
		Docs:       docs.Page("/openapi.json"),
	})
	if err != nil {
		return err
	}
	api := &httpapi.API{
		Album: s.album, Caller: func(ctx context.Context) album.MemberID { return album.MemberID(auth.CallerID(ctx)) },
		Quota: s.quota, Spool: s.spool, Deadline: deadline, Now: now, Pace: pace,
	}
	api.Mount(s.server)
	return nil
}

func (s *service) openTraces(cfg config.Config) (err error) {
	if s.tracing, err = telemetry.Open(cfg.Tracing, "image", process.Build().Tag); err != nil {
		return err
	}
	metrics.WatchTraces(s.registry, s.tracing)
	return nil
}

func (s *service) close() {
	s.clients.Close()
	if s.bucket != nil {
		_ = s.bucket.Close() // nothing is written on closing
	}
	if s.redis != nil {
		_ = s.redis.Close()
	}
}

// memberClients call member through limiter, breaker and retries. Questions
// about tokens have a client of their own: while Redis is away every request
// asks one, and other questions must not use up their limit. Keys
// are fetched by a loop that has pauses of its own.
func (s *service) memberClients(cfg config.Config) (questions, tokens, keys *http.Client) {
	calls := metrics.NewCalls(s.registry)
	many := serviceclient.Critical()
	many.Limiter.PerSecond = tokensPerSecond
	questions = s.clients.New(serviceclient.Config{Target: "member", Addresses: cfg.MemberURL, Profile: serviceclient.Critical(), Now: now, Observer: calls, Trace: s.tracing.Calls("member")})
	tokens = s.clients.New(serviceclient.Config{Target: "member-tokens", Addresses: cfg.MemberURL, Profile: many, Now: now, Observer: calls, Trace: s.tracing.Calls("member-tokens")})
	keys = s.clients.New(serviceclient.Config{Target: "member-keys", Addresses: cfg.MemberURL, Profile: serviceclient.Polling(), Now: now, Observer: calls, Trace: s.tracing.Calls("member-keys")})
	return questions, tokens, keys
}

// tokensPerSecond is above what one replica serves.
const tokensPerSecond = 5000

func newImageID() album.ImageID { return album.ImageID(uuid.NewString()) }

// profiles asks member which pictures are used.
type profiles struct{ member *memberrest.Client }

// UsedPictures implements album.Profiles.
func (p profiles) UsedPictures(ctx context.Context, ids []album.ImageID) ([]album.ImageID, error) {
	request := memberrest.PictureUsageRequest{ImageIDs: make([]string, len(ids))}
	for i, id := range ids {
		request.ImageIDs[i] = string(id)
	}
	answer, err := p.member.FindUsedPictures(ctx, request, rest.Reads())
	if err != nil {
		return nil, err
	}
	used := make([]album.ImageID, len(answer.Used))
	for i, id := range answer.Used {
		used[i] = album.ImageID(id)
	}
	return used, nil
}

// decoders is how many pictures are decoded at once: a processor is left for
// everything else, which must not wait for pictures.
func decoders() int { return max(1, runtime.GOMAXPROCS(0)-1) }
