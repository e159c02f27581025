package feed_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/feed"
	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// What posts, builds and follows do to feeds happens in steps, and other steps come
// between them. Whatever the order: a feed that may be shown has no post of one
// whom its reader no longer follows, and when all is done it is what the database
// says.
func TestFeedsAreRightInWhateverOrderStepsAreTaken(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			v := newVillage(t, seed)
			var going [][]step
			for started := 0; started < 60 || len(going) > 0; {
				if started < 60 && (len(going) == 0 || v.random.IntN(4) == 0) {
					going = append(going, v.start())
					started++
				}
				i := v.random.IntN(len(going))
				v.clock = v.clock.Add(10 * time.Millisecond)
				going[i][0](t)
				if going[i] = going[i][1:]; len(going[i]) == 0 {
					going = slices.Delete(going, i, i+1)
				}
				v.requireNobodyStranger(t)
			}
			for reader := range timeline.MemberID(readersOfVillage) {
				run := v.read(t, reader+1, timeline.FeedRange{Count: 100})
				if run.State == timeline.FeedReady {
					require.Equal(t, v.wanted(reader+1), ids(run), "feed of %d", reader+1)
				}
			}
		})
	}
}

const (
	readersOfVillage = 2
	authorsOfVillage = 2
)

type step func(t *testing.T)

// pair is a reader and an author.
type pair [2]timeline.MemberID

// village is what the database has, and two replicas of the store of feeds.
type village struct {
	house
	replicas []*feed.Store
	random   *rand.Rand
	clock    time.Time
	posts    []timeline.FeedEntry
	authors  map[timeline.PostID]timeline.MemberID
	follows  map[pair]bool
	versions map[timeline.MemberID]int64
	// told are the versions of pairs that events have told.
	changes, told map[pair]int
}

func newVillage(t *testing.T, seed uint64) *village {
	t.Helper()
	v := &village{
		random: rand.New(rand.NewPCG(seed, 3)), clock: now, authors: map[timeline.PostID]timeline.MemberID{},
		follows: map[pair]bool{}, versions: map[timeline.MemberID]int64{}, changes: map[pair]int{}, told: map[pair]int{},
	}
	database := testenv.Redis(t)
	client, err := rediscache.Open(rediscache.Config{Addr: database.Addr, DB: database.DB, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	for range 2 {
		v.replicas = append(v.replicas, feed.NewStore(client, feed.NewMetrics(prometheus.NewRegistry()), func() time.Time { return v.clock }))
	}
	v.house = house{v.replicas[0], client.Conn()}
	for reader := range timeline.MemberID(readersOfVillage) {
		v.signal(t, reader+1)
	}
	return v
}

// signal publishes the version of reader's followings, as member does.
func (v *village) signal(t *testing.T, reader timeline.MemberID) {
	t.Helper()
	v.follow(t, reader, v.versions[reader])
}

// start is what somebody does next.
func (v *village) start() []step {
	store := v.replicas[v.random.IntN(len(v.replicas))]
	reader, author := timeline.MemberID(1+v.random.IntN(readersOfVillage)), timeline.MemberID(101+v.random.IntN(authorsOfVillage))
	switch v.random.IntN(4) {
	case 0:
		return v.toggle(store, pair{reader, author})
	case 1:
		return v.rebuild(store, reader)
	default:
		return v.publish(store, author)
	}
}

// publish may be done twice over: the process died before it said that it was done.
func (v *village) publish(store *feed.Store, author timeline.MemberID) []step {
	var entry timeline.FeedEntry
	steps := []step{func(*testing.T) {
		entry = timeline.FeedEntry{PostID: timeline.PostID(len(v.posts) + 1), CreatedAt: at(len(v.posts)/3 - v.random.IntN(4))}
		v.posts = append(v.posts, entry)
		v.authors[entry.PostID] = author
	}}
	for range 1 + v.random.IntN(2) {
		var since timeline.FeedMoment
		var followers []timeline.MemberID
		steps = append(steps,
			func(*testing.T) { since = store.Moment() },
			func(*testing.T) {
				followers = nil
				for reader := range timeline.MemberID(readersOfVillage) {
					if v.follows[pair{reader + 1, author}] {
						followers = append(followers, reader+1)
					}
				}
			},
			func(t *testing.T) {
				_, err := store.Push(t.Context(), since, author, entry, followers)
				require.NoError(t, err)
			})
	}
	return steps
}

func (v *village) rebuild(store *feed.Store, reader timeline.MemberID) []step {
	var followings timeline.Followings
	var ticket string
	var found []timeline.FeedEntry
	return []step{
		func(*testing.T) {
			followings = timeline.Followings{Version: v.versions[reader]}
			for author := range timeline.MemberID(authorsOfVillage) {
				if v.follows[pair{reader, 101 + author}] {
					followings.Members = append(followings.Members, 101+author)
				}
			}
		},
		func(t *testing.T) {
			var err error
			ticket, err = store.BeginFeed(t.Context(), reader, followings)
			require.NoError(t, err)
		},
		func(*testing.T) {
			found = v.postsOf(func(author timeline.MemberID) bool { return slices.Contains(followings.Members, author) })
		},
		func(t *testing.T) {
			require.NoError(t, store.FillFeed(t.Context(), reader, ticket, found, true))
		},
	}
}

// toggle follows or unfollows: the signal is seldom later than the event.
func (v *village) toggle(store *feed.Store, p pair) []step {
	var following bool
	var change int
	var since time.Time
	commit := func(*testing.T) {
		v.follows[p] = !v.follows[p]
		v.versions[p[0]]++
		v.changes[p]++
		following, change, since = v.follows[p], v.changes[p], v.clock
	}
	signal := func(t *testing.T) { v.signal(t, p[0]) }
	event := func(t *testing.T) {
		if v.told[p] >= change {
			return
		}
		v.told[p] = change
		require.NoError(t, store.FollowChanged(t.Context(), p[0], p[1], following, since))
	}
	if v.random.IntN(4) == 0 {
		return []step{commit, event, signal}
	}
	return []step{commit, signal, event}
}

func (v *village) postsOf(wanted func(author timeline.MemberID) bool) (found []timeline.FeedEntry) {
	for _, entry := range v.posts {
		if wanted(v.authors[entry.PostID]) {
			found = append(found, entry)
		}
	}
	slices.SortFunc(found, newestFirst)
	return found
}

func (v *village) wanted(reader timeline.MemberID) []timeline.PostID {
	return ids(timeline.FeedRun{Entries: v.postsOf(func(author timeline.MemberID) bool { return v.follows[pair{reader, author}] })})
}

// requireNobodyStranger holds feeds of which member has said that they are of now.
func (v *village) requireNobodyStranger(t *testing.T) {
	t.Helper()
	for reader := range timeline.MemberID(readersOfVillage) {
		run := v.read(t, reader+1, timeline.FeedRange{Count: 100})
		if run.State != timeline.FeedReady || run.Version != v.versions[reader+1] {
			continue
		}
		for _, entry := range run.Entries {
			require.True(t, v.follows[pair{reader + 1, v.authors[entry.PostID]}], "post %d in the feed of %d", entry.PostID, reader+1)
		}
	}
}
