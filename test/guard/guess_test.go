package guard_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// guesses of the passwords of emails, from as many addresses as from says, at both replicas.
func guess(t *testing.T, n int, email func(i int) string, from func(i int) string) (tried, refused int64) {
	t.Helper()
	const guessers = 32
	var hashed, turnedAway atomic.Int64
	bases := []string{member(t, 0), member(t, 1)}
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(guessers)
	for i := range n {
		group.Go(func() error {
			text := wrongPassword
			if i%100 == 99 {
				text = password // the guesser is right now and then, and must not find out
			}
			got, err := try(ctx, http.MethodPost, bases[i%2]+"/api/authentication/login", loginBody(email(i), text), "X-Forwarded-For", from(i))
			switch {
			case err != nil:
				return err
			case got.Code == "LOGIN_FAILED":
				hashed.Add(1)
			case got.Code == "TOO_MANY_REQUESTS" && got.header.Get("Retry-After") != "":
				turnedAway.Add(1)
			default:
				return fmt.Errorf("%w: guess %d: %d %s", errOddAnswer, i, got.status, got.raw)
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	return hashed.Load(), turnedAway.Load()
}

func address(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255) }

func TestTenThousandGuessesFromManyAddressesStayWithinTheBudgetAndTheOwnerGetsIn(t *testing.T) {
	t.Parallel()
	const times, budget = 10_000, 5
	owner := newAccount(t)
	tried, refused := guess(t, times, func(int) string { return owner.email }, address)
	require.EqualValues(t, budget, tried)
	require.EqualValues(t, times-budget, refused)
	for _, cookie := range []string{"device=" + owner.device, "refresh_token=" + owner.refresh} {
		again := *owner
		again.logIn(t, "Cookie", cookie)
	}
}

func TestGuessesAtManyAccountsFromOneAddressStayWithinItsBudget(t *testing.T) {
	t.Parallel()
	const times, budget = 1000, 20
	owner := newAccount(t)
	email := func(i int) string { return fmt.Sprintf("nobody-%d%s", i, mailDomain) }
	tried, refused := guess(t, times, email, func(int) string { return "192.0.2.77" })
	require.EqualValues(t, budget, tried)
	require.EqualValues(t, times-budget, refused)
	got := call(t, http.MethodPost, member(t, 0)+"/api/authentication/login", loginBody(owner.email, password), "X-Forwarded-For", "192.0.2.77")
	require.Equal(t, "TOO_MANY_REQUESTS", got.Code)
	got = call(t, http.MethodPost, member(t, 0)+"/api/authentication/login", loginBody(owner.email, password), "X-Forwarded-For", "192.0.2.77", "Cookie", "device="+owner.device)
	require.Equal(t, http.StatusOK, got.status, "%s", got.raw)
}
