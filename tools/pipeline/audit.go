package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// AuditOptions say what an audit looks at.
type AuditOptions struct {
	// Days are dates in UTC, yyyyMMdd; without any, those of the newest two topics
	// up to today.
	Days []string
	// Settle is how long a difference may last before it counts; 0 means 10 s.
	Settle time.Duration
	// Repair rebuilds what is derived and differs.
	Repair bool
}

const defaultSettle = 10 * time.Second

// Audit is how the stores compare.
type Audit struct {
	At   time.Time `json:"at"`
	Days []string  `json:"days"`
	// Events are by day and type.
	Events []EventCount `json:"events"`
	// Checks compare what is derived with what it is derived from.
	Checks []Comparison `json:"checks"`
	// Advice is what a person should do, where Repair cannot.
	Advice []string `json:"advice"`
}

// EventCount is what became of the events of one day and type. Committed is the sum
// of the others; Lost and Missing are to be 0, and Phantom too.
type EventCount struct {
	Day  string `json:"day"`
	Type string `json:"type"`
	// Committed is how many there must be: by the owner's rows, tables and Kafka.
	Committed int64 `json:"committed"`
	// Applied were recorded by activity, which records every type.
	Applied int64 `json:"applied"`
	// Waiting are in the writer's table alone.
	Waiting int64 `json:"waiting"`
	// Lag are on Kafka, before activity's offset.
	Lag int64 `json:"lag"`
	// Dead could not be applied and are tried again.
	Dead int64 `json:"dead"`
	// Parked wait for a person, in the writer's table or as activity's letters;
	// Discarded were given up by one.
	Parked    int64 `json:"parked"`
	Discarded int64 `json:"discarded"`
	// Lost have a row and no event anywhere.
	Lost int64 `json:"lost"`
	// Missing are behind activity's offset, and not recorded.
	Missing int64 `json:"missing"`
	// Phantom are events without a row; they are part of no sum.
	Phantom int64 `json:"phantom"`
}

// Comparison is one comparison.
type Comparison struct {
	Name string `json:"name"`
	// Looked is how many were compared, Wrong how many differ, Repaired how many of
	// these were rebuilt.
	Looked   int64 `json:"looked"`
	Wrong    int64 `json:"wrong"`
	Repaired int64 `json:"repaired"`
	// Examples are some that differ.
	Examples []string `json:"examples"`
}

const maxExamples = 10

func (c *Comparison) differs(format string, args ...any) {
	c.Wrong++
	if len(c.Examples) < maxExamples {
		c.Examples = append(c.Examples, fmt.Sprintf(format, args...))
	}
}

// Differences is how much is wrong and was not repaired.
func (a Audit) Differences() (n int64) {
	for _, e := range a.Events {
		n += e.Lost + e.Missing + e.Phantom
	}
	for _, c := range a.Checks {
		n += c.Wrong - c.Repaired
	}
	return n
}

// Audit compares the stores with each other. It costs a read of the chosen days'
// topics, and of the tables and projections.
func (s *Stores) Audit(ctx context.Context, options AuditOptions) (Audit, error) {
	if options.Settle <= 0 {
		options.Settle = defaultSettle
	}
	a := &auditing{stores: s, options: options, counts: map[dayType]*EventCount{}}
	a.result = Audit{At: s.now().UTC(), Events: []EventCount{}, Checks: []Comparison{}, Advice: []string{}}
	for _, step := range []func(context.Context) error{a.chooseDays, a.auditEvents, a.auditCounters, a.auditDocuments, a.auditFeeds} {
		if err := step(ctx); err != nil {
			return a.result, err
		}
	}
	a.finish()
	return a.result, nil
}

// auditing is an audit under way.
type auditing struct {
	stores  *Stores
	options AuditOptions
	topics  []string
	counts  map[dayType]*EventCount
	result  Audit
}

type dayType struct{ day, kind string }

func (a *auditing) count(day, kind string) *EventCount {
	k := dayType{day, kind}
	if a.counts[k] == nil {
		a.counts[k] = &EventCount{Day: day, Type: kind}
	}
	return a.counts[k]
}

const dayLayout = "20060102"

// chooseDays finds the topics to read.
func (a *auditing) chooseDays(ctx context.Context) error {
	names, err := a.stores.days(ctx)
	if err != nil {
		return err
	}
	prefix := a.stores.addresses.Prefix
	if len(a.options.Days) == 0 {
		today := kafka.DailyTopic(prefix, a.stores.now())
		past := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name > today })
		for _, name := range past[max(0, len(past)-2):] {
			a.options.Days = append(a.options.Days, name[len(prefix):])
		}
	}
	for _, day := range a.options.Days {
		if _, err := time.Parse(dayLayout, day); err != nil {
			return fmt.Errorf("%w, not %q", errDay, day)
		}
		if name := prefix + day; slices.Contains(names, name) {
			a.topics = append(a.topics, name)
		} else {
			a.result.Advice = append(a.result.Advice, "the topic of "+day+" is gone: its events cannot be compared")
		}
	}
	a.result.Days = a.options.Days
	return nil
}

var errDay = fmt.Errorf("a day is a date like %s", dayLayout)

func (a *auditing) finish() {
	for _, c := range a.counts {
		c.Committed = c.Applied + c.Waiting + c.Lag + c.Dead + c.Parked + c.Discarded + c.Lost + c.Missing
		a.result.Events = append(a.result.Events, *c)
	}
	slices.SortFunc(a.result.Events, func(x, y EventCount) int { return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Type, y.Type)) })
}

func (a *auditing) advise(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(a.result.Advice, text) {
		a.result.Advice = append(a.result.Advice, text)
	}
}
