package serviceclient_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// replica is a real server that counts, and can say that it closes.
type replica struct {
	*httptest.Server
	mu      sync.Mutex
	bodies  []string
	leaving bool
	cut     int // so many requests are cut off without an answer
}

func newReplica(t *testing.T) *replica {
	t.Helper()
	r := &replica{}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP implements http.Handler.
func (r *replica) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies = append(r.bodies, string(body))
	if r.cut > 0 {
		r.cut--
		panic(http.ErrAbortHandler) //nolint:forbidigo // how a handler breaks off
	}
	if r.leaving {
		w.Header().Set("Connection", "close")
	}
}

func (r *replica) asked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.bodies)
}

func (r *replica) leaves(yes bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leaving = yes
}

// refuser is an address where nobody listens.
func refuser(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	return "http://" + listener.Addr().String()
}

// clientOf is a client that knows these addresses, and its base address.
func clientOf(t *testing.T, profile serviceclient.Profile, urls ...string) (client *http.Client, base string) {
	t.Helper()
	addresses, err := serviceclient.ParseAddresses(strings.Join(urls, ", "))
	require.NoError(t, err)
	client = serviceclient.NewClient(serviceclient.Config{Target: "x", Profile: profile, Addresses: addresses, Now: time.Now})
	t.Cleanup(client.CloseIdleConnections)
	return client, addresses.Base()
}

func post(t *testing.T, client *http.Client, url string, change func(http.Header)) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("몸"))
	require.NoError(t, err)
	if change != nil {
		change(request.Header)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	require.Equal(t, http.StatusOK, response.StatusCode)
	return response.Body.Close()
}

func TestReplicasTakeTurns(t *testing.T) {
	t.Parallel()
	one, two := newReplica(t), newReplica(t)
	client, base := clientOf(t, serviceclient.Critical(), one.URL, two.URL)
	for range 10 {
		require.NoError(t, post(t, client, base+"/x", nil))
	}
	require.Equal(t, 5, one.asked())
	require.Equal(t, 5, two.asked())
}

func TestAReplicaThatRefusesIsSkippedWhateverTheMethod(t *testing.T) {
	t.Parallel()
	alive := newReplica(t)
	client, base := clientOf(t, serviceclient.Critical(), refuser(t), alive.URL)
	for range 4 {
		require.NoError(t, post(t, client, base+"/x", nil))
	}
	require.Equal(t, []string{"몸", "몸", "몸", "몸"}, alive.bodies, "each once, and whole")
}

func TestAReplicaThatIsBeingStoppedIsLeftAlone(t *testing.T) {
	t.Parallel()
	staying, leaving := newReplica(t), newReplica(t)
	leaving.leaves(true)
	client, base := clientOf(t, serviceclient.Critical(), staying.URL, leaving.URL)
	for range 20 {
		require.NoError(t, post(t, client, base+"/x", nil))
	}
	require.Equal(t, 1, leaving.asked())

	staying.leaves(true) // while the other still rests, though it is back
	leaving.leaves(false)
	for range 4 {
		require.NoError(t, post(t, client, base+"/x", nil))
	}
	require.Equal(t, 4, leaving.asked(), "the one that has rested longer")
}

func TestARequestToElsewhereGoesThere(t *testing.T) {
	t.Parallel()
	one, two, elsewhere := newReplica(t), newReplica(t), newReplica(t)
	client, _ := clientOf(t, serviceclient.Critical(), one.URL, two.URL)
	require.NoError(t, post(t, client, elsewhere.URL, nil))
	require.Equal(t, 1, elsewhere.asked())
}

// The address of a cluster's service: behind it may be another replica next time.
func TestWhatWasNotSentIsTriedAgainAtTheSameAddress(t *testing.T) {
	t.Parallel()
	gone := refuser(t)
	profile := serviceclient.Critical()
	profile.Retry.Wait = time.Millisecond
	client, base := clientOf(t, profile, gone)
	require.Error(t, post(t, client, base+"/x", nil))

	back := newReplica(t)
	attempts, pool := 0, &http.Transport{}
	t.Cleanup(pool.CloseIdleConnections)
	client = serviceclient.NewClient(serviceclient.Config{Target: "x", Profile: profile, Now: time.Now, Base: roundTripper(func(r *http.Request) (*http.Response, error) {
		attempts++
		if attempts == 1 {
			return nil, &net.OpError{Op: "dial", Err: errRefused}
		}
		return pool.RoundTrip(r)
	})})
	require.NoError(t, post(t, client, back.URL, nil))
	require.Equal(t, 2, attempts)
	require.Equal(t, []string{"몸"}, back.bodies)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAReadByPostIsTriedAgainAndAWriteIsNot(t *testing.T) {
	t.Parallel()
	profile := serviceclient.Critical()
	profile.Retry.Wait = time.Millisecond
	reads := func(h http.Header) { h["Idempotency-Key"] = nil }
	for name, change := range map[string]func(http.Header){"read": reads, "write": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := newReplica(t)
			one.cut = 1
			client, base := clientOf(t, profile, one.URL)
			err := post(t, client, base+"/x", change)
			if name == "read" {
				require.NoError(t, err)
				require.Equal(t, []string{"몸", "몸"}, one.bodies)
				return
			}
			require.Error(t, err)
			require.Equal(t, 1, one.asked())
		})
	}
}

func TestAddressesAreCheckedWhereTheyAreRead(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "member:8084", "ftp://member", "http://", "http://a/path", "http://a,", "http://a,nonsense", "http://%zz"} {
		_, err := serviceclient.ParseAddresses(bad)
		require.ErrorContains(t, err, "must be http(s)://host[:port] without a path", bad)
	}
	_, err := serviceclient.ParseAddresses(strings.Repeat("http://a,", 64) + "http://a")
	require.ErrorContains(t, err, "65 addresses")
	found, err := serviceclient.ParseAddresses("http://a:1/, https://b")
	require.NoError(t, err)
	require.Equal(t, "http://a:1", found.Base())
	require.Len(t, found.URLs(), 2)
	require.Empty(t, serviceclient.Addresses{}.Base())
}
