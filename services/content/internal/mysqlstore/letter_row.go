package mysqlstore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/services/content/internal/readconsumer"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

const letterColumns = "id, topic, `partition`, `offset`, message_key, headers, payload, last_error, attempts, parked_at, created_at"

type letterRow struct {
	ID         int64
	Topic      string
	Partition  int
	Offset     int64
	MessageKey []byte
	Headers    string
	Payload    []byte
	LastError  string
	Attempts   int
	ParkedAt   *time.Time
	CreatedAt  time.Time
}

func toLetter(r letterRow) (readconsumer.Letter, error) {
	var headers []kafka.Header
	if err := json.Unmarshal([]byte(r.Headers), &headers); err != nil {
		return readconsumer.Letter{}, fmt.Errorf("read headers of letter %d: %w", r.ID, err)
	}
	return readconsumer.Letter{
		ID: r.ID,
		Message: kafka.Message{
			Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Key: r.MessageKey, Value: r.Payload, Headers: headers, Time: r.CreatedAt,
		},
		Error: r.LastError, Attempts: r.Attempts, CreatedAt: r.CreatedAt, ParkedAt: r.ParkedAt,
	}, nil
}
