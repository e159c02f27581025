package mysqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/readconsumer"
)

const maxErrorText = 1000

// PoisonStore implements readconsumer.PoisonStore.
type PoisonStore struct {
	Store *Store
	Now   func() time.Time
}

// Keep implements readconsumer.PoisonStore.
func (p PoisonStore) Keep(ctx context.Context, poison readconsumer.Poison) error {
	headers, err := json.Marshal(poison.Message.Headers)
	if err != nil {
		return fmt.Errorf("write headers: %w", err)
	}
	now, m := p.Now().UTC(), poison.Message
	text := []rune(strings.ToValidUTF8(poison.Cause.Error(), "?"))
	err = p.Store.pool.DB(ctx).Exec(
		"INSERT INTO content_listener_dead_letters (topic, `partition`, `offset`, message_key, headers, payload, last_error, created_at, updated_at) "+
			"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE attempts = attempts + 1, last_error = VALUES(last_error), updated_at = VALUES(updated_at)",
		m.Topic, m.Partition, m.Offset, m.Key, string(headers), m.Value, string(text[:min(len(text), maxErrorText)]), now, now).Error
	if err != nil {
		return fmt.Errorf("keep poison %s/%d@%d: %w", m.Topic, m.Partition, m.Offset, err)
	}
	return nil
}
