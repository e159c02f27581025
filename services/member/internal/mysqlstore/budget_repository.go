package mysqlstore

import (
	"context"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// Budgets count attempts at passwords in MySQL, for as long as Redis does not
// answer. Its windows are fixed, not sliding, and it never joins a transaction:
// an attempt counts whatever becomes of the request.
type Budgets struct {
	store *Store
	now   member.Clock
}

var _ member.AttemptLimiter = (*Budgets)(nil)

// NewBudgets counts in store's schema.
func NewBudgets(store *Store, now member.Clock) *Budgets { return &Budgets{store: store, now: now} }

// apart is ctx's deadline without the transaction that ctx carries.
func apart(ctx context.Context) (context.Context, context.CancelFunc) {
	const longest = 3 * time.Second
	alone, cancel := context.WithTimeout(context.Background(), longest)
	stop := context.AfterFunc(ctx, cancel)
	return alone, func() { stop(); cancel() }
}

type budgetRow struct {
	Attempts     int
	WindowEndsAt time.Time
}

// Begin implements member.AttemptLimiter. What was counted against the budgets
// before one that is used up is taken back.
func (b *Budgets) Begin(ctx context.Context, budgets []member.Budget) (member.Attempt, time.Duration, error) {
	ctx, cancel := apart(ctx)
	defer cancel()
	attempt := member.Attempt{}
	for _, budget := range budgets {
		wait, err := b.count(ctx, budget)
		if err != nil {
			return member.Attempt{}, 0, err
		}
		attempt.Budgets = append(attempt.Budgets, budget)
		if wait > 0 {
			return member.Attempt{}, wait, b.withdraw(ctx, attempt)
		}
	}
	return attempt, 0, nil
}

func (b *Budgets) count(ctx context.Context, budget member.Budget) (wait time.Duration, err error) {
	now := b.now()
	what := "count attempt"
	// the assignments are made from left to right: attempts still sees the old window
	_, err = b.store.change(ctx, what,
		`INSERT INTO member_login_budgets (budget, attempts, window_ends_at) VALUES (?, 1, ?)
		 ON DUPLICATE KEY UPDATE attempts = IF(window_ends_at <= ?, 1, attempts + 1), window_ends_at = IF(window_ends_at <= ?, ?, window_ends_at)`,
		budget.Name, now.Add(member.AttemptWindow), now, now, now.Add(member.AttemptWindow))
	if err != nil {
		return 0, err
	}
	r, err := one[budgetRow](ctx, b.store, what, "SELECT attempts, window_ends_at FROM member_login_budgets WHERE budget = ?", budget.Name)
	if err != nil {
		return 0, err
	}
	if r.Attempts > budget.Limit {
		return max(r.WindowEndsAt.Sub(now), time.Second), nil
	}
	return 0, nil
}

// Withdraw implements member.AttemptLimiter.
func (b *Budgets) Withdraw(ctx context.Context, attempt member.Attempt) error {
	ctx, cancel := apart(ctx)
	defer cancel()
	return b.withdraw(ctx, attempt)
}

func (b *Budgets) withdraw(ctx context.Context, attempt member.Attempt) error {
	for _, budget := range attempt.Budgets {
		_, err := b.store.change(ctx, "take attempt back",
			"UPDATE member_login_budgets SET attempts = attempts - 1 WHERE budget = ? AND attempts > 0", budget.Name)
		if err != nil {
			return err
		}
	}
	return nil
}

// Clear implements member.AttemptLimiter.
func (b *Budgets) Clear(ctx context.Context, budget member.Budget) error {
	ctx, cancel := apart(ctx)
	defer cancel()
	_, err := b.store.change(ctx, "clear attempts", "DELETE FROM member_login_budgets WHERE budget = ?", budget.Name)
	return err
}
