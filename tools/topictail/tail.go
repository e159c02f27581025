// Package topictail reads all topics with a prefix as they grow, without a
// consumer group: watching leaves no trace on the broker and holds nobody up.
package topictail

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// Message is a record as the broker has it.
type Message = kafka.Message

// Config says which topics, and from where.
type Config struct {
	Bootstrap []string
	Prefix    string
	// FromBeginning reads what is retained first. A topic that appears later is
	// read from its beginning anyway.
	FromBeginning bool
	// LookEvery is how often new topics are looked for; 0 means 2 s.
	LookEvery time.Duration
	// Report is told of failures after which the reading goes on.
	Report func(err error)
}

const (
	lookEvery  = 2 * time.Second
	callWithin = 10 * time.Second
	fetchWait  = 500 * time.Millisecond
	queue      = 64
)

// Run hands each record to handle, one at a time, those of a partition in
// order, until ctx ends or handle fails. A broker that is away is waited for,
// but it must be there at the start.
func Run(ctx context.Context, config Config, handle func(context.Context, Message) error) error {
	if config.LookEvery == 0 {
		config.LookEvery = lookEvery
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := &tail{Config: config, messages: make(chan Message, queue), known: map[partition]bool{}, transport: &kafka.Transport{}}
	defer t.transport.CloseIdleConnections()
	start := kafka.LastOffset
	if config.FromBeginning {
		start = kafka.FirstOffset
	}
	defer t.group.Wait()
	defer cancel()
	if err := t.look(ctx, start); err != nil {
		return err
	}
	ticker := time.NewTicker(config.LookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case message := <-t.messages:
			if err := handle(ctx, message); err != nil {
				return err
			}
		case <-ticker.C:
			if err := t.look(ctx, kafka.FirstOffset); err != nil && ctx.Err() == nil {
				config.Report(err)
			}
		}
	}
}

type partition struct {
	topic string
	id    int
}

type tail struct {
	Config
	messages  chan Message
	known     map[partition]bool
	transport *kafka.Transport
	group     sync.WaitGroup
}

// look starts a reader for each partition that has none.
func (t *tail) look(ctx context.Context, start int64) error {
	callCtx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	client := &kafka.Client{Addr: kafka.TCP(t.Bootstrap...), Transport: t.transport}
	metadata, err := client.Metadata(callCtx, &kafka.MetadataRequest{})
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	t.forgetDeleted(metadata.Topics)
	for _, topic := range metadata.Topics {
		if !strings.HasPrefix(topic.Name, t.Prefix) {
			continue
		}
		for _, p := range topic.Partitions {
			found := partition{topic.Name, p.ID}
			if t.known[found] {
				continue
			}
			reader, err := t.open(ctx, found, start)
			if err != nil {
				return err
			}
			t.known[found] = true
			t.group.Go(func() { t.read(ctx, reader) })
		}
	}
	return nil
}

// forgetDeleted lets a topic that is made again be read again.
func (t *tail) forgetDeleted(topics []kafka.Topic) {
	there := map[string]bool{}
	for _, topic := range topics {
		there[topic.Name] = true
	}
	maps.DeleteFunc(t.known, func(p partition, _ bool) bool { return !there[p.topic] })
}

// open pins the place to read from: "the end" is that of now, not of the first
// fetch.
func (t *tail) open(ctx context.Context, p partition, start int64) (*kafka.Reader, error) {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: t.Bootstrap, Topic: p.topic, Partition: p.id, MaxWait: fetchWait,
		ReadBatchTimeout: callWithin,
		Dialer:           &kafka.Dialer{Timeout: callWithin, DualStack: true, DialFunc: (&net.Dialer{}).DialContext},
	})
	if start == kafka.LastOffset {
		end, err := t.end(ctx, p)
		if err != nil {
			return nil, errors.Join(err, reader.Close())
		}
		start = end
	}
	if err := reader.SetOffset(start); err != nil {
		return nil, errors.Join(fmt.Errorf("find start of %s: %w", p.topic, err), reader.Close())
	}
	return reader, nil
}

func (t *tail) end(ctx context.Context, p partition) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	client := &kafka.Client{Addr: kafka.TCP(t.Bootstrap...), Transport: t.transport}
	answer, err := client.ListOffsets(ctx, &kafka.ListOffsetsRequest{
		Topics: map[string][]kafka.OffsetRequest{p.topic: {kafka.LastOffsetOf(p.id)}},
	})
	if err != nil {
		return 0, fmt.Errorf("find end of %s: %w", p.topic, err)
	}
	for _, offsets := range answer.Topics[p.topic] {
		if offsets.Partition == p.id {
			return offsets.LastOffset, offsets.Error
		}
	}
	return 0, fmt.Errorf("find end of %s: %w", p.topic, kafka.UnknownTopicOrPartition)
}

// read hands records on until ctx ends or the topic is deleted; failures in
// between are reported.
func (t *tail) read(ctx context.Context, reader *kafka.Reader) {
	defer func() { _ = reader.Close() }()
	for {
		message, err := reader.ReadMessage(ctx)
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, kafka.UnknownTopicOrPartition) {
				return
			}
			t.Report(fmt.Errorf("read %s: %w", reader.Config().Topic, err))
			if !pause(ctx) {
				return
			}
			continue
		}
		select {
		case t.messages <- message:
		case <-ctx.Done():
			return
		}
	}
}

// pause waits a moment before the next try; false when ctx ends.
func pause(ctx context.Context) bool {
	timer := time.NewTimer(fetchWait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
