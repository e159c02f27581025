package e2e_test

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func keyed(op operation) bool { return op.keyed }

func (a ask) keyedBy(key string) ask { return a.withHeader("keyed", "Idempotency-Key", key) }

// other is the same request with another body.
func (a ask) other() ask {
	a = a.with("another body")
	if len(a.body) > 1 {
		a.body = []byte(`{"zz":1,` + string(a.body[1:]))
	} else {
		a.body = []byte(`{"zz":1}`)
	}
	return a
}

func TestARepeatGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, keyed, func(t *testing.T, op operation) {
		for _, title := range []string{"first", "refused"} {
			first := w.fresh(t, op).keyedBy(rand.Text())
			first.title = title
			if title == "refused" {
				if len(op.body.required()) == 0 {
					continue
				}
				first.body = []byte(`{"zz":2}`)
			}
			want := w.send(t, first)
			require.Empty(t, want.header.Get("Idempotency-Replayed"), first.describe())
			for _, path := range []string{first.path, first.path + "/"} {
				again := first.with("a repeat")
				again.path = path
				again.door = w.services[op.service]
				got := w.send(t, again)
				got.wants(t, again, want.status, want.failure.Code)
				require.Equal(t, string(want.body), string(got.body), again.describe())
				require.Equal(t, "true", got.header.Get("Idempotency-Replayed"), again.describe())
				require.Equal(t, want.header.Get("Content-Type"), got.header.Get("Content-Type"))
			}
		}
	})
}

func TestAKeyWithAnotherBodyIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.keyed && !op.endsCaller() }, func(t *testing.T, op operation) {
		first := w.fresh(t, op).keyedBy(rand.Text())
		w.send(t, first)
		other := first.other()
		got := w.send(t, other)
		if !op.bearer { // the body is part of the scope
			require.NotEqual(t, http.StatusUnprocessableEntity, got.status, other.describe())
			return
		}
		got.wants(t, other, http.StatusUnprocessableEntity, "IDEMPOTENCY_KEY_REUSED")
		require.Empty(t, got.header.Get("Idempotency-Replayed"))
		somebody := first.with("the key of somebody else")
		somebody.token = w.other.token
		got = w.send(t, somebody)
		require.Empty(t, got.header.Get("Idempotency-Replayed"), somebody.describe())
		require.NotEqual(t, http.StatusUnprocessableEntity, got.status, somebody.describe())
	})
}

func TestARequestIDStandsInForAKey(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.keyed && !op.endsCaller() }, func(t *testing.T, op operation) {
		first := w.fresh(t, op).withHeader("by request id", "X-Request-Id", rand.Text())
		want := w.send(t, first)
		require.Empty(t, want.header.Get("Idempotency-Replayed"), first.describe())
		got := w.send(t, first)
		require.Equal(t, string(want.body), string(got.body), first.describe())
		require.Equal(t, "true", got.header.Get("Idempotency-Replayed"), first.describe())
		other := first.other()
		got = w.send(t, other)
		require.NotEqual(t, http.StatusUnprocessableEntity, got.status, "another body under a request id is another request: %s", other.describe())
		require.Empty(t, got.header.Get("Idempotency-Replayed"), other.describe())
	})
}

func TestRepeatsAtTheSameTimeAreDoneOnce(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.keyed && !op.endsCaller() }, func(t *testing.T, op operation) {
		const times = 6
		a := w.fresh(t, op).keyedBy(rand.Text())
		answers := make([]answer, times)
		var done sync.WaitGroup
		for i := range times {
			done.Go(func() { answers[i] = w.send(t, a) })
		}
		done.Wait()
		firsts := 0
		for _, got := range answers {
			require.Equal(t, string(answers[0].body), string(got.body), a.describe())
			if got.header.Get("Idempotency-Replayed") == "" {
				firsts++
			}
		}
		require.Equal(t, 1, firsts, a.describe())
	})
}

func TestAKeyThatBreaksItsRuleIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, keyed, func(t *testing.T, op operation) {
		base := w.valid(op)
		for _, values := range [][]string{{""}, {" "}, {"a b"}, {"키"}, {strings.Repeat("a", 201)}, {"a", "b"}, {"a", "a"}, {"a\tb"}, {"\x80"}, {strings.Repeat("a", 8000)}} {
			a := base.with("key " + clip(strings.Join(values, "|")))
			a.header["Idempotency-Key"] = values
			got := w.send(t, a)
			if got.wants(t, a, http.StatusBadRequest, "VALIDATION_FAILED") {
				got.names(t, a, "Idempotency-Key")
			}
		}
	})
	w.each(t, func(op operation) bool { return op.isAPI() && !op.keyed && cheap(op) }, func(t *testing.T, op operation) {
		a := w.valid(op).withHeader("a key where none counts", "Idempotency-Key", "a b", "Idempotency-Key", "키")
		got := w.send(t, a)
		for _, one := range got.failure.Errors {
			require.NotEqual(t, "Idempotency-Key", one.Field, a.describe())
		}
		again := w.valid(op).keyedBy(rand.Text())
		w.send(t, again)
		require.Empty(t, w.send(t, again).header.Get("Idempotency-Replayed"), again.describe())
	})
}

func TestTheLongestKeyIsTaken(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.keyed && !op.endsCaller() }, func(t *testing.T, op operation) {
		for _, filler := range []string{"a", "~", "!", "\"", "\\", "'"} {
			tail := rand.Text()
			a := w.fresh(t, op).keyedBy(strings.Repeat(filler, 200-len(tail)) + tail)
			want := w.send(t, a)
			got := w.send(t, a)
			require.Equal(t, string(want.body), string(got.body), a.describe())
		}
	})
}
