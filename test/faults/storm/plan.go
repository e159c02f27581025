package storm

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Kind is a kind of fault.
type Kind string

// The kinds. Targets are parts, brokers (kafka-0 …) and lines ("content → mysql").
const (
	Kill      Kind = "kill -9"   // a part or broker, which comes back
	Pause     Kind = "SIGSTOP"   // a part or broker, for a while
	Cut       Kind = "cut"       // a line, for a while
	Reset     Kind = "reset"     // every connection of a line
	Freeze    Kind = "freeze"    // a line: nothing passes for a while, nothing is closed
	Slow      Kind = "slow"      // a line: each answer is late, for a while
	Flush     Kind = "flush"     // all of Redis
	KillPoint Kind = "kill at"   // a part, at a crash point
	DrainJob  Kind = "drain job" // a drain as a job, killed or not, beside those of the services
)

// Fault is one step of a plan.
type Fault struct {
	// After is how many acts of the crowd lie between the fault before and this one.
	After  int64
	Kind   Kind
	Target string
	For    time.Duration
	// Point is the crash point of a KillPoint.
	Point Point
}

// String is the fault in a plan that is printed.
func (f Fault) String() string {
	text := fmt.Sprintf("after %d acts: %s %s", f.After, f.Kind, f.Target)
	if f.Point != "" {
		text += " " + string(f.Point)
	}
	if f.For > 0 {
		text += " for " + f.For.String()
	}
	return text
}

// Plan is what fails, in order.
type Plan []Fault

// Targets are what a plan may hit.
type Targets struct {
	Services []string // parts
	Stores   []string // mysql, redis, mongodb
	Brokers  int
	Lines    []string
}

// NewPlan makes the plan of a seed: so many faults, about every so many acts.
func NewPlan(seed uint64, faults int, every int64, targets Targets) Plan {
	const stream = 99
	random := rand.New(rand.NewPCG(seed, stream))
	plan := make(Plan, faults)
	for i := range plan {
		plan[i] = draw(random, targets)
		plan[i].After = every/2 + random.Int64N(every)
	}
	return plan
}

// String is the whole plan, a line for each fault.
func (p Plan) String() string {
	var text strings.Builder
	for i, f := range p {
		fmt.Fprintf(&text, "%4d %s\n", i+1, f)
	}
	return text.String()
}

func draw(random *rand.Rand, targets Targets) Fault {
	const sides = 100
	d := random.IntN(sides)
	for _, face := range faces {
		if d -= face.weight; d < 0 {
			return face.make(random, targets)
		}
	}
	return Fault{Kind: Flush}
}

// faces are the sides of the die.
var faces = []struct {
	weight int
	make   func(random *rand.Rand, t Targets) Fault
}{
	{22, func(r *rand.Rand, t Targets) Fault { return Fault{Kind: Kill, Target: one(r, t.Services)} }},
	{12, func(r *rand.Rand, t Targets) Fault {
		return Fault{Kind: Pause, Target: one(r, t.Services), For: span(r, 4000)}
	}},
	{2, func(r *rand.Rand, t Targets) Fault {
		return Fault{Kind: Pause, Target: one(r, t.Services), For: beyondLease}
	}},
	{6, func(r *rand.Rand, t Targets) Fault { return Fault{Kind: Kill, Target: one(r, t.Stores)} }},
	{4, func(r *rand.Rand, t Targets) Fault {
		return Fault{Kind: Pause, Target: one(r, t.Stores), For: span(r, 3000)}
	}},
	{4, func(r *rand.Rand, t Targets) Fault { return Fault{Kind: Kill, Target: broker(r, t)} }},
	{3, func(r *rand.Rand, t Targets) Fault {
		return Fault{Kind: Pause, Target: broker(r, t), For: span(r, 3000)}
	}},
	{8, func(r *rand.Rand, t Targets) Fault {
		return Fault{Kind: Cut, Target: one(r, t.Lines), For: span(r, 3000)}
	}},
	{12, func(r *rand.Rand, t Targets) Fault { return Fault{Kind: Reset, Target: one(r, t.Lines)} }},
	{5, func(r *rand.Rand, t Targets) Fault {
		return Fault{Kind: Freeze, Target: one(r, t.Lines), For: span(r, 3000)}
	}},
	{5, func(r *rand.Rand, t Targets) Fault {
		return Fault{Kind: Slow, Target: one(r, t.Lines), For: span(r, 3000)}
	}},
	{2, func(*rand.Rand, Targets) Fault { return Fault{Kind: Flush, Target: "redis"} }},
	{12, func(r *rand.Rand, t Targets) Fault {
		p := one(r, Points())
		return Fault{Kind: KillPoint, Target: one(r, p.parts(t.Services)), Point: p}
	}},
	{3, func(r *rand.Rand, _ Targets) Fault {
		return Fault{Kind: DrainJob, Target: one(r, []string{"content", "member"}), For: span(r, 1000)}
	}},
}

// beyondLease is longer than the lease of a new event (15 s).
const beyondLease = 17 * time.Second

func span(r *rand.Rand, most int) time.Duration {
	const least = 200
	return time.Duration(least+r.IntN(most-least)) * time.Millisecond
}

func one[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

func broker(r *rand.Rand, t Targets) string { return fmt.Sprintf("kafka-%d", r.IntN(t.Brokers)) }
