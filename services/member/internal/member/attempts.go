package member

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strconv"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// How many failures are let through within AttemptWindow (spec 04).
const (
	failuresPerEmail   = 5
	failuresPerAddress = 20
	// failuresPerDevice bounds a device that is known: others' guesses do not
	// count against it, its own do.
	failuresPerDevice = 5
	// failuresPerCaller bounds the current passwords that one who is logged in
	// may try.
	failuresPerCaller = 5
)

func budgetFor(kind, subject string, limit int) Budget {
	hash := sha256.Sum256([]byte(subject))
	return Budget{Name: kind + ":" + hex.EncodeToString(hash[:16]), Limit: limit}
}

func emailBudget(email Email) Budget { return budgetFor("email", email.Key, failuresPerEmail) }

// addressBudget is that of a client: whoever has one address of IPv6 has all of a
// /64, and would have a budget with each.
func addressBudget(address string) Budget {
	const ofOneClient = 64
	if parsed, err := netip.ParseAddr(address); err == nil {
		parsed = parsed.Unmap()
		address = parsed.String()
		if parsed.Is6() {
			address = netip.PrefixFrom(parsed.WithZone(""), ofOneClient).Masked().String()
		}
	}
	return budgetFor("address", address, failuresPerAddress)
}

func deviceBudget(token string) Budget { return budgetFor("device", token, failuresPerDevice) }

func sessionBudget(session SessionID) Budget {
	return budgetFor("session", strconv.FormatInt(int64(session), 10), failuresPerDevice)
}

func callerBudget(member MemberID) Budget {
	return budgetFor("caller", strconv.FormatInt(int64(member), 10), failuresPerCaller)
}

// attempts counts attempts at passwords. A failure counts because it is not
// taken back: what is counted before the hash is computed cannot be slipped
// through by guessing in parallel.
type attempts struct{ limiter AttemptLimiter }

// begin fails with TOO_MANY_REQUESTS where a budget is used up.
func (a attempts) begin(ctx context.Context, budgets ...Budget) (Attempt, error) {
	attempt, wait, err := a.limiter.Begin(ctx, budgets)
	if err != nil {
		return Attempt{}, err
	}
	if wait > 0 {
		return Attempt{}, apierr.CodeTooManyRequests.New().WithRetryAfter(wait)
	}
	return attempt, nil
}

// withdraw takes an attempt back. What fails here leaves a count too high,
// which passes by itself, so it does not fail the caller.
func (a attempts) withdraw(ctx context.Context, attempt Attempt) {
	_ = a.limiter.Withdraw(ctx, attempt)
}

func (a attempts) clear(ctx context.Context, budget Budget) {
	_ = a.limiter.Clear(ctx, budget)
}
