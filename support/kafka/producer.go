package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	_ "github.com/segmentio/kafka-go/snappy" // the codec of every batch; lz4 keeps 4 MiB for each that is written at a time
)

// ProducerConfig is how to reach the brokers and what counts as written.
type ProducerConfig struct {
	// Bootstrap is host:port of some brokers, with commas between.
	Bootstrap string
	// ClientID names this process in the brokers' logs.
	ClientID string
	// Acks is AcksAll where it is not set.
	Acks Acks
	// Topics is how a missing topic is made.
	Topics TopicSpec
	// RequestTimeout bounds one request to a broker; 5 s where it is 0.
	RequestTimeout time.Duration
	// Trace begins the span of a record that carries a traceparent; it returns the
	// one that goes with the record, and what ends the span. nil, or a nil end,
	// where nothing is traced.
	Trace func(parent, topic string) (own string, end func(error))
	// Attempts is how often Produce tries what is unavailable; 4 where it is 0.
	Attempts int
}

const (
	defaultRequestTimeout = 5 * time.Second
	defaultAttempts       = 4
	retryLeast            = 50 * time.Millisecond
	retryMost             = time.Second
	parallelPartitions    = 16
)

// Producer writes records. It is safe for concurrent use, holds no records
// between calls, and has no goroutine that waits for more of them.
type Producer struct {
	cluster  *cluster
	config   ProducerConfig
	creating sync.Mutex
}

// NewProducer does not connect: the first call does, so that a service starts
// without its broker. Fails where Bootstrap is empty.
func NewProducer(config ProducerConfig) (*Producer, error) {
	c, err := openCluster(config.Bootstrap, config.ClientID)
	if err != nil {
		return nil, err
	}
	if config.RequestTimeout <= 0 {
		config.RequestTimeout = defaultRequestTimeout
	}
	if config.Attempts <= 0 {
		config.Attempts = defaultAttempts
	}
	return &Producer{cluster: c, config: config}, nil
}

// Close ends the connections. Calls under way fail with ErrUnavailable.
func (p *Producer) Close() { p.cluster.close() }

// Ping says whether any broker answers: nil, or ErrUnavailable.
func (p *Producer) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.config.RequestTimeout)
	defer cancel()
	return p.cluster.ping(ctx)
}

// Produce writes the records and answers for each, at its index: nil where the
// broker has acknowledged it, else an error that is ErrRefused or ErrUnavailable.
//
// A topic that is missing is created. Records of one call that go to the same
// partition are written in their order: where one is unavailable, the later ones
// of its partition are not sent before it; one that is refused is left out, and
// the later ones go on. Calls that run at the same time interleave. A record may
// be written twice where an answer got lost.
func (p *Producer) Produce(ctx context.Context, records []Record) []error {
	results := make([]error, len(records))
	if p.config.Trace != nil {
		traced, end := p.trace(records)
		defer func() { end(results) }()
		records = traced
	}
	pending := make([]int, len(records))
	for i := range records {
		pending[i] = i
	}
	pause := backoff{least: retryLeast, most: retryMost}
	for attempt := 1; ; attempt++ {
		p.attempt(ctx, records, pending, results)
		pending = unavailable(results)
		if len(pending) == 0 || attempt == p.config.Attempts || !pause.wait(ctx) {
			return results
		}
	}
}

// unavailable are the indexes of the results that another attempt may change.
func unavailable(results []error) []int {
	var again []int
	for i, err := range results {
		if errors.Is(err, ErrUnavailable) {
			again = append(again, i)
		}
	}
	return again
}

// attempt sends the records at the indexes once, each partition beside the others.
func (p *Producer) attempt(ctx context.Context, records []Record, indexes []int, results []error) {
	lanes := p.route(ctx, records, indexes, results)
	slots := make(chan struct{}, parallelPartitions)
	var running sync.WaitGroup
	for to, lane := range lanes {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			for chunk := range chunks(records, lane) {
				if !p.sendChunk(ctx, to, records, chunk, results) {
					break
				}
			}
		})
	}
	running.Wait()
}

// route finds the partition of each record. A record without one gets its result
// here; the others of its lane are marked unavailable until they are sent.
func (p *Producer) route(ctx context.Context, records []Record, indexes []int, results []error) map[TopicPartition][]int {
	partitions := p.partitionsOf(ctx, records, indexes)
	lanes := make(map[TopicPartition][]int)
	for _, i := range indexes {
		topic := partitions[records[i].Topic]
		if topic.err != nil {
			results[i] = topic.err
			continue
		}
		results[i] = errNotSent
		to := TopicPartition{records[i].Topic, partitionOf(partitionKey(records[i]), topic.partitions)}
		lanes[to] = append(lanes[to], i)
	}
	return lanes
}

