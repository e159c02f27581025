// Package quota counts members' uploads of a day in Redis, over all replicas.
package quota

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// Quota is how many pictures a member may upload in a day of UTC.
type Quota struct {
	redis redis.Cmdable
	most  int64
	now   func() time.Time
	// open counts uploads that were allowed uncounted.
	open atomic.Uint64
}

// New counts in conn; most of 0 is no limit.
func New(conn redis.Cmdable, most int64, now func() time.Time) *Quota {
	return &Quota{redis: conn, most: most, now: now}
}

// kept is how long a day's count is: a clock may be wrong, and giveBack late.
const kept = 48 * time.Hour

// Take counts an upload of member, and returns how to take that back where it
// comes to nothing. Fails with TOO_MANY_REQUESTS where the day's are used up.
//
// Where Redis does not answer it allows the upload and counts that (Open): the
// quota protects a disk from one member over a day, and an outage of minutes is
// no reason to refuse everybody. The write limits, in process, still hold.
func (q *Quota) Take(ctx context.Context, member album.MemberID) (giveBack func(), err error) {
	if q.most == 0 {
		return func() {}, nil
	}
	now := q.now()
	key := "image:quota:" + strconv.FormatInt(int64(member), 10) + ":" + now.Format("20060102")
	pipe := q.redis.TxPipeline()
	count := pipe.Incr(ctx, key)
	pipe.Expire(ctx, key, kept)
	if _, err := pipe.Exec(ctx); err != nil {
		q.open.Add(1)
		slog.WarnContext(ctx, "quota is not counted", "error", err)
		return func() {}, nil
	}
	giveBack = func() {
		if err := q.redis.Decr(context.WithoutCancel(ctx), key).Err(); err != nil {
			slog.WarnContext(ctx, "quota is not given back", "error", err)
		}
	}
	if count.Val() > q.most {
		giveBack()
		tomorrow := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
		return nil, apierr.CodeTooManyRequests.Wrap(fmt.Errorf("member %d has uploaded %d pictures today", member, q.most)).WithRetryAfter(tomorrow.Sub(now))
	}
	return giveBack, nil
}

// Open is how many uploads were allowed because Redis did not answer.
func (q *Quota) Open() uint64 { return q.open.Load() }
