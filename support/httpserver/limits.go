package httpserver

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// trackedBuckets bounds the memory of a limiter: the bucket that was not used
// for longest is forgotten, and so is full again.
const trackedBuckets = 50_000

// limits are token buckets of this process: n replicas allow n times as much,
// which bounds abuse without a store on the path of every write.
type limits struct {
	members   *buckets
	addresses *buckets
	shared    []netip.Prefix
}

type buckets struct {
	rate  rate.Limit
	burst int
	byKey *lru.Cache[string, *rate.Limiter]
}

func newLimits(settings Settings) (*limits, error) {
	shared, err := parsePrefixes("SHARED_CLIENT_ADDRESSES", settings.SharedClientAddresses)
	if err != nil {
		return nil, err
	}
	members, err := newBuckets(settings.WriteRate, settings.WriteBurst)
	if err != nil {
		return nil, err
	}
	addresses, err := newBuckets(settings.AddressWriteRate, settings.AddressWriteBurst)
	if err != nil {
		return nil, err
	}
	return &limits{members: members, addresses: addresses, shared: shared}, nil
}

func newBuckets(perSecond float64, burst int) (*buckets, error) {
	cache, err := lru.New[string, *rate.Limiter](trackedBuckets)
	if err != nil {
		return nil, fmt.Errorf("make buckets: %w", err)
	}
	return &buckets{rate: rate.Limit(perSecond), burst: burst, byKey: cache}, nil
}

// allow takes a token, or says how long until there is one.
func (b *buckets) allow(key string, now time.Time) (wait time.Duration, ok bool) {
	limiter, found := b.byKey.Get(key)
	if !found {
		limiter = rate.NewLimiter(b.rate, b.burst)
		if previous, existed, _ := b.byKey.PeekOrAdd(key, limiter); existed {
			limiter = previous
		}
	}
	reservation := limiter.ReserveN(now, 1)
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return wait, false
	}
	return 0, true
}

// WriteLimit counts a request against the write limits, by its member and its
// address, and refuses it with CodeTooManyRequests where one is used up. Write
// does so by itself; other mounts that change something put it before them.
func (s *Server) WriteLimit(c *gin.Context) {
	if err := s.allowWrite(c); err != nil {
		s.writeFailure(c, err)
		return
	}
	c.Next()
}

func (s *Server) allowWrite(c *gin.Context) error {
	now := time.Now() //nolint:forbidigo // a limiter's clock
	if id := s.callerID(c.Request.Context()); id != 0 {
		if wait, ok := s.limits.members.allow(strconv.FormatInt(id, 10), now); !ok {
			return s.throttled("member", wait)
		}
	}
	if s.IsSharedAddress(c) {
		return nil
	}
	if wait, ok := s.limits.addresses.allow(clientOf(c.ClientIP()), now); !ok {
		return s.throttled("address", wait)
	}
	return nil
}

// clientOf is what the limits by address take for one client: whoever has one
// address of IPv6 has all of a /64, and would have a bucket with each.
func clientOf(address string) string {
	const ofOneClient = 64
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	return netip.PrefixFrom(ip.WithZone(""), ofOneClient).Masked().String()
}

func (s *Server) throttled(by string, wait time.Duration) error {
	s.metrics.throttles.WithLabelValues(by).Inc()
	return apierr.CodeTooManyRequests.New().WithRetryAfter(wait)
}

// IsSharedAddress says whether limits by address do not apply to the client.
func (s *Server) IsSharedAddress(c *gin.Context) bool { return contains(s.limits.shared, c.ClientIP()) }
