package httpserver_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// tight lets 3 writes of a member and 5 of an address through, and then one in
// 20 minutes.
func tight(c *httpserver.Config) {
	c.WriteBurst, c.WriteRate = 3, 1.0/1200
	c.AddressWriteBurst, c.AddressWriteRate = 5, 1.0/1200
}

func TestWritesOfAMemberAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) { tight(c); c.AddressWriteBurst = 100 }, shop)
	for range 3 {
		require.Equal(t, 200, f.send(t, "POST", "/api/posts", "{}", as("7")).status)
	}
	for _, path := range []string{"/api/posts", "/api/posts/"} {
		got := f.send(t, "POST", path, "{}", as("7"))
		require.Equal(t, 429, got.status)
		require.Equal(t, "TOO_MANY_REQUESTS", got.code(t))
		wait, err := strconv.Atoi(got.header.Get("Retry-After"))
		require.NoError(t, err)
		require.InDelta(t, 1200, wait, 5)
	}
	require.Equal(t, 429, f.send(t, "PUT", "/api/posts/1", "{}", as("7")).status, "all writes together")
	require.Equal(t, 200, f.send(t, "GET", "/api/posts", "", as("7")).status, "reads are not limited")
	require.Equal(t, 200, f.send(t, "POST", "/api/posts", "{}", as("8")).status, "others are not concerned")
}

func TestWritesOfAnAddressAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) { tight(c); c.TrustedProxies = []string{"127.0.0.1"} }, shop)
	from := func(address string) option { return header("X-Forwarded-For", address) }
	for member := range 5 {
		require.Equal(t, 200, f.send(t, "POST", "/api/posts", "{}", as(fmt.Sprint(member+1)), from("203.0.113.9")).status)
	}
	require.Equal(t, 429, f.send(t, "POST", "/api/posts", "{}", as("99"), from("203.0.113.9")).status)
	require.Equal(t, 200, f.send(t, "POST", "/api/posts", "{}", as("99"), from("203.0.113.10")).status)
}

// Whoever has one address of IPv6 has a whole network of them.
func TestWritesOfANetworkOfIPv6AreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) { tight(c); c.TrustedProxies = []string{"127.0.0.1"} }, shop)
	from := func(address string) option { return header("X-Forwarded-For", address) }
	for member := range 5 {
		got := f.send(t, "POST", "/api/posts", "{}", as(fmt.Sprint(member+1)), from(fmt.Sprintf("2001:db8:1:2::%d", member+1)))
		require.Equal(t, 200, got.status)
	}
	require.Equal(t, 429, f.send(t, "POST", "/api/posts", "{}", as("99"), from("2001:db8:1:2:3:4:5:6")).status)
	require.Equal(t, 200, f.send(t, "POST", "/api/posts", "{}", as("99"), from("2001:db8:1:3::1")).status)
}

func TestSharedClientAddressesAreExemptFromLimitsByAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *httpserver.Config) {
		tight(c)
		c.TrustedProxies = []string{"127.0.0.0/8"}
		c.SharedClientAddresses = []string{"203.0.113.9", "2001:db8::/32"}
	}, func(f *fixture) {
		shop(f)
		f.Public().GET("/api/shared", f.Read(func(c *gin.Context) (httpserver.Reply, error) { return httpserver.OK(f.IsSharedAddress(c)), nil }))
	})
	for i, address := range []string{"203.0.113.9", "2001:db8::1"} {
		for member := range 10 {
			got := f.send(t, "POST", "/api/posts", "{}", as(strconv.Itoa(100*(i+1)+member)), header("X-Forwarded-For", address))
			require.Equal(t, 200, got.status)
		}
		require.Contains(t, f.send(t, "GET", "/api/shared", "", header("X-Forwarded-For", address)).body, "true")
	}
	require.Contains(t, f.send(t, "GET", "/api/shared", "", header("X-Forwarded-For", "203.0.113.10")).body, "false")
	for range 3 {
		f.send(t, "POST", "/api/posts", "{}", as("7"), header("X-Forwarded-For", "203.0.113.9"))
	}
	require.Equal(t, 429, f.send(t, "POST", "/api/posts", "{}", as("7"), header("X-Forwarded-For", "203.0.113.9")).status, "not from the member's")
}

func TestWriteLimitIsForMountsThatAreNoWrites(t *testing.T) {
	t.Parallel()
	f := newFixture(t, tight, func(f *fixture) {
		f.Public().POST("/api/login", f.WriteLimit, f.Action(replying(httpserver.OK(true), nil)))
		f.Public().POST("/api/query/in", f.Action(replying(httpserver.OK(true), nil)))
		f.Public().POST("/api/upload", f.Upload(100, replying(httpserver.OK(true), nil)))
	})
	for range 20 {
		require.Equal(t, 200, f.send(t, "POST", "/api/query/in", "{}").status, "a POST that reads")
	}
	for range 4 {
		require.Equal(t, 200, f.send(t, "POST", "/api/login", "{}").status)
	}
	require.Equal(t, 200, f.send(t, "POST", "/api/upload", "{}").status)
	require.Equal(t, 429, f.send(t, "POST", "/api/login", "{}").status)
	require.Equal(t, 429, f.send(t, "POST", "/api/upload", "{}").status)
}

