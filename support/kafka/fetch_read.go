package kafka

import (
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go"
)

// read copies the records of an answer out of kafka-go's buffers. Records before
// the wanted offset, which a batch may begin with, are left out.
func (w *worker) read(records kafka.RecordReader) ([]Message, error) {
	var batch []Message
	for {
		record, err := records.ReadRecord()
		if errors.Is(err, io.EOF) || err != nil && len(batch) > 0 {
			return batch, nil // what follows is read again, and tells its error then
		}
		if err != nil {
			return nil, fmt.Errorf("read %s/%d from %d: %w", w.partition.Topic, w.partition.Partition, w.next, err)
		}
		message, err := w.message(record)
		if err != nil {
			return nil, fmt.Errorf("read %s/%d at %d: %w", w.partition.Topic, w.partition.Partition, record.Offset, err)
		}
		if record.Offset >= w.next {
			batch = append(batch, message)
		}
	}
}

func (w *worker) message(r *kafka.Record) (Message, error) {
	key, keyErr := take(r.Key)
	value, valueErr := take(r.Value)
	headers := make([]Header, 0, len(r.Headers))
	for _, h := range r.Headers {
		headers = append(headers, Header{Key: h.Key, Value: h.Value})
	}
	return Message{
		Topic: w.partition.Topic, Partition: w.partition.Partition, Offset: r.Offset,
		Key: key, Value: value, Headers: headers, Time: r.Time,
	}, errors.Join(keyErr, valueErr)
}

// take reads bytes and gives their buffer back.
func take(b kafka.Bytes) ([]byte, error) {
	if b == nil {
		return nil, nil
	}
	all, err := kafka.ReadAll(b)
	return all, errors.Join(err, b.Close())
}
