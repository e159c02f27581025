package mysqlstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/services/member/internal/password"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func TestAWeakHashIsMadeAnewAtLoginAndTheDeviceStaysKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.member(t, "haneul")
	first := h.logIn(t, "haneul")
	h.deps.Hasher = h.hasher(t, password.Params{MemoryKiB: 16, Passes: 2, Lanes: 1})
	h.open()
	h.logIn(t, "haneul")
	account, err := h.store.FindAccount(t.Context(), first.MemberID)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(account.PasswordHash), "$argon2id$v=19$m=16,t=2,p=1$"))
	require.Equal(t, "***", fmt.Sprint(account.PasswordHash))
	for range 5 {
		_, err := h.logins.LogIn(t.Context(), member.LoginRequest{Email: "haneul@dailyfeed.example", Password: "wrong"})
		requireCode(t, member.CodeLoginFailed, err)
	}
	_, err = h.logins.LogIn(t.Context(), member.LoginRequest{Email: "haneul@dailyfeed.example", Password: pass, DeviceToken: first.DeviceToken})
	require.NoError(t, err)
}

// slowHasher lets something happen while a password is being hashed.
type slowHasher struct {
	member.PasswordHasher
	during func()
}

func (s slowHasher) Verify(ctx context.Context, hash member.PasswordHash, text string) (member.Verdict, error) {
	verdict, err := s.PasswordHasher.Verify(ctx, hash, text)
	s.during()
	return verdict, err
}

func TestAPasswordThatChangesWhileItIsCheckedLetsNobodyIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.member(t, "haneul")
	hasher := h.deps.Hasher
	h.deps.Hasher = slowHasher{hasher, func() {
		require.NoError(t, h.accounts.Deactivate(context.Background(), id))
	}}
	h.open()
	_, err := h.logins.LogIn(t.Context(), member.LoginRequest{Email: "haneul@dailyfeed.example", Password: pass})
	requireCode(t, member.CodeLoginFailed, err)
	require.EqualValues(t, 0, h.count(t, "SELECT COUNT(*) FROM member_sessions"))
}

// busyHasher has no slot.
type busyHasher struct{ member.PasswordHasher }

func (busyHasher) Verify(context.Context, member.PasswordHash, string) (member.Verdict, error) {
	return member.WrongPassword, member.ErrBusy
}

func TestAnAttemptThatNobodyCheckedDoesNotCount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.member(t, "haneul")
	hasher := h.deps.Hasher
	h.deps.Hasher = busyHasher{hasher}
	h.open()
	for range 10 {
		_, err := h.logins.LogIn(t.Context(), member.LoginRequest{Email: "haneul@dailyfeed.example", Password: pass})
		requireCode(t, apierr.CodeTooManyRequests, err)
		require.ErrorIs(t, err, member.ErrBusy)
	}
	h.deps.Hasher = hasher
	h.open()
	h.logIn(t, "haneul")
}

func TestFailuresAreForgottenAfterFifteenMinutes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.member(t, "haneul")
	guess := func() error {
		_, err := h.logins.LogIn(t.Context(), member.LoginRequest{Email: " HANEUL@dailyfeed.example", Password: "wrong", Client: member.Client{Address: "203.0.113.5"}})
		return err
	}
	for range 5 {
		requireCode(t, member.CodeLoginFailed, guess())
	}
	for range 3 {
		err := guess()
		requireCode(t, apierr.CodeTooManyRequests, err)
		require.InDelta(t, 15*60, apierr.From(err).RetryAfter.Seconds(), 1)
	}
	h.watch.advance(15 * time.Minute)
	requireCode(t, member.CodeLoginFailed, guess())
}

func TestBudgetsInMySQLHoldUnderParallelGuessesAndOutsideOfTransactions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	budgets := mysqlstore.NewBudgets(h.store, h.watch.now)
	budget := []member.Budget{{Name: "email:x", Limit: 5}, {Name: "address:y", Limit: 20}}
	let := make([]bool, 50)
	for _, err := range together(len(let), func(i int) error {
		_, wait, err := budgets.Begin(t.Context(), budget)
		let[i] = wait == 0
		return err
	}) {
		require.NoError(t, err)
	}
	passed := 0
	for _, ok := range let {
		if ok {
			passed++
		}
	}
	require.LessOrEqual(t, passed, 5)
	require.NoError(t, budgets.Clear(t.Context(), budget[0]))
	err := h.store.InTx(t.Context(), func(ctx context.Context) error {
		_, _, err := budgets.Begin(ctx, []member.Budget{{Name: "caller:z", Limit: 5}})
		require.NoError(t, err)
		return context.Canceled
	})
	require.ErrorIs(t, err, context.Canceled)
	require.EqualValues(t, 1, h.count(t, "SELECT attempts FROM member_login_budgets WHERE budget = 'caller:z'"), "a rollback does not take it back")
}
