// Package kafkametrics measures consumers. It is apart from metrics so that only
// services that follow events link Kafka.
package kafkametrics

import (
	"log/slog"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Consumer measures a member of a consumer group. It implements kafka.Observer.
type Consumer struct {
	handled *prometheus.CounterVec
	lag     *prometheus.GaugeVec
	retries *prometheus.CounterVec
	faults  *prometheus.CounterVec

	mu   sync.Mutex
	mine map[kafka.TopicPartition]bool
}

var _ kafka.Observer = (*Consumer)(nil)

// New registers the metrics of a consumer of group.
func New(registerer prometheus.Registerer, group string) *Consumer {
	constant := prometheus.Labels{"group": group}
	c := &Consumer{
		handled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "events_handled_total", Help: "Records that were handled for good, by topic.", ConstLabels: constant,
		}, []string{"topic"}),
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "consumer_lag", Help: "Records of a partition that are not handled yet, as last seen by its owner.", ConstLabels: constant,
		}, []string{"topic", "partition"}),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "events_retried_total", Help: "Attempts at a record that failed and are repeated, by topic.", ConstLabels: constant,
		}, []string{"topic"}),
		faults: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "consumer_faults_total", Help: "Things that a consumer could not do and goes on with, by what it was doing.", ConstLabels: constant,
		}, []string{"doing"}),
		mine: map[kafka.TopicPartition]bool{},
	}
	registerer.MustRegister(c.handled, c.lag, c.retries, c.faults)
	return c
}

// Assigned implements kafka.Observer.
func (c *Consumer) Assigned(partitions []kafka.TopicPartition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := make(map[kafka.TopicPartition]bool, len(partitions))
	for _, p := range partitions {
		kept[p] = true
	}
	for p := range c.mine {
		if !kept[p] {
			c.lag.DeleteLabelValues(p.Topic, strconv.Itoa(p.Partition))
		}
	}
	c.mine = kept
	slog.Info("partitions assigned", "partitions", len(partitions))
}

// Progress implements kafka.Observer.
func (c *Consumer) Progress(partition kafka.TopicPartition, count int, next, end int64) {
	c.handled.WithLabelValues(partition.Topic).Add(float64(count))
	c.lag.WithLabelValues(partition.Topic, strconv.Itoa(partition.Partition)).Set(float64(max(0, end-next)))
}

// Retrying implements kafka.Observer.
func (c *Consumer) Retrying(partition kafka.TopicPartition, offset int64, attempt int, err error) {
	c.retries.WithLabelValues(partition.Topic).Inc()
	slog.Warn("record is tried again", "topic", partition.Topic, "partition", partition.Partition, "offset", offset, "attempt", attempt, "error", err)
}

// Faulted implements kafka.Observer.
func (c *Consumer) Faulted(doing string, err error) {
	c.faults.WithLabelValues(doing).Inc()
	slog.Warn("consumer goes on after a fault", "doing", doing, "error", err)
}
