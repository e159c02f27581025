package edge

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// restFor is how long a replica that refused a connection is asked last.
const restFor = time.Second

// balancer sends each request to the next replica in turn. A replica that
// cannot be reached is skipped: nothing of the request was sent, so another
// replica may get it whatever its method.
type balancer struct {
	urls  []*url.URL
	next  http.RoundTripper
	clock func() time.Time
	turn  atomic.Uint64
	// resting holds the time in Unix nanoseconds until which a replica rests.
	resting [maxReplicas]atomic.Int64
}

const maxReplicas = 64

// RoundTrip implements http.RoundTripper.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	body := keep(r)
	var err error
	for _, i := range b.order() {
		var response *http.Response
		response, err = b.next.RoundTrip(b.addressed(r, b.urls[i]))
		if err == nil {
			return response, nil
		}
		if !isDial(err) || body.begun() {
			return nil, err
		}
		b.resting[i%maxReplicas].Store(b.clock().Add(restFor).UnixNano())
	}
	return nil, err
}

// order lists the replicas from the one whose turn it is, resting ones last.
func (b *balancer) order() []int {
	n := len(b.urls)
	first := int(b.turn.Add(1) % uint64(n))
	now := b.clock().UnixNano()
	awake, resting := make([]int, 0, n), []int(nil)
	for offset := range n {
		i := (first + offset) % n
		if b.resting[i%maxReplicas].Load() > now {
			resting = append(resting, i)
			continue
		}
		awake = append(awake, i)
	}
	return append(awake, resting...)
}

// addressed is the request as it goes to a replica; the client's Host stays.
func (b *balancer) addressed(r *http.Request, to *url.URL) *http.Request {
	out := r.Clone(r.Context())
	if out.Host == "" {
		out.Host = r.URL.Host
	}
	out.URL.Scheme, out.URL.Host = to.Scheme, to.Host
	return out
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// keptBody outlives the transport's Close after a failed dial, and knows
// whether somebody has read of it.
type keptBody struct {
	io.ReadCloser
	read atomic.Bool
}

func keep(r *http.Request) *keptBody {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	body := &keptBody{ReadCloser: r.Body}
	r.Body = body
	return body
}

func (b *keptBody) begun() bool { return b != nil && b.read.Load() }

// Read implements io.Reader.
func (b *keptBody) Read(p []byte) (int, error) {
	b.read.Store(true)
	return b.ReadCloser.Read(p)
}

// Close leaves the body open: the server closes it with the request.
func (b *keptBody) Close() error { return nil }