func TestTheClientsAddressComesFromXForwardedForOnlyThroughTrustedProxies(t *testing.T) {
	t.Parallel()
	address := func(f *fixture) {
		f.Public().GET("/api/address", f.Read(func(c *gin.Context) (httpserver.Reply, error) {
			return httpserver.OK(fmt.Sprint(c.ClientIP(), " ", f.IsHTTPS(c))), nil
		}))
	}
	trusting := newFixture(t, func(c *httpserver.Config) { c.TrustedProxies = []string{"127.0.0.1", "10.0.0.0/8"} }, address)
	wary := newFixture(t, nil, address)
	elsewhere := newFixture(t, func(c *httpserver.Config) { c.TrustedProxies = []string{"10.0.0.0/8"} }, address)
	forwarded := func(values ...string) (options []option) {
		for _, value := range values {
			options = append(options, header("X-Forwarded-For", value))
		}
		return append(options, header("X-Forwarded-Proto", "https"), header("X-Real-Ip", "198.51.100.1"))
	}
	for name, c := range map[string]struct {
		f       *fixture
		options []option
		want    string
	}{
		"through a proxy":                 {trusting, forwarded("203.0.113.9"), "203.0.113.9 true"},
		"through two":                     {trusting, forwarded("203.0.113.9, 10.1.1.1"), "203.0.113.9 true"},
		"in two lines":                    {trusting, forwarded("203.0.113.9", "10.1.1.1"), "203.0.113.9 true"},
		"what the client made up":         {trusting, forwarded("192.0.2.1, 203.0.113.9"), "203.0.113.9 true"},
		"what the client made up, a line": {trusting, forwarded("192.0.2.1", "203.0.113.9"), "203.0.113.9 true"},
		"IPv6":                            {trusting, forwarded("2001:db8::1"), "2001:db8::1 true"},
		"nonsense":                        {trusting, forwarded("nonsense"), "127.0.0.1 true"},
		"nothing forwarded":               {trusting, nil, "127.0.0.1 false"},
		"other headers do not count":      {trusting, []option{header("X-Real-Ip", "198.51.100.1"), header("Forwarded", "for=198.51.100.1")}, "127.0.0.1 false"},
		"no trusted proxies":              {wary, forwarded("203.0.113.9"), "127.0.0.1 false"},
		"not a trusted one":               {elsewhere, forwarded("203.0.113.9"), "127.0.0.1 false"},
	} {
		require.Contains(t, c.f.send(t, "GET", "/api/address", "", c.options...).body, `"`+c.want+`"`, name)
	}
}

func TestMoreThanMaxInFlightAreRefusedAtOnceButHealthChecks(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	begun, release := make(chan struct{}), make(chan struct{})
	f := newFixture(t, func(c *httpserver.Config) { c.MaxInFlight = 2; c.Registerer = registry }, func(f *fixture) {
		shop(f)
		f.Public().GET("/api/slow", f.Read(func(*gin.Context) (httpserver.Reply, error) {
			begun <- struct{}{}
			<-release
			return httpserver.OK("slow"), nil
		}))
	})
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			got, err := f.try(context.WithoutCancel(t.Context()), "GET", "/api/slow", "")
			if err != nil || got.status != http.StatusOK {
				t.Errorf("slow: %d, %v", got.status, err)
			}
		})
		<-begun
	}
	for _, path := range []string{"/api/posts", "/.well-known/keys", "/internal/ask"} {
		method := "GET"
		if path == "/internal/ask" {
			method = "POST"
		}
		got := f.send(t, method, path, "", as("7"))
		require.Equal(t, 503, got.status, path)
		require.Equal(t, "SERVICE_UNAVAILABLE", got.code(t))
		require.Equal(t, []string{"1"}, got.header["Retry-After"])
	}
	for _, path := range []string{"live", "ready"} {
		require.Equal(t, 200, f.send(t, "GET", "/healthcheck/"+path, "").status)
	}
	require.InDelta(t, 2, metric(t, registry, "http_server_in_flight"), 0)
	require.InDelta(t, 3, metric(t, registry, "http_server_shed_total"), 0)
	close(release)
	group.Wait()
	require.Equal(t, 200, f.send(t, "GET", "/api/posts", "", as("7")).status)
}

// metric is the only value of a gauge or counter.
func metric(t *testing.T, registry *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetCounter().GetValue() + family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatal("no metric ", name)
	return 0
}
