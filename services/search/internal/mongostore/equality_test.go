package mongostore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
)

// happening is what a post or a comment became.
type happening struct {
	post    *search.Post
	comment *search.Comment
}

// someHistory is what happened to some posts and their comments, in its order, and
// what they are in the end, as content tells it: comments of deleted posts are
// deleted.
func someHistory(r *rand.Rand) (all []happening, posts []search.Post, comments []search.Comment) {
	words := []string{"한강", "자전거", "커피", "river", "고양이를"}
	text := func() string {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString(words[r.IntN(len(words))] + " ")
		}
		return b.String()
	}
	deleted := map[search.PostID]bool{}
	for id := range int64(12) {
		p := post(id+1, 1, text())
		for versions := 1 + r.IntN(4); ; p.Version++ {
			all = append(all, happening{post: new(p)})
			if int(p.Version) == versions || p.Deleted {
				break
			}
			p.Content = text()
			if p.Deleted = r.IntN(4) == 0; p.Deleted {
				p.Content = ""
			}
		}
		deleted[p.ID] = p.Deleted
		posts = append(posts, p)
	}
	for id := range int64(20) {
		c := comment(100+id, 1, 1+r.Int64N(12), text())
		for versions := 1 + r.IntN(3); ; c.Version++ {
			all = append(all, happening{comment: new(c)})
			if int(c.Version) == versions || c.Deleted {
				break
			}
			c.Content = text()
			if c.Deleted = r.IntN(4) == 0; c.Deleted {
				c.Content = ""
			}
		}
		if c.Deleted = c.Deleted || deleted[c.PostID]; c.Deleted {
			c.Content = ""
		}
		comments = append(comments, c)
	}
	return all, posts, comments
}

// everything is all documents of both kinds without the store's own ids, the time
// of a deletion being all the same.
func (h *house) everything(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for collection, key := range map[string]string{posts: "post_pk", comments: "comment_pk"} {
		cursor, err := h.collection(collection).Find(t.Context(), bson.D{})
		require.NoError(t, err)
		var found []bson.M
		require.NoError(t, cursor.All(t.Context(), &found))
		for _, d := range found {
			delete(d, "_id")
			d["gone_at"] = d["gone_at"] != nil
			if frequencies, ok := d["frequencies"].(bson.D); ok {
				slices.SortFunc(frequencies, func(a, b bson.E) int { return strings.Compare(a.Key, b.Key) })
			}
			all[fmt.Sprint(collection, d[key])] = fmt.Sprint(map[string]any(d)) // which is printed by key
		}
	}
	return all
}

// Redelivery, other orders and replicas' races leave no trace: neither in the
// documents nor in the numbers that ranking is made of, since those are counted
// and not kept.
func TestHoweverEventsComeTheProjectionIsThatOfTheLastVersions(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 15))
	for range 3 {
		history, lastPosts, lastComments := someHistory(r)
		fresh := open(t)
		require.NoError(t, fresh.ApplyPosts(t.Context(), lastPosts))
		require.NoError(t, fresh.ApplyComments(t.Context(), lastComments))

		h := open(t)
		deliveries := slices.Concat(history, history[:r.IntN(len(history))]) // some twice
		r.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
		for len(deliveries) > 0 {
			n := 1 + r.IntN(min(10, len(deliveries)))
			var ps []search.Post
			var cs []search.Comment
			for _, d := range deliveries[:n] {
				if d.post != nil {
					ps = append(ps, *d.post)
				} else {
					cs = append(cs, *d.comment)
				}
			}
			require.NoError(t, h.ApplyPosts(t.Context(), ps))
			require.NoError(t, h.ApplyComments(t.Context(), cs))
			deliveries = deliveries[n:]
		}
		want, got := fresh.everything(t), h.everything(t)
		for key := range want {
			require.Equal(t, want[key], got[key], key)
		}
		require.Len(t, got, len(want))
		h.requireNumbersOf(t, fresh)
	}
}

// requireNumbersOf holds h to the numbers of documents, lengths and terms of other.
func (h *house) requireNumbersOf(t *testing.T, other *house) {
	t.Helper()
	for _, kind := range []search.Kind{search.Posts, search.Comments} {
		want, err := other.Measure(t.Context(), kind)
		require.NoError(t, err)
		got, err := h.Measure(t.Context(), kind)
		require.NoError(t, err)
		require.Equal(t, want.Documents, got.Documents)
		require.InDelta(t, want.AverageLength, got.AverageLength, 1e-9)
		for _, term := range []string{"한강", "자전", "커피", "river", "고양", "고양/", "없는"} {
			want, err := other.CountTerm(t.Context(), kind, term, 1000)
			require.NoError(t, err)
			got, err := h.CountTerm(t.Context(), kind, term, 1000)
			require.NoError(t, err)
			require.Equal(t, want, got, term)
		}
	}
}
