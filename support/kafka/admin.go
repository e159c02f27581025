package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
)

// AdminConfig is how to reach the brokers.
type AdminConfig struct {
	// Bootstrap is host:port of some brokers, with commas between.
	Bootstrap string
	// ClientID names this process in the brokers' logs.
	ClientID string
	// RequestTimeout bounds one request to a broker; 5 s where it is 0.
	RequestTimeout time.Duration
}

// Admin looks after topics and measures groups. It is safe for concurrent use.
type Admin struct {
	cluster *cluster
	timeout time.Duration
}

// NewAdmin does not connect: the first call does. Fails where Bootstrap is empty.
func NewAdmin(config AdminConfig) (*Admin, error) {
	c, err := openCluster(config.Bootstrap, config.ClientID)
	if err != nil {
		return nil, err
	}
	timeout := config.RequestTimeout
	if timeout <= 0 {
		timeout = defaultRequestTimeout
	}
	return &Admin{cluster: c, timeout: timeout}, nil
}

// Close ends the connections.
func (a *Admin) Close() { a.cluster.close() }

// Ping says whether any broker answers: nil, or ErrUnavailable.
func (a *Admin) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	return a.cluster.ping(ctx)
}

// EnsureTopics makes the missing ones of the topics, and returns those that it
// made. Topics that exist are left as they are. Running it from many processes at
// once is safe.
func (a *Admin) EnsureTopics(ctx context.Context, spec TopicSpec, topics ...string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	created, err := a.cluster.createTopics(ctx, spec, topics)
	slices.Sort(created)
	return created, err
}

// ListTopics returns the topics whose names begin with the prefix, sorted. What it
// says is at most about a second old.
func (a *Admin) ListTopics(ctx context.Context, prefix string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	known, err := a.cluster.layout(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(known.withPrefix(prefix))), nil
}

// DeleteTopics deletes the topics with everything in them, and returns when
// ListTopics no longer shows them. A topic that is not there is no failure.
func (a *Admin) DeleteTopics(ctx context.Context, topics ...string) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	if len(topics) == 0 {
		return nil
	}
	response, err := a.cluster.client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: topics})
	if err != nil {
		return fmt.Errorf("delete topics: %w: %w", ErrUnavailable, err)
	}
	for topic, answer := range response.Errors {
		if answer != nil && !errors.Is(answer, kafka.UnknownTopicOrPartition) {
			err = errors.Join(err, fmt.Errorf("delete topic %s: %w", topic, classify(answer)))
		}
	}
	if err != nil {
		return err
	}
	return a.awaitGone(ctx, topics)
}

func (a *Admin) awaitGone(ctx context.Context, topics []string) error {
	pause := backoff{least: retryLeast, most: retryMost}
	for {
		known, err := a.cluster.layout(ctx)
		if err != nil {
			return err
		}
		there := func(topic string) bool { return known.partitions[topic] > 0 }
		if !slices.ContainsFunc(topics, there) {
			return nil
		}
		if !pause.wait(ctx) {
			return fmt.Errorf("wait for deleted topics: %w: %w", ErrUnavailable, ctx.Err())
		}
	}
}
