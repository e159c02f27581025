package httpserver

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/gin-gonic/gin"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
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
	shared, err := parsePrefixes(settings.SharedClientAddresses)
	if err != nil {
		return nil, fmt.Errorf("shared client addresses: %w", err)
	}
	return &limits{
		members:   newBuckets(settings.WriteRate, settings.WriteBurst),
		addresses: newBuckets(settings.AddressWriteRate, settings.AddressWriteBurst),
		shared:    shared,
	}, nil
}

func newBuckets(perSecond float64, burst int) *buckets {
	cache, err := lru.New[string, *rate.Limiter](trackedBuckets)
	if err != nil { // only for a size below one
		panic(err) //nolint:forbidigo // a constant of this file
	}
	return &buckets{rate: rate.Limit(perSecond), burst: burst, byKey: cache}
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

func (l *limits) allowWrite(c *gin.Context, memberID int64) error {
	now := time.Now() //nolint:forbidigo // a limiter's clock
	if memberID != 0 {
		if wait, ok := l.members.allow(strconv.FormatInt(memberID, 10), now); !ok {
			return apierr.CodeTooManyRequests.New().WithRetryAfter(wait)
		}
	}
	address := c.ClientIP()
	if l.isShared(address) {
		return nil
	}
	if wait, ok := l.addresses.allow(address, now); !ok {
		return apierr.CodeTooManyRequests.New().WithRetryAfter(wait)
	}
	return nil
}

// isShared says whether many users share an address, so that no limit by
// address applies to it.
func (l *limits) isShared(address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, prefix := range l.shared {
		if prefix.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

func parsePrefixes(texts []string) ([]netip.Prefix, error) {
	prefixes := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			ip, ipErr := netip.ParseAddr(text)
			if ipErr != nil {
				return nil, fmt.Errorf("neither an address nor a CIDR: %q", text)
			}
			prefix = netip.PrefixFrom(ip, ip.BitLen())
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, nil
}
