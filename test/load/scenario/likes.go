package scenario

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/dailyfeed/dailyfeed/test/load/openloop"
	"github.com/dailyfeed/dailyfeed/test/load/report"
)

// likes compares likes of one post with likes of a hundred, at the same rate and by
// the same members, each first every other time, and counts them afterwards.
func likes(ctx context.Context, b *Bench) error {
	author := b.Spec.AuthorOf(0)
	rate := min(2*b.Rate, 1000)                              //nolint:mnd // the promise's
	requests := min(b.Requests, int(3*rate), b.Spec.Members) //nolint:mnd // three seconds, each by another member
	figure := report.Figure{
		Name: fmt.Sprintf("%.0f likes/s on one post / on 100, p99", rate), Unit: "ms", Promise: 3, //nolint:mnd // the promise
	}
	// a run before counts for nothing: the signatures of tokens are checked in it
	for pair := range b.Pairs + 1 {
		sides := []int{1, 100} // posts
		if pair%2 == 1 {
			sides[0], sides[1] = sides[1], sides[0]
		}
		for _, posts := range sides {
			outcome, err := b.likeAll(ctx, figure.Name, author, posts, openloop.Plan{Rate: rate, Requests: requests, Seed: uint64(pair)})
			if err != nil {
				return err
			}
			ms := outcome.Quantile(99).Seconds() * 1000 //nolint:mnd // percent, ms
			switch {
			case pair == 0:
			case posts > 1:
				figure.Control = append(figure.Control, ms)
			default:
				figure.Ours = append(figure.Ours, ms)
				figure.Note = fmt.Sprintf("%.0f/s were answered", outcome.Rate())
				if pair == b.Pairs {
					b.Report.Curves = append(b.Report.Curves, report.Curve{Name: "likes on one post", Outcome: outcome})
				}
			}
		}
	}
	b.Report.Add(figure)
	return b.compareCounters(ctx)
}

// likeAll has members like so many new posts in turn, and looks whether each like
// was counted.
func (b *Bench) likeAll(ctx context.Context, name string, author int64, posts int, plan openloop.Plan) (outcome openloop.Outcome, err error) {
	urls, first := make([]string, posts), int64(0)
	for i := range urls {
		id, err := b.writePost(ctx, author)
		if err != nil {
			return outcome, err
		}
		if i == 0 {
			first = id
		}
		urls[i] = b.URL("content") + "/api/posts/" + strconv.FormatInt(id, 10) + "/like"
	}
	outcome = b.measure(ctx, name, plan, func(ctx context.Context, i int) error {
		_, err := b.ask(ctx, http.MethodPost, urls[i%posts], int64(i)+1, nil)
		return err
	})
	counted, err := b.count(ctx, "SELECT SUM(like_count) FROM post_stats WHERE post_id >= ?", first)
	if err == nil && counted != int64(plan.Requests)-outcome.Failed {
		b.Report.Fault("%s: %d of %d likes were counted, %d had failed", name, counted, plan.Requests, outcome.Failed)
	}
	return outcome, err
}

// compareCounters holds every counter to the rows that it counts.
func (b *Bench) compareCounters(ctx context.Context) error {
	wrong, err := b.count(ctx, `SELECT COUNT(*) FROM post_stats s
		LEFT JOIN (SELECT post_id, COUNT(*) n FROM post_likes GROUP BY post_id) l ON l.post_id = s.post_id WHERE s.like_count <> COALESCE(l.n, 0)`)
	if err == nil && wrong > 0 {
		b.Report.Fault("%d like counters differ from their likes", wrong)
	}
	return err
}
