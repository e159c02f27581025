// Package pagecache throws away what timeline's pages have stored of a post or
// of a member's likes, once that has changed: so that who wrote sees it in the
// next read. timeline does the same again when it hears of the event, which heals
// what failed here.
package pagecache

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/services/content/internal/content"
)

// The keys are timeline's; content only forgets them.
const (
	postPrefix  = "timeline:api:posts:post_item:"
	likesPrefix = "timeline:api:posts:likes:"
)

// limit bounds how long an answer waits for Redis.
const limit = 250 * time.Millisecond

// Cache is what pages are stored in; *rediscache.Client is one.
type Cache interface {
	// Forget throws the values of keys away for good, in one round trip.
	Forget(ctx context.Context, keys ...string) error
}

// Transaction runs what is to be done after the commit; *mysql.Pool does.
type Transaction interface {
	AfterCommit(ctx context.Context, hook func()) error
}

// Pages are timeline's stored pages.
type Pages struct {
	cache    Cache
	failures prometheus.Counter
}

// New forgets in cache.
func New(cache Cache, registerer prometheus.Registerer) *Pages {
	p := &Pages{cache: cache, failures: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "page_cache_forgets_failed_total", Help: "Changes that stored pages were not told of; events tell them later.",
	})}
	registerer.MustRegister(p.failures)
	return p
}

func (p *Pages) forget(ctx context.Context, keys ...string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	if err := p.cache.Forget(ctx, keys...); err != nil {
		p.failures.Inc()
		slog.WarnContext(ctx, "stored pages not told of a change", "keys", len(keys), "error", err)
	}
}

// Facts is a content.FactLog that tells the pages of each fact after its commit.
type Facts struct {
	Log         content.FactLog
	Pages       *Pages
	Transaction Transaction
}

var _ content.FactLog = Facts{}

// Record implements content.FactLog.
func (f Facts) Record(ctx context.Context, facts ...content.Fact) error {
	if err := f.Log.Record(ctx, facts...); err != nil {
		return err
	}
	keys := changedBy(facts)
	if len(keys) == 0 {
		return nil
	}
	return f.Transaction.AfterCommit(ctx, func() { f.Pages.forget(ctx, keys...) })
}

// changedBy are the keys of what facts change, each once.
func changedBy(facts []content.Fact) (keys []string) {
	seen := map[content.PostID]bool{}
	for _, fact := range facts {
		post, changed := changedPost(fact)
		if changed && !seen[post] {
			seen[post] = true
			keys = append(keys, postKey(post))
		}
		if like, ok := fact.(content.LikeFact); ok && like.CommentID == 0 {
			keys = append(keys, likesPrefix+strconv.FormatInt(int64(like.Actor), 10))
		}
	}
	return keys
}

// changedPost is the post whose texts, counters or life a fact changes. Nothing
// is stored yet of a new one, and nothing of comments.
func changedPost(fact content.Fact) (post content.PostID, changed bool) {
	switch f := fact.(type) {
	case content.PostFact:
		return f.Post.ID, f.Change != content.Created
	case content.CommentFact:
		return f.Comment.PostID, f.Change != content.Revised
	case content.LikeFact:
		return f.PostID, f.CommentID == 0
	}
	return 0, false
}

func postKey(post content.PostID) string { return postPrefix + strconv.FormatInt(int64(post), 10) }

// Reads is a content.ReadStore that tells the pages of counted views.
type Reads struct {
	content.ReadStore
	Pages *Pages
}

// CountReads implements content.ReadStore.
func (r Reads) CountReads(ctx context.Context, reads []content.PostRead, now time.Time) error {
	if err := r.ReadStore.CountReads(ctx, reads, now); err != nil {
		return err
	}
	seen := make(map[content.PostID]bool, len(reads))
	keys := make([]string, 0, len(reads))
	for _, read := range reads {
		if !seen[read.PostID] {
			seen[read.PostID] = true
			keys = append(keys, postKey(read.PostID))
		}
	}
	r.Pages.forget(ctx, keys...)
	return nil
}
