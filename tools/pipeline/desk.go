package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// drawer is one place where dead letters lie.
type drawer interface {
	reader
	handler
}

type reader interface {
	name() string
	// list returns the oldest letters that are wanted, at most wanted.Limit, and holds
	// no more of the others than a page of them at a time.
	list(ctx context.Context, wanted LetterFilter) ([]Letter, error)
	find(ctx context.Context, number string) (Letter, error)
}

// handler changes letters; who and why stay with one that is discarded.
type handler interface {
	retry(ctx context.Context, number string) error
	discard(ctx context.Context, number, who, why string) error
}

func (s *Stores) drawers() []drawer {
	all := []drawer{
		publisherDrawer{"content", s, s.now}, publisherDrawer{"member", s, s.now}, listenerRows{s, s.now},
	}
	for _, service := range []string{"activity", "timeline", "search"} {
		all = append(all, listenerDocuments{service, s, s.now})
	}
	return all
}

// Tables are the names of the places where letters lie.
func (s *Stores) Tables() (names []string) {
	for _, d := range s.drawers() {
		names = append(names, d.name())
	}
	return names
}

// StoresOf are the stores that letters lie in: those of tables, or of the tables of
// letters' ids; all of them where one names none.
func StoresOf(tables ...string) (stores []string) {
	for _, table := range tables {
		name, _, _ := strings.Cut(table, ":")
		switch name {
		case "content", "member", "content-listener":
			stores = append(stores, MySQL)
		case "activity", "timeline", "search":
			stores = append(stores, MongoDB)
		default:
			return []string{MySQL, MongoDB}
		}
	}
	return stores
}

var (
	errTable = errors.New("no such table of letters")
	errState = errors.New("a state is leased, waiting, parked or discarded")
)

// LetterFilter chooses letters; what is empty chooses all.
type LetterFilter struct {
	Table, State, Type string
	// Limit bounds the answer; 0 is 100.
	Limit int
}

const defaultLimit = 100

// wants says whether a letter is of the type that is asked for.
func (f LetterFilter) wants(l Letter) bool { return f.Type == "" || l.Type == f.Type }

// ListLetters returns letters, the oldest first. Events that their own process is
// sending are among them, as leased.
func (s *Stores) ListLetters(ctx context.Context, filter LetterFilter) ([]Letter, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultLimit
	}
	if states := []string{"", StateLeased, StateWaiting, StateParked, StateDiscarded}; !slices.Contains(states, filter.State) {
		return nil, fmt.Errorf("%w, not %q", errState, filter.State)
	}
	if filter.Table != "" && !slices.Contains(s.Tables(), filter.Table) {
		return nil, fmt.Errorf("%w: %q (there are %v)", errTable, filter.Table, s.Tables())
	}
	letters := []Letter{}
	for _, d := range s.drawers() {
		if filter.Table != "" && d.name() != filter.Table {
			continue
		}
		found, err := d.list(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			letters = append(letters, l.brief())
		}
	}
	slices.SortStableFunc(letters, func(a, b Letter) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	return letters[:min(len(letters), filter.Limit)], nil
}

// FindLetter is one letter, whole. Fails with ErrNoLetter.
func (s *Stores) FindLetter(ctx context.Context, id string) (letter Letter, err error) {
	err = s.atLetter(id, func(d drawer, number string) error {
		letter, err = d.find(ctx, number)
		return err
	})
	return letter, err
}

// RetryLetter makes a letter due now, its attempts forgotten; the next drain takes
// it. Fails with ErrNoLetter.
func (s *Stores) RetryLetter(ctx context.Context, id string) error {
	return s.atLetter(id, func(d drawer, number string) error { return d.retry(ctx, number) })
}

var errNoReason = errors.New("discarding needs who and why")

// DiscardLetter gives a letter up for good; who and why stay with it. Fails with
// ErrNoLetter.
func (s *Stores) DiscardLetter(ctx context.Context, id, who, why string) error {
	if who == "" || why == "" {
		return errNoReason
	}
	return s.atLetter(id, func(d drawer, number string) error { return d.discard(ctx, number, who, why) })
}

func (s *Stores) atLetter(id string, do func(d drawer, number string) error) error {
	table, number, err := cut(id)
	if err != nil {
		return err
	}
	for _, d := range s.drawers() {
		if d.name() == table {
			if err := do(d, number); err != nil {
				return fmt.Errorf("letter %s: %w", id, err)
			}
			return nil
		}
	}
	return fmt.Errorf("%w: %q (there are %v)", errTable, table, s.Tables())
}
