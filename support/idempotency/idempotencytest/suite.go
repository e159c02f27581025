// Package idempotencytest is what every idempotency.Book must do, as tests.
package idempotencytest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
)

// NewBook makes an empty book whose expiry is told by now. It should wait for
// a running first request for about a second, to keep the tests short.
type NewBook func(t *testing.T, now func() time.Time) idempotency.Book

// Run runs the suite, each test with a book of its own.
func Run(t *testing.T, newBook NewBook) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, *bench){
		"first answer is kept and returned again":        testReplay,
		"other body under the same key":                  testOtherBody,
		"each part of the scope tells requests apart":    testScope,
		"outcomes that are kept, and those that are not": testOutcomes,
		"expired answer makes room for a new one":        testExpiry,
		"many at once have one effect":                   testConcurrent,
		"many at once after a failure have one effect":   testConcurrentAfterFailure,
		"repeat of a running request is in progress":     testInProgress,
		"panic keeps nothing":                            testPanic,
		"without a key nothing is kept":                  testUnkeyed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &bench{clock: newClock()}
			b.book = newBook(t, b.clock.now)
			test(t, b)
		})
	}
}

type bench struct {
	book  idempotency.Book
	clock *clock
	runs  atomic.Int64
}

// scope is a request of member 7 with this key and body.
func scope(key, body string) idempotency.Scope {
	return idempotency.Scope{
		MemberID: 7, Method: "POST", Path: "/api/posts", Key: key,
		BodyHash: sha256.Sum256([]byte(body)), Life: time.Hour,
	}
}

// answering counts its runs, and answers with the count in the body.
func (b *bench) answering(status int) func(context.Context) idempotency.Answer {
	return func(context.Context) idempotency.Answer {
		return idempotency.Answer{Status: status, Body: fmt.Appendf(nil, "run %d", b.runs.Add(1))}
	}
}

func (b *bench) once(t *testing.T, s idempotency.Scope, status int) (body string, replayed bool) {
	t.Helper()
	answer, replayed, err := b.book.Once(t.Context(), s, b.answering(status))
	require.NoError(t, err)
	require.Equal(t, status, answer.Status)
	return string(answer.Body), replayed
}

func testReplay(t *testing.T, b *bench) {
	body, replayed := b.once(t, scope("k", "x"), 201)
	require.Equal(t, "run 1", body)
	require.False(t, replayed)
	for range 2 {
		body, replayed = b.once(t, scope("k", "x"), 201)
		require.Equal(t, "run 1", body)
		require.True(t, replayed)
	}
}

func testOtherBody(t *testing.T, b *bench) {
	b.once(t, scope("k", "x"), 200)
	_, _, err := b.book.Once(t.Context(), scope("k", "y"), b.answering(200))
	require.ErrorIs(t, err, idempotency.ErrKeyReused)
	require.EqualValues(t, 1, b.runs.Load())
}

func testScope(t *testing.T, b *bench) {
	first := scope("k", "x")
	b.once(t, first, 200)
	for name, change := range map[string]func(*idempotency.Scope){
		"member": func(s *idempotency.Scope) { s.MemberID = 8 },
		"method": func(s *idempotency.Scope) { s.Method = "DELETE" },
		"path":   func(s *idempotency.Scope) { s.Path = "/api/posts/1" },
		"key":    func(s *idempotency.Scope) { s.Key = "K" },
	} {
		other := first
		change(&other)
		_, replayed := b.once(t, other, 200)
		require.False(t, replayed, name)
		_, replayed = b.once(t, other, 200)
		require.True(t, replayed, name)
	}
}

func testOutcomes(t *testing.T, b *bench) {
	for status, kept := range map[int]bool{
		200: true, 201: true, 400: true, 403: true, 404: true, 413: true, 422: true,
		401: false, 409: false, 429: false, 500: false, 503: false, 504: false,
	} {
		s := scope(fmt.Sprint("status-", status), "x")
		first, _ := b.once(t, s, status)
		second, replayed := b.once(t, s, status)
		require.Equal(t, kept, replayed, status)
		require.Equal(t, kept, first == second, status)
	}
}

