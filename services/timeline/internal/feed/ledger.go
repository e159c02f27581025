package feed

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

const (
	// eventPrefix marks an event as applied; the group is part of the key,
	// because what one group has applied another has not.
	eventPrefix = "member_activity:kafka_key:"
	eventSuffix = ":timeline"
	eventLife   = time.Hour
	// versionsPrefix keeps the highest version that was applied of a thing. It
	// outlives every copy of an event about it, deletions too.
	versionsPrefix = "timeline:applied:"
	versionsLife   = 8 * 24 * time.Hour
)

// Ledger remembers which events were applied. What it forgets is applied again,
// which changes nothing.
type Ledger struct{ redis *redis.Client }

// NewLedger remembers in client.
func NewLedger(client *rediscache.Client) *Ledger { return &Ledger{redis: client.Conn()} }

// IsApplied says whether the event, or this or a later version of the thing
// that it is about, was applied.
func (l *Ledger) IsApplied(ctx context.Context, eventID, thing string, version int64) (bool, error) {
	found, err := l.redis.MGet(ctx, eventKey(eventID), versionsPrefix+thing).Result()
	if err != nil {
		return false, fmt.Errorf("look whether event %s was applied: %w", eventID, err)
	}
	if found[0] != nil {
		return true, nil
	}
	text, _ := found[1].(string)
	applied, err := strconv.ParseInt(text, 10, 64)
	return err == nil && applied >= version, nil // what cannot be read is not known
}

// markScript raises the version of a thing and never lowers it.
//
//	KEYS event, thing
//	ARGV eventLife, version, versionsLife
var markScript = redis.NewScript(`
redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
local applied = tonumber(redis.call('GET', KEYS[2]) or '0')
if not applied or applied < tonumber(ARGV[2]) then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
return redis.status_reply('OK')`)

// MarkApplied remembers that the event was applied, and with it this and all
// earlier versions of the thing.
func (l *Ledger) MarkApplied(ctx context.Context, eventID, thing string, version int64) error {
	err := markScript.Run(ctx, l.redis, []string{eventKey(eventID), versionsPrefix + thing},
		seconds(eventLife), version, seconds(versionsLife)).Err()
	if err != nil {
		return fmt.Errorf("mark event %s applied: %w", eventID, err)
	}
	return nil
}

func eventKey(eventID string) string { return eventPrefix + eventID + eventSuffix }
