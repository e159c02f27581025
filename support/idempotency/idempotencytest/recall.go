package idempotencytest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
)

// RunRecaller runs what every Recaller must do, each test with a book of its own.
func RunRecaller(t *testing.T, newBook NewBook) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, *bench, idempotency.Recaller){
		"what was kept is recalled, nothing else":   testRecall,
		"what has expired is not recalled":          testRecallExpired,
		"a first that still runs is waited for":     testRecallWaits,
		"a first that outlasts it is in progress":   testRecallInProgress,
		"what was forgotten leaves nothing to find": testRecallForgotten,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &bench{clock: newClock()}
			b.book = newBook(t, b.clock.now)
			recaller, ok := b.book.(idempotency.Recaller)
			require.True(t, ok)
			test(t, b, recaller)
		})
	}
}

func recalled(t *testing.T, r idempotency.Recaller, s idempotency.Scope) (string, bool) {
	t.Helper()
	answer, found, err := r.Recall(t.Context(), s)
	require.NoError(t, err)
	return string(answer.Body), found
}

func testRecall(t *testing.T, b *bench, r idempotency.Recaller) {
	_, found := recalled(t, r, scope("k", "x"))
	require.False(t, found)
	first, replayed := b.once(t, scope("k", "x"), 200)
	require.False(t, replayed, "to look does not claim")
	body, found := recalled(t, r, scope("k", "x"))
	require.True(t, found)
	require.Equal(t, first, body)
	others := []idempotency.Scope{scope("k", "another body"), scope("K", "x"), scope("k", "x"), scope("k", "x"), scope("k", "x")}
	others[2].MemberID++
	others[3].Path += "/1"
	others[4].Method = "PUT"
	for _, other := range others {
		_, found := recalled(t, r, other)
		require.False(t, found, "%+v", other)
	}
}

func testRecallExpired(t *testing.T, b *bench, r idempotency.Recaller) {
	b.once(t, scope("k", "x"), 200)
	b.clock.advance(time.Hour + time.Second)
	_, found := recalled(t, r, scope("k", "x"))
	require.False(t, found)
}

// running begins a first that ends when release is closed.
func (b *bench) running(t *testing.T) (release chan struct{}, ended chan error) {
	t.Helper()
	begun, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, _, err := b.book.Once(t.Context(), scope("k", "x"), func(context.Context) idempotency.Answer {
			close(begun)
			<-release
			return idempotency.Answer{Status: 200, Body: []byte("slow")}
		})
		ended <- err
	}()
	<-begun
	return release, ended
}

func testRecallWaits(t *testing.T, b *bench, r idempotency.Recaller) {
	release, ended := b.running(t)
	found := make(chan bool, 1)
	go func() {
		_, ok, err := r.Recall(t.Context(), scope("k", "x"))
		found <- ok && err == nil
	}()
	close(release)
	require.NoError(t, <-ended)
	require.True(t, <-found, "it began before the first had ended, or after: it is found either way")
}

func testRecallInProgress(t *testing.T, b *bench, r idempotency.Recaller) {
	release, ended := b.running(t)
	_, _, err := r.Recall(t.Context(), scope("k", "x"))
	require.ErrorIs(t, err, idempotency.ErrInProgress)
	close(release)
	require.NoError(t, <-ended)
	_, found := recalled(t, r, scope("k", "x"))
	require.True(t, found)
}

func testRecallForgotten(t *testing.T, b *bench, r idempotency.Recaller) {
	b.once(t, scope("k", "x"), 503)
	_, found := recalled(t, r, scope("k", "x"))
	require.False(t, found)
}