func testExpiry(t *testing.T, b *bench) {
	b.once(t, scope("k", "x"), 200)
	b.clock.advance(time.Hour - time.Second)
	_, replayed := b.once(t, scope("k", "x"), 200)
	require.True(t, replayed)
	b.clock.advance(2 * time.Second)
	body, replayed := b.once(t, scope("k", "another body"), 200)
	require.False(t, replayed)
	require.Equal(t, "run 2", body)
	body, replayed = b.once(t, scope("k", "another body"), 200)
	require.True(t, replayed)
	require.Equal(t, "run 2", body)
}

// crowd asks n times at once and returns how many ran and how many were replayed.
func (b *bench) crowd(t *testing.T, n int, do func(context.Context) idempotency.Answer) (ran, replayed int) {
	t.Helper()
	var group sync.WaitGroup
	start := make(chan struct{})
	outcomes := make(chan bool, n)
	for range n {
		group.Go(func() {
			<-start
			answer, replay, err := b.book.Once(t.Context(), scope("k", "x"), do)
			for errors.Is(err, idempotency.ErrInProgress) { // what a client does on 409
				answer, replay, err = b.book.Once(t.Context(), scope("k", "x"), do)
			}
			if err != nil {
				t.Errorf("once: %v", err)
				return
			}
			if answer.Status < 500 {
				outcomes <- replay
			}
		})
	}
	close(start)
	group.Wait()
	close(outcomes)
	for replay := range outcomes {
		if replay {
			replayed++
		} else {
			ran++
		}
	}
	return ran, replayed
}

const crowdSize = 50

func testConcurrent(t *testing.T, b *bench) {
	ran, replayed := b.crowd(t, crowdSize, b.answering(200))
	require.Equal(t, 1, ran)
	require.Equal(t, crowdSize-1, replayed)
	require.EqualValues(t, 1, b.runs.Load())
}

// The first attempts fail and leave nothing, so that those who wait for them
// have to agree on who goes on.
func testConcurrentAfterFailure(t *testing.T, b *bench) {
	const failures = 5
	ran, replayed := b.crowd(t, crowdSize, func(context.Context) idempotency.Answer {
		if b.runs.Add(1) <= failures {
			return idempotency.Answer{Status: 503}
		}
		return idempotency.Answer{Status: 200}
	})
	require.Equal(t, 1, ran)
	require.Equal(t, crowdSize-1-failures, replayed)
}

func testInProgress(t *testing.T, b *bench) {
	begun, release, first := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, _, err := b.book.Once(t.Context(), scope("k", "x"), func(context.Context) idempotency.Answer {
			close(begun)
			<-release
			return idempotency.Answer{Status: 200, Body: []byte("slow")}
		})
		first <- err
	}()
	<-begun
	_, _, err := b.book.Once(t.Context(), scope("k", "x"), b.answering(200))
	require.ErrorIs(t, err, idempotency.ErrInProgress)
	close(release)
	require.NoError(t, <-first)
	body, replayed := b.once(t, scope("k", "x"), 200)
	require.True(t, replayed)
	require.Equal(t, "slow", body)
	require.Zero(t, b.runs.Load())
}

func testPanic(t *testing.T, b *bench) {
	require.PanicsWithValue(t, "boom", func() {
		_, _, _ = b.book.Once(t.Context(), scope("k", "x"), func(context.Context) idempotency.Answer { panic("boom") }) //nolint:forbidigo // what the test is about
	})
	_, replayed := b.once(t, scope("k", "x"), 200)
	require.False(t, replayed)
}

func testUnkeyed(t *testing.T, b *bench) {
	for run, status := range []int{200, 404, 500} {
		answer, err := b.book.Unkeyed(t.Context(), b.answering(status))
		require.NoError(t, err)
		require.Equal(t, status, answer.Status)
		require.EqualValues(t, run+1, b.runs.Load())
	}
}