// errNotSent is a record behind one that could not be sent.
var errNotSent = fmt.Errorf("%w: an earlier record of the partition was not written", ErrUnavailable)

func partitionKey(r Record) []byte {
	if r.PartitionKey != nil {
		return r.PartitionKey
	}
	return r.Key
}

type topicState struct {
	partitions int
	err        error
}

// partitionsOf finds out, once per topic, how many partitions it has.
func (p *Producer) partitionsOf(ctx context.Context, records []Record, indexes []int) map[string]topicState {
	topics := make(map[string]topicState)
	for _, i := range indexes {
		topic := records[i].Topic
		if _, asked := topics[topic]; !asked {
			partitions, err := p.partitions(ctx, topic)
			topics[topic] = topicState{partitions, err}
		}
	}
	return topics
}

// partitions is the number of partitions of a topic, which is made where it is missing.
func (p *Producer) partitions(ctx context.Context, topic string) (int, error) {
	known, err := p.cluster.layout(ctx)
	if err != nil {
		return 0, err
	}
	if n := known.partitions[topic]; n > 0 {
		return n, nil
	}
	return p.createTopic(ctx, topic)
}

func (p *Producer) createTopic(ctx context.Context, topic string) (int, error) {
	p.creating.Lock() // one request for all who miss it at the same time
	defer p.creating.Unlock()
	ctx, cancel := context.WithTimeout(ctx, p.config.RequestTimeout)
	defer cancel()
	if _, err := p.cluster.createTopics(ctx, p.config.Topics, []string{topic}); err != nil {
		return 0, err
	}
	known, err := p.cluster.layout(ctx)
	if err != nil {
		return 0, err
	}
	if n := known.partitions[topic]; n > 0 {
		return n, nil
	}
	return 0, fmt.Errorf("%w: topic %s is being created", ErrUnavailable, topic)
}

// sendChunk sends records of one partition in one batch, and on a refusal finds
// the record that is meant by halving. It returns false where the partition
// cannot take more now.
func (p *Producer) sendChunk(ctx context.Context, to TopicPartition, records []Record, chunk []int, results []error) bool {
	err := p.send(ctx, to, records, chunk)
	if errors.Is(err, ErrRefused) && len(chunk) > 1 {
		half := len(chunk) / 2
		return p.sendChunk(ctx, to, records, chunk[:half], results) &&
			p.sendChunk(ctx, to, records, chunk[half:], results)
	}
	for _, i := range chunk {
		results[i] = err
	}
	return err == nil || errors.Is(err, ErrRefused)
}

func (p *Producer) send(ctx context.Context, to TopicPartition, records []Record, chunk []int) error {
	if size := sizeOf(records[chunk[0]]); size > maxRecordBytes {
		return fmt.Errorf("produce to %s/%d: %w: %d bytes", to.Topic, to.Partition, ErrRefused, size)
	}
	ctx, cancel := context.WithTimeout(ctx, p.config.RequestTimeout)
	defer cancel()
	response, err := p.cluster.client.Produce(ctx, &kafka.ProduceRequest{
		Topic:        to.Topic,
		Partition:    to.Partition,
		RequiredAcks: p.config.Acks.required(),
		Compression:  kafka.Snappy,
		Records:      kafka.NewRecordReader(wireRecords(records, chunk)...),
	})
	if err == nil {
		err = response.Error
	}
	if err != nil {
		return fmt.Errorf("produce to %s/%d: %w", to.Topic, to.Partition, classify(err))
	}
	return nil
}

func wireRecords(records []Record, chunk []int) []kafka.Record {
	wire := make([]kafka.Record, 0, len(chunk))
	for _, i := range chunk {
		r := records[i]
		headers := slices.Grow([]kafka.Header(nil), len(r.Headers))
		for _, h := range r.Headers {
			headers = append(headers, kafka.Header{Key: h.Key, Value: h.Value})
		}
		wire = append(wire, kafka.Record{
			Key: kafka.NewBytes(r.Key), Value: kafka.NewBytes(r.Value), Headers: headers, Time: r.Time,
		})
	}
	return wire
}
