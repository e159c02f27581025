package rediscache

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
)

const (
	waitForFirst = 5 * time.Second
	firstPoll    = 10 * time.Millisecond
	longestPoll  = 250 * time.Millisecond
	defaultClaim = time.Minute
	settleWithin = time.Second
)

// AnswerBook keeps first answers in Redis, for services without a
// transactional store whose writes are idempotent by nature: deleting a picture
// twice is deleting it once.
//
// What it promises: of repeats that come while Redis works, one runs, and the
// others get its answer. What it does not: change and answer are not durable
// together. When the process dies between them, or Redis loses the key or is
// down, a repeat runs again; and one that outlives its claim may run beside its
// repeat. A write for which that matters belongs into a transaction
// (mysql.AnswerBook).
type AnswerBook struct {
	client *Client
	prefix string
	claim  time.Duration
}

var _ idempotency.Book = (*AnswerBook)(nil)

// NewAnswerBook keeps answers under keys that begin with prefix. claim is how
// long a repeat believes in a first that has not answered: longer than any
// handler runs, 0 is one minute.
func NewAnswerBook(client *Client, prefix string, claim time.Duration) *AnswerBook {
	if claim <= 0 {
		claim = defaultClaim
	}
	return &AnswerBook{client: client, prefix: prefix, claim: claim}
}

// Once implements idempotency.Book. A first that finds Redis down runs without
// a claim, and Stats.Unguarded counts it.
func (b *AnswerBook) Once(ctx context.Context, scope idempotency.Scope, do func(ctx context.Context) idempotency.Answer) (idempotency.Answer, bool, error) {
	key := b.key(scope)
	mine := runningPage(rand.Text(), scope.BodyHash)
	claimed, kept, err := b.claimOrWait(ctx, key, mine, scope.BodyHash)
	switch {
	case errors.Is(err, idempotency.ErrInProgress), errors.Is(err, idempotency.ErrKeyReused):
		return idempotency.Answer{}, false, err
	case err != nil && ctx.Err() != nil:
		return idempotency.Answer{}, false, fmt.Errorf("claim idempotency key: %w", err)
	case err != nil:
		b.client.counts.unguarded.Add(1) // and run: Redis may have noted the claim and only not said so
	case !claimed:
		return kept, true, nil
	}
	return b.run(ctx, key, mine, scope, do), false, nil
}

// Unkeyed implements idempotency.Book.
func (b *AnswerBook) Unkeyed(ctx context.Context, do func(ctx context.Context) idempotency.Answer) (idempotency.Answer, error) {
	return do(ctx), nil
}

// run runs do under a claim and settles it, also when do panics.
func (b *AnswerBook) run(ctx context.Context, key, mine string, scope idempotency.Scope, do func(ctx context.Context) idempotency.Answer) (answer idempotency.Answer) {
	defer func() {
		settleCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
		defer cancel()
		if err := b.settle(settleCtx, key, mine, scope, answer); err != nil {
			b.client.counts.answersLost.Add(1)
		}
	}()
	return do(ctx)
}

// claimOrWait claims the key, or returns the answer of who did. An error that is
// neither ErrInProgress nor ErrKeyReused means that Redis said nothing about it.
func (b *AnswerBook) claimOrWait(ctx context.Context, key, mine string, hash [32]byte) (claimed bool, kept idempotency.Answer, err error) {
	deadline := time.NewTimer(waitForFirst)
	defer deadline.Stop()
	running := false
	for poll := firstPoll; ; poll = min(poll*2, longestPoll) {
		page, err := b.claimOrRead(ctx, key, mine)
		switch {
		case err != nil && running:
			return false, kept, errors.Join(idempotency.ErrInProgress, err)
		case err != nil:
			return false, kept, err
		case page == mine:
			return true, kept, nil
		}
		answer, done, err := readPage(page, hash)
		if err != nil || done {
			return false, answer, err
		}
		running = true
		next := time.NewTimer(poll)
		select {
		case <-ctx.Done():
			next.Stop()
			return false, kept, errors.Join(idempotency.ErrInProgress, ctx.Err())
		case <-deadline.C:
			next.Stop()
			return false, kept, idempotency.ErrInProgress
		case <-next.C:
		}
	}
}

// claimScript returns what the key holds, which is our own page where it was free.
var claimScript = redis.NewScript(`
local page = redis.call('GET', KEYS[1])
if page then return page end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`)

func (b *AnswerBook) claimOrRead(ctx context.Context, key, mine string) (page string, err error) {
	page, err = claimScript.Run(ctx, b.client.redis, []string{key}, mine, b.claim.Milliseconds()).Text()
	if err != nil {
		return "", fmt.Errorf("claim idempotency key: %w", err)
	}
	return page, nil
}

// settleScript puts the answer in the place of our claim, or frees the key where
// there is none to keep; a claim that is no longer ours is left alone.
var settleScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`)

var errClaimLost = errors.New("rediscache: claim was no longer ours")

func (b *AnswerBook) settle(ctx context.Context, key, mine string, scope idempotency.Scope, answer idempotency.Answer) error {
	page := ""
	if answer.Status != 0 && answer.Outcome() != idempotency.Forget {
		page = answerPage(answer, scope.BodyHash)
	}
	settled, err := settleScript.Run(ctx, b.client.redis, []string{key}, mine, page, scope.Life.Milliseconds()).Int()
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	if settled == 0 {
		return errClaimLost
	}
	return nil
}

// key is a digest: what is in a scope has no bound, and is no one's business.
func (b *AnswerBook) key(scope idempotency.Scope) string {
	digest := sha256.New()
	for _, part := range []string{strconv.FormatInt(scope.MemberID, 10), scope.Method, scope.Path, scope.Key} {
		digest.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return b.prefix + hex.EncodeToString(digest.Sum(nil))
}
