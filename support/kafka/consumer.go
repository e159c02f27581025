package kafka

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/segmentio/kafka-go"
)

// Consumer is one member of a consumer group. Use it once.
type Consumer struct {
	config ConsumerConfig
}

// NewConsumer checks the configuration and connects to nothing.
func NewConsumer(config ConsumerConfig) (*Consumer, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	if len(splitAddresses(config.Bootstrap)) == 0 {
		return nil, errNoBootstrap
	}
	return &Consumer{config: config.withDefaults()}, nil
}

// The waits after a failure of the group itself.
const (
	groupRetryLeast = 100 * time.Millisecond
	groupRetryMost  = 2 * time.Second
	// leaveWithin bounds what is still said to the brokers while stopping.
	leaveWithin = 3 * time.Second
)

// Run consumes until ctx ends, and returns nil then: what is handled is committed,
// the group is left, and every goroutine and connection has ended. Failures of
// brokers are waited out and told to the Observer, never returned; a broker need
// not be there when Run begins.
//
// Promises: a record is handled at least once; records of a partition are handled
// in their order, one call of the handler at a time; a topic that appears is read
// from its first record; the offset that is committed is never past a record that
// is not handled. A partition that is taken away is given up before the group's
// next generation begins, unless its handler ignores the end of its context for
// RebalanceTimeout.
func (c *Consumer) Run(ctx context.Context) error {
	cluster, err := openCluster(c.config.Bootstrap, c.config.ClientID)
	if err != nil {
		return err
	}
	defer cluster.close()
	session := &session{
		config:  c.config,
		cluster: cluster,
		membership: &membership{
			coordinator:      &coordinator{cluster: cluster, group: c.config.Group, clientID: c.config.ClientID},
			sessionTimeout:   c.config.SessionTimeout,
			rebalanceTimeout: c.config.RebalanceTimeout,
		},
		slots: make(chan struct{}, c.config.Parallel),
	}
	session.run(ctx)
	return nil
}

// session is a run of a consumer: its generations, one after the other.
type session struct {
	config     ConsumerConfig
	cluster    *cluster
	membership *membership
	slots      chan struct{}
}

func (s *session) run(ctx context.Context) {
	pause := backoff{least: groupRetryLeast, most: groupRetryMost}
	for ctx.Err() == nil {
		topics, ok := s.awaitTopics(ctx)
		if !ok {
			break
		}
		mine, err := s.membership.join(ctx, topics)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, kafka.RebalanceInProgress) {
				s.config.Observer.Faulted("join group", err)
			}
			pause.wait(ctx)
			continue
		}
		pause.reset()
		s.config.Observer.Assigned(mine.partitions)
		reason := s.runGeneration(ctx, mine, topics)
		if !errors.Is(reason, errRejoin) && ctx.Err() == nil {
			s.config.Observer.Faulted("stay in group", reason)
		}
	}
	s.leave(ctx)
}

// leave happens after ctx has ended, and has a time of its own.
func (s *session) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveWithin)
	defer cancel()
	if err := s.membership.leave(ctx); err != nil {
		s.config.Observer.Faulted("leave group", err)
	}
	s.membership.coordinator.close()
	s.config.Observer.Assigned(nil)
}

// awaitTopics returns the topics that exist now, and waits while there are none.
func (s *session) awaitTopics(ctx context.Context) (map[string]int, bool) {
	pause := backoff{least: groupRetryLeast, most: s.config.TopicsEvery}
	for {
		topics, err := s.topics(ctx)
		if err != nil && ctx.Err() == nil {
			s.config.Observer.Faulted("list topics", err)
		}
		if len(topics) > 0 {
			return topics, true
		}
		if !pause.wait(ctx) {
			return nil, false
		}
	}
}

func (s *session) topics(ctx context.Context) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	known, err := s.cluster.layout(ctx)
	return known.withPrefix(s.config.Prefix), err
}

// errRejoin is the end of a generation that is no fault.
var errRejoin = errors.New("the group begins a new generation")

// errTopicsChanged is a reason to begin a new generation.
var errTopicsChanged = rejoin("topics changed")

// missesBeforeGone: a broker that has just started may not know all topics yet.
const missesBeforeGone = 2

// watchTopics returns when the topics are not what the generation began with.
func (s *session) watchTopics(ctx context.Context, mine share, began map[string]int) error {
	ticker := time.NewTicker(s.config.TopicsEvery)
	defer ticker.Stop()
	misses := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		now, err := s.topics(ctx)
		switch {
		case err != nil:
			continue
		case lacks(began, now):
			return errTopicsChanged
		case lacks(now, began):
			misses++
		case mine.leader && !maps.Equal(now, began): // a topic has more partitions
			return errTopicsChanged
		default:
			misses = 0
		}
		if misses >= missesBeforeGone {
			return errTopicsChanged
		}
	}
}

// lacks says whether a topic of other is not in topics.
func lacks(topics, other map[string]int) bool {
	for topic := range other {
		if _, there := topics[topic]; !there {
			return true
		}
	}
	return false
}
