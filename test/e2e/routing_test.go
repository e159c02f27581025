package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAWrongMethodIs405WithAndWithoutToken(t *testing.T) {
	t.Parallel()
	w := wire(t)
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"}
	w.each(t, all, func(t *testing.T, op operation) {
		for _, slash := range []string{"", "/"} {
			base := w.valid(op)
			allowed := methodsOf(w.operations, base.path)
			for _, method := range methods {
				if slices.Contains(allowed, method) {
					continue
				}
				a := base.with("method " + method + slash)
				a.method, a.path, a.body, a.unrouted = method, a.path+slash, nil, true
				for _, token := range []string{"", w.me.token} {
					a.token = token
					got := w.send(t, a)
					if got.wants(t, a, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED") {
						require.Equal(t, strings.Join(allowed, ", "), got.header.Get("Allow"), a.describe())
					}
				}
			}
		}
	})
}

func TestAnUnknownPathIs404WithAndWithoutToken(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, all, func(t *testing.T, op operation) {
		base := w.valid(op)
		for _, odd := range []string{"/nothing", "/nothing/", "nothing", "/1/2/3/4/5", "/한글", "/%00", "/nothing?page=x"} {
			a := base.with("unknown path " + odd)
			path, query, _ := strings.Cut(odd, "?")
			a.path, a.query, a.unrouted = a.path+path, query, true
			if len(methodsOf(w.operations, a.path)) > 0 {
				continue
			}
			for _, token := range []string{"", w.me.token} {
				a.token = token
				w.send(t, a).wants(t, a, http.StatusNotFound, "NOT_FOUND")
			}
		}
	})
}

// A path that two readers could read differently leads nowhere.
func TestAnAmbiguousPathIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, operation.isAPI, func(t *testing.T, op operation) {
		base := w.valid(op)
		for _, path := range []string{
			"/" + base.path, strings.Replace(base.path, "/api/", "/api//", 1), "/api/.." + base.path, "/x/%2e%2e" + base.path,
			strings.Replace(base.path, "/api/", "/api%2f", 1), base.path + "//", base.path + "/.", base.path + "/%2e%2e/x",
		} {
			a := base.with("ambiguous path")
			a.path, a.unrouted, a.door = path, true, w.edge
			got := w.send(t, a)
			if got.status != http.StatusNotFound && got.status != http.StatusBadRequest && got.status != http.StatusMethodNotAllowed {
				t.Errorf("%s\n  got %s", a.describe(), got.describe())
			}
		}
	})
}

func TestATrailingSlashChangesNothing(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.Method == http.MethodGet && !op.streams() }, func(t *testing.T, op operation) {
		without := w.valid(op)
		with := without.with("trailing slash")
		with.path += "/"
		want := w.send(t, without)
		w.send(t, with).wants(t, with, want.status, want.failure.Code)
		with.token = ""
		if op.bearer {
			w.send(t, with).wants(t, with, http.StatusUnauthorized, "BEARER_TOKEN_MISSING")
		}
	})
}

func TestHeadIsGetWithoutBody(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.Method == http.MethodGet && !op.streams() }, func(t *testing.T, op operation) {
		a := w.valid(op)
		want := w.send(t, a)
		head := a.with("HEAD")
		head.method, head.unrouted = http.MethodHead, true
		got := w.send(t, head)
		got.wants(t, head, want.status, "")
		require.Equal(t, want.header.Get("Content-Type"), got.header.Get("Content-Type"), head.describe())
		if op.bearer {
			head.token = ""
			w.send(t, head).wants(t, head, http.StatusUnauthorized, "")
		}
	})
}

func TestTheInsideIsNotRoutedFromOutside(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.internal }, func(t *testing.T, op operation) {
		for title, token := range map[string]string{"no": "", "a wrong": "x", "a longer": w.internalToken + "x", "a shorter": w.internalToken[1:]} {
			a := w.valid(op).with(title + " credential of the fleet")
			a.header["X-Internal-Token"] = []string{token}
			w.send(t, a).wants(t, a, http.StatusNotFound, "NOT_FOUND")
		}
		for _, path := range []string{"", "/api/..", "/api/proxy/..", "/api/proxy"} {
			request, err := http.NewRequestWithContext(t.Context(), op.Method, w.edge+path+w.valid(op).path, http.NoBody)
			require.NoError(t, err)
			request.Header.Set("X-Internal-Token", w.internalToken)
			response, err := plain.Do(request)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusNotFound, response.StatusCode)
		}
	})
}
