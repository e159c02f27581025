package e2e_test

import (
	"net/http"
	"strings"
	"testing"
)

// noIDs are path segments (escaped) that are no id.
var noIDs = []string{
	"0", "-1", "foo", "9007199254740992", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "1e3", "1.0", "1.5", "0x10",
	"+1", "01", "1_000", "%20", "%201", "1%20", "%31%20", "1%00", "%00", "%0a", "1%0a", "%EF%BC%91", "%E0%A9%A7", "한글", "%ff", "%F0%9F%9A%B2",
	"null", "undefined", "NaN", "[object Object]", "1,2", "1%2C2", "1'", "1%20or%201=1", "%27%22", "*", "~", "$", "{id}", "@", "-0", "1@", strings.Repeat("9", 4000), strings.Repeat("%EA%B0%80", 1000),
}

func TestAPathThatHoldsNoIDIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.eachPathParameter(t, func(t *testing.T, op operation, p parameter) {
		if !p.schema.isID() {
			return
		}
		for _, value := range noIDs {
			a := w.withSegment(op, p, value)
			if len(methodsOf(w.operations, a.path)) == 0 {
				continue // not this path any more
			}
			if strings.HasSuffix(value, "%00") {
				a.door = w.services[op.service] // the edge knows no such path
			}
			got := w.send(t, a)
			if value != "@" && got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") { // where a handle may be, @ is one
				got.names(t, a, p.name)
			}
		}
	})
}

// Handles and the ids of sessions and pictures are text: one that cannot be is
// not found.
func TestATextInAPathThatCannotBeIsNotFound(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.eachPathParameter(t, func(t *testing.T, op operation, p parameter) {
		if p.schema.isID() {
			return
		}
		odd := append([]string{"%252e%252e", "..%5c..%5cetc", "%25", "a%2520b", "%3Cscript%3E", "00000000-0000-0000-0000-000000000000", strings.Repeat("a", 51)}, noIDs...)
		for _, value := range odd {
			a := w.withSegment(op, p, value)
			a.unrouted = true // the edge refuses some of them
			got := w.send(t, a)
			allowed := got.status == http.StatusNotFound || p.name == "handle" && got.status == http.StatusOK && !op.documents(http.StatusNotFound)
			if !allowed && got.status != 0 {
				t.Errorf("%s\n  got %s\n  want 404", a.describe(), got.describe())
			}
		}
	})
}

func TestASlashInsideASegmentIsNoWayIn(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.eachPathParameter(t, func(t *testing.T, op operation, p parameter) {
		for _, value := range []string{"1%2F2", "%2F", "1%2f2", "%2e%2e", "%2e", "..%2f..%2finternal", "1;x=1", "%5c", "%2e%2e%2f%2e%2e%2finternal%2fposts"} {
			a := w.withSegment(op, p, value)
			a.unrouted = true
			got := w.send(t, a)
			if got.status < http.StatusBadRequest && op.OperationID != "checkHandle" {
				t.Errorf("%s\n  got %s\n  want a refusal", a.describe(), got.describe())
			}
		}
	})
}

func (w *world) eachPathParameter(t *testing.T, test func(t *testing.T, op operation, p parameter)) {
	t.Helper()
	w.each(t, func(op operation) bool { return len(op.in("path")) > 0 }, func(t *testing.T, op operation) {
		for _, p := range op.in("path") {
			test(t, op, p)
		}
	})
}

// withSegment is a valid request but for one parameter of its path.
func (w *world) withSegment(op operation, p parameter, escaped string) ask {
	a := w.valid(op).with(p.name + " " + clip(escaped))
	a.path = op.Path
	for _, other := range op.in("path") {
		value := escaped
		if other.name != p.name {
			value = "1"
		}
		a.path = strings.ReplaceAll(a.path, "{"+other.name+"}", value)
	}
	return a
}
