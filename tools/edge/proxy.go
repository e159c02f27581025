package edge

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"time"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// insideHeaders mean something between services; nobody outside may send them.
var insideHeaders = []string{"X-Internal-Token", "X-Forwarded-Client-Cert", "X-Real-Ip"}

const (
	dialWithin  = time.Second
	idleWithin  = 4 * time.Second // less than a service goes on serving when it is to stop
	idlePerHost = 64
)

func newProxy(
	name string, at serviceclient.Addresses, within time.Duration, rewrite func(*httputil.ProxyRequest), logger *slog.Logger,
) *httputil.ReverseProxy {
	dialer := &net.Dialer{Timeout: dialWithin}
	transport := &http.Transport{
		DialContext:           dialer.DialContext,
		MaxIdleConnsPerHost:   idlePerHost,
		IdleConnTimeout:       idleWithin,
		ResponseHeaderTimeout: within,
		DisableCompression:    true, // bodies pass as they are
	}
	logger = logger.With("upstream", name)
	return &httputil.ReverseProxy{
		Rewrite:       func(p *httputil.ProxyRequest) { forward(p); rewrite(p) },
		Transport:     serviceclient.NewReplicas(at, transport, time.Now),
		FlushInterval: -1, // server-sent events go out as they come
		ErrorLog:      slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			upstreamFailed(w, r, err, logger)
		},
	}
}

func newFrontendProxy(config Config, logger *slog.Logger) http.Handler {
	return newProxy("frontend", config.Frontend, config.AnswerWithin, func(*httputil.ProxyRequest) {}, logger)
}

// forward tells the upstream who asks. What the client says about addresses is
// not believed: this is the first proxy, Rewrite has dropped those headers.
func forward(p *httputil.ProxyRequest) {
	p.SetXForwarded()
	for _, name := range insideHeaders {
		p.Out.Header.Del(name)
	}
}

// rewriteAPI makes /api/X of /api/proxy/X.
func rewriteAPI(p *httputil.ProxyRequest) {
	if !decisionOf(p.In.Context()).proxied {
		return
	}
	p.Out.URL.Path = unproxied(p.In.URL.Path)
	p.Out.URL.RawPath = unproxied(p.In.URL.EscapedPath())
}

// upstreamFailed answers in place of a service that gave no answer.
func upstreamFailed(w http.ResponseWriter, r *http.Request, err error, logger *slog.Logger) {
	if errors.Is(r.Context().Err(), context.Canceled) {
		return // nobody is there to read it
	}
	logger.Warn("no answer", "path", r.URL.Path, "request_id", r.Header.Get(requestIDHeader), "error", err)
	var netErr net.Error
	if errors.As(err, &netErr) && netErr.Timeout() && !serviceclient.NotSent(err) {
		deadlineExceeded(w, r)
		return
	}
	unavailable(w, r)
}
