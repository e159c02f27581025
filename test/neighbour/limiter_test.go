package neighbour_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// limiterRows are the limiter table of spec 12, written a second time.
var limiterRows = []struct {
	name      string
	profile   serviceclient.Profile
	perSecond int
	wait      time.Duration
}{
	{"default", serviceclient.Default(), 100, 0},
	{"critical", serviceclient.Critical(), 200, 100 * time.Millisecond},
	{"conservative", serviceclient.Bulk(), 50, 0},
}

func TestALimiterBoundsWhatReachesItsNeighbour(t *testing.T) {
	t.Parallel()
	for _, r := range limiterRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			n := newNeighbour(t, r.profile) // its times as they are
			total := 5 * r.perSecond
			begin := time.Now()
			n.gets(t, 25, total)
			took := time.Since(begin)
			// a full bucket, what came in while it lasted, and the turns waited for
			most := float64(r.perSecond) * (1 + (took + r.wait).Seconds())
			made := n.attempts(t)
			require.GreaterOrEqual(t, made, r.perSecond)
			require.LessOrEqual(t, float64(made), most+1)
			require.Equal(t, total-made, n.outcomes(t, "limited"))
			require.Empty(t, n.changes(), "what is not made is no failure")
		})
	}
}

func TestALimitedCallIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, r := range limiterRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			profile := r.profile
			profile.Limiter.PerSecond = 1 // so that the next turn is far
			n := newNeighbour(t, profile)
			_, err := n.get(t.Context())
			require.NoError(t, err)
			n.requireNotMade(t, serviceclient.Limited, time.Second)
			require.Equal(t, 1, n.outcomes(t, "limited"))
		})
	}
}
