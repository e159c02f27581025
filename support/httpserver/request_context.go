package httpserver

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	weak "math/rand/v2"
	"net/http"
	"regexp"
	"strings"
)

// request is what the edge knows of a request before it is routed.
type request struct {
	id          string
	supplied    bool // the id is the caller's
	traceParent string
	method      string // as asked: HEAD is routed as GET
	path        string // as asked, escaped, without query
	// end ends the request's span; nil where it has none.
	end func(route string, status int)
	// slot is where it counts as in flight; nil outside of admit.
	slot *slot
	// client ends when the client leaves, without the request's deadline; nil where
	// there is none.
	client context.Context //nolint:containedctx // it is of the request, as this
	// onSuccess are headers for the answer of a GET or HEAD that succeeds.
	onSuccess http.Header
}

type requestKey struct{}

// isCallersRequestID says whether a caller may choose this as its request id:
// 1 to 128 of A-Z a-z 0-9 . _ : + / = - (spec 03). Every request comes by here.
func isCallersRequestID(id string) bool {
	const longest = 128
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case !strings.ContainsRune("._:+/=-", rune(c)):
			return false
		}
	}
	return id != "" && len(id) <= longest
}

// traceParentForm is version 00 of W3C trace context; later versions may add
// to the end of it.
var traceParentForm = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$`)

// RequestID is the id of the request that ctx belongs to, "" where none does.
func RequestID(ctx context.Context) string { return requestOf(ctx).id }

// TraceParent is the W3C traceparent of this service's part of the request.
func TraceParent(ctx context.Context) string { return requestOf(ctx).traceParent }

func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

// identify gives a request its ids: the caller's where they are well formed,
// else new ones.
func identify(r *http.Request) *request {
	known := &request{
		id: r.Header.Get("X-Request-Id"), method: r.Method, path: r.URL.EscapedPath(),
		traceParent: continueTrace(r.Header.Get("traceparent")),
	}
	known.supplied = isCallersRequestID(known.id)
	if !known.supplied {
		known.id = rand.Text()
	}
	return known
}

const (
	noTrace = "00000000000000000000000000000000"
	noSpan  = "0000000000000000"
)

// continueTrace keeps the caller's trace id and flags under a span id of ours.
func continueTrace(parent string) string {
	var random [24]byte
	for i := 0; i < len(random); i += 8 { // it names, and need not be hard to guess
		binary.NativeEndian.PutUint64(random[i:], weak.Uint64()) //nolint:gosec // see above (2026-11-21)
	}
	trace, flags := hex.EncodeToString(random[:16]), "00"
	const parts = 6 // the whole, version, trace, span, flags, more
	if parent != "" {
		m := traceParentForm.FindStringSubmatch(parent)
		if len(m) == parts && isTrace(m[1], m[2], m[3], m[5]) {
			trace, flags = m[2], m[4]
		}
	}
	return "00-" + trace + "-" + hex.EncodeToString(random[16:]) + "-" + flags
}

// isTrace holds for the ids that mean something, in a version that may be:
// 00 ends with the flags, and ff is none.
func isTrace(version, trace, span, more string) bool {
	return trace != noTrace && span != noSpan && version != "ff" && (version != "00" || more == "")
}

// traceID is the middle of a traceparent.
func traceID(parent string) string {
	const start, end = 3, 35
	if len(parent) < end {
		return ""
	}
	return parent[start:end]
}
