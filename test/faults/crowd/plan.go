package crowd

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// ReadFeed is an act that is no write: a home feed that is read is kept, and then
// pushed to.
const ReadFeed ledger.Verb = "read-feed"

// Act is one step of a member: what, and a number that picks about what, among what
// there is by then.
type Act struct {
	Verb ledger.Verb
	Pick uint32
}

// weights say how often something is done.
var weights = []struct {
	verb   ledger.Verb
	weight int
}{
	{ledger.CreatePost, 16},
	{ledger.EditPost, 10},
	{ledger.DeletePost, 3},
	{ledger.CreateComment, 18},
	{ledger.EditComment, 6},
	{ledger.DeleteComment, 4},
	{ledger.LikePost, 16},
	{ledger.UnlikePost, 6},
	{ledger.LikeComment, 8},
	{ledger.UnlikeComment, 3},
	{ledger.Follow, 6},
	{ledger.Unfollow, 2},
	{ReadFeed, 2},
}

// Plan is what each member does, in order.
type Plan [][]Act

// NewPlan makes the plan of a seed.
func NewPlan(seed uint64, members, acts int) Plan {
	total := 0
	for _, w := range weights {
		total += w.weight
	}
	plan := make(Plan, members)
	for m := range plan {
		random := rand.New(rand.NewPCG(seed, uint64(m)))
		for range acts {
			plan[m] = append(plan[m], Act{choose(random.IntN(total)), random.Uint32()})
		}
	}
	return plan
}

func choose(n int) ledger.Verb {
	for _, w := range weights {
		if n -= w.weight; n < 0 {
			return w.verb
		}
	}
	return ReadFeed
}

// Digest tells plans apart.
func (p Plan) Digest() string {
	sum := fnv.New64a()
	for _, acts := range p {
		for _, a := range acts {
			_, _ = fmt.Fprintf(sum, "%s%d;", a.Verb, a.Pick) // a hash does not fail
		}
	}
	return fmt.Sprintf("%016x", sum.Sum64())
}
