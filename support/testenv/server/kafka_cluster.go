package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

// KafkaCluster is several brokers that replicate each other's partitions.
type KafkaCluster struct{ Brokers []*Kafka }

// StartKafkaCluster starts n brokers side by side, each of which can be stopped
// and killed by itself. o.Port must be 0.
func StartKafkaCluster(ctx context.Context, n int, o Options) (*KafkaCluster, error) {
	return startCluster(ctx, n, o)
}

// Bootstrap lists all brokers.
func (c *KafkaCluster) Bootstrap() string {
	addrs := make([]string, len(c.Brokers))
	for i, broker := range c.Brokers {
		addrs[i] = broker.Addr()
	}
	return strings.Join(addrs, ",")
}

// Close ends all brokers for good.
func (c *KafkaCluster) Close() error { return closeBrokers(c.Brokers) }

// closeBrokers ends several without a warning: one that is to stop waits for a
// controller to let it go, and the last ones have none.
func closeBrokers(brokers []*Kafka) error {
	var errs []error
	for _, broker := range brokers {
		if broker == nil {
			continue
		}
		if len(brokers) > 1 {
			errs = append(errs, broker.Kill())
		}
		errs = append(errs, broker.Close())
	}
	return errors.Join(errs...)
}

func startCluster(ctx context.Context, n int, o Options) (*KafkaCluster, error) {
	members, err := reserveMembers(n)
	if err != nil {
		return nil, err
	}
	brokers := make([]*Kafka, n)
	group, groupCtx := errgroup.WithContext(ctx)
	for i := range members {
		group.Go(func() error {
			broker, err := startBroker(groupCtx, o, members[i], members)
			brokers[i] = broker
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, errors.Join(err, closeBrokers(brokers), releaseMembers(members))
	}
	return &KafkaCluster{Brokers: brokers}, nil
}

func reserveMembers(n int) ([]member, error) {
	members := make([]member, n)
	for i := range members {
		controller, err := reservePort()
		if err != nil {
			return nil, errors.Join(err, releaseMembers(members))
		}
		members[i] = member{id: i + 1, controller: controller}
	}
	return members, nil
}

func releaseMembers(members []member) error {
	var errs []error
	for _, m := range members {
		errs = append(errs, m.controller.release())
	}
	return errors.Join(errs...)
}

func startBroker(ctx context.Context, o Options, self member, members []member) (*Kafka, error) {
	l, err := newKafkaLauncher(ctx, o.Log, self, members)
	if err != nil {
		return nil, err
	}
	l.advertise = o.Advertise
	if o.Dir != "" && len(members) > 1 {
		o.Dir = filepath.Join(o.Dir, fmt.Sprintf("broker-%d", self.id))
	}
	s, err := launch(ctx, fmt.Sprintf("kafka-%d", self.id), o, l)
	if err != nil {
		return nil, err
	}
	return &Kafka{Server: s, controller: self.controller}, nil
}
