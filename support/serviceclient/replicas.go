package serviceclient

import (
	"cmp"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"
)

const (
	maxReplicas = 64
	// restFor is how long a replica that refused a connection is asked last.
	restFor = time.Second
	// leaveFor is the same for one that said that it closes its connections: it
	// is being stopped, and is gone and back within that time.
	leaveFor = 10 * time.Second
)

// Replicas sends each request to the next replica in turn. A replica that
// cannot be reached is skipped: nothing of the request was sent, so another
// one may get it whatever its method. One that is being stopped is left alone,
// so that no request is on its way to it when it ends.
type Replicas struct {
	urls []*url.URL
	next http.RoundTripper
	now  func() time.Time
	turn atomic.Uint64
	// resting holds the time in Unix nanoseconds until which a replica rests.
	resting [maxReplicas]atomic.Int64
}

// NewReplicas sends through next to those addresses, of which there is at least
// one.
func NewReplicas(addresses Addresses, next http.RoundTripper, now func() time.Time) *Replicas {
	return &Replicas{urls: addresses.urls, next: next, now: now}
}

// RoundTrip implements http.RoundTripper. The scheme and host of the request's
// URL are replaced; its Host is not.
func (p *Replicas) RoundTrip(r *http.Request) (*http.Response, error) {
	if len(p.urls) == 1 {
		return p.next.RoundTrip(addressed(r, p.urls[0]))
	}
	body := keep(r.Body)
	var err error
	for _, i := range p.order() {
		out := addressed(r, p.urls[i])
		if body != nil {
			out.Body = body
		}
		var response *http.Response
		response, err = p.next.RoundTrip(out)
		if err == nil {
			if response.Close && response.StatusCode < http.StatusBadRequest { // what it refuses may be cut for other reasons
				p.rest(i, leaveFor)
			}
			return response, nil
		}
		if !NotSent(err) || body.begun() {
			return nil, err
		}
		p.rest(i, restFor)
	}
	return nil, err
}

// CloseIdleConnections closes what is kept open for later requests.
func (p *Replicas) CloseIdleConnections() { closeIdle(p.next) }

func (p *Replicas) rest(i int, long time.Duration) {
	p.resting[i].Store(p.now().Add(long).UnixNano())
}

// order lists the replicas from the one whose turn it is, resting ones last; of
// those the one that rests no longer first.
func (p *Replicas) order() []int {
	n := len(p.urls)
	first := int(p.turn.Add(1) % uint64(n))
	now := p.now().UnixNano()
	awake, resting := make([]int, 0, n), []int(nil)
	for offset := range n {
		i := (first + offset) % n
		if p.resting[i].Load() > now {
			resting = append(resting, i)
			continue
		}
		awake = append(awake, i)
	}
	slices.SortStableFunc(resting, func(a, b int) int { return cmp.Compare(p.resting[a].Load(), p.resting[b].Load()) })
	return append(awake, resting...)
}

// addressed is the request as it goes to a replica; the client's Host stays.
func addressed(r *http.Request, to *url.URL) *http.Request {
	out := r.Clone(r.Context())
	if out.Host == "" {
		out.Host = r.URL.Host
	}
	out.URL.Scheme, out.URL.Host = to.Scheme, to.Host
	return out
}

// NotSent says that there was no connection: nothing of the request has left.
func NotSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// keptBody outlives the transport's Close after a failed dial, and knows
// whether somebody has read of it.
type keptBody struct {
	io.ReadCloser
	read atomic.Bool
}

func keep(body io.ReadCloser) *keptBody {
	if body == nil || body == http.NoBody {
		return nil
	}
	return &keptBody{ReadCloser: body}
}

func (b *keptBody) begun() bool { return b != nil && b.read.Load() }

// Read implements io.Reader.
func (b *keptBody) Read(p []byte) (int, error) {
	b.read.Store(true)
	return b.ReadCloser.Read(p)
}

// Close leaves the body open: who made the request closes it.
func (b *keptBody) Close() error { return nil }

func closeIdle(next http.RoundTripper) {
	if pool, ok := next.(interface{ CloseIdleConnections() }); ok {
		pool.CloseIdleConnections()
	}
}
