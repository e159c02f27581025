package kafka

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// worker reads and handles one partition during one generation. It holds what one
// fetch brought and asks for more when that is handled, so a partition that waits
// costs no other partition anything.
type worker struct {
	partition   TopicPartition
	config      *ConsumerConfig
	cluster     *cluster
	coordinator *coordinator
	progress    *progress
	slots       chan struct{}

	next int64 // the offset to be handled next
	end  int64 // the end of the partition as of the last fetch
}

func (s *session) newWorker(tp TopicPartition, p *progress) *worker {
	return &worker{
		partition: tp, config: &s.config, cluster: s.cluster,
		coordinator: s.membership.coordinator, progress: p, slots: s.slots,
	}
}

const (
	fetchRetryLeast = 100 * time.Millisecond
	fetchRetryMost  = 2 * time.Second
)

// run works until ctx ends. Handlers get a context that ends a grace time later.
func (w *worker) run(ctx context.Context) {
	handling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stopTimer := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(w.config.Grace, cancel)
		context.AfterFunc(handling, func() { timer.Stop() })
	})
	defer stopTimer()

	located := false
	pause := backoff{least: fetchRetryLeast, most: fetchRetryMost}
	for ctx.Err() == nil {
		var batch []Message
		var err error
		if !located {
			err = w.locate(ctx)
			located = err == nil
		}
		if located {
			batch, err = w.fetch(ctx)
		}
		if err == nil {
			pause.reset()
			w.handle(ctx, handling, batch)
			continue
		}
		if isGone(err) {
			// a topic that is made again begins at 0, and has no committed offset
			located = false
		}
		if ctx.Err() == nil {
			w.config.Observer.Faulted("fetch", err)
		}
		pause.wait(ctx)
	}
}

// isGone: the partition is not there, or not yet.
func isGone(err error) bool {
	return errors.Is(err, kafka.UnknownTopicOrPartition) ||
		errors.Is(err, protocol.ErrNoTopic) || errors.Is(err, protocol.ErrNoPartition)
}

// locate finds where to go on: after what the group has committed, else at the
// first record there is.
func (w *worker) locate(ctx context.Context) error {
	committed, err := w.coordinator.committed(ctx, w.partition)
	if err != nil {
		return err
	}
	if committed >= 0 {
		w.next = committed
		return nil
	}
	return w.toFirst(ctx)
}

func (w *worker) toFirst(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	found, err := w.cluster.bounds(ctx, map[string][]int{w.partition.Topic: {w.partition.Partition}})
	if err != nil {
		return err
	}
	w.next = found[w.partition].first
	return nil
}

// fetch reads what comes next; nothing after FetchWait.
func (w *worker) fetch(ctx context.Context) ([]Message, error) {
	within, cancel := context.WithTimeout(ctx, w.config.FetchWait+requestWithin)
	defer cancel()
	response, err := w.cluster.client.Fetch(within, &kafka.FetchRequest{
		Topic: w.partition.Topic, Partition: w.partition.Partition, Offset: w.next,
		MinBytes: 1, MaxBytes: int64(w.config.FetchBytes), MaxWait: w.config.FetchWait,
	})
	if err == nil {
		err = response.Error
	}
	if errors.Is(err, kafka.OffsetOutOfRange) {
		return nil, w.restart(ctx, err)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch %s/%d at %d: %w", w.partition.Topic, w.partition.Partition, w.next, err)
	}
	w.end = response.HighWatermark
	batch, err := w.read(response.Records)
	if err == nil && len(batch) == 0 && w.next < w.end {
		err = fmt.Errorf("read %s/%d at %d: %w", w.partition.Topic, w.partition.Partition, w.next, errUnreadable)
	}
	if err != nil {
		return nil, err
	}
	w.config.Observer.Progress(w.partition, 0, w.next, w.end)
	return batch, nil
}

// restart begins again with the first record there is, after records were deleted
// before they were read, or the topic was made again, or its end was lost with a
// leader. Handling some twice is safe; skipping some is not.
func (w *worker) restart(ctx context.Context, cause error) error {
	lost := w.next
	if err := w.toFirst(ctx); err != nil {
		return err
	}
	w.config.Observer.Faulted("fetch", fmt.Errorf("fetch %s/%d at %d, go on at %d: %w",
		w.partition.Topic, w.partition.Partition, lost, w.next, cause))
	return nil
}

// handle works through a batch. It returns when all of it is done, or ctx ends.
func (w *worker) handle(ctx, handling context.Context, batch []Message) {
	pause := backoff{least: w.config.RetryLeast, most: w.config.RetryMost}
	failures := 0
	for len(batch) > 0 && ctx.Err() == nil {
		done, err := w.try(ctx, handling, batch[:min(len(batch), w.config.MaxBatch)])
		if done > 0 {
			w.markDone(batch[:done])
			batch = batch[done:]
			failures = 0
			pause.reset()
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		failures++
		w.config.Observer.Retrying(w.partition, batch[0].Offset, failures, err)
		if failures%lookEvery == 0 {
			w.lookAtEnd(ctx)
		}
		pause.wait(ctx)
	}
}

func (w *worker) markDone(done []Message) {
	w.next = done[len(done)-1].Offset + 1
	w.progress.mark(w.partition, w.next, len(done))
	w.config.Observer.Progress(w.partition, len(done), w.next, w.end)
}

// lookEvery is after how many failures at a record the end is looked up again: a
// partition that waits fetches nothing, and its lag should be seen to grow.
const lookEvery = 5

func (w *worker) lookAtEnd(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	found, err := w.cluster.bounds(ctx, map[string][]int{w.partition.Topic: {w.partition.Partition}})
	if err == nil {
		w.end = found[w.partition].next
		w.config.Observer.Progress(w.partition, 0, w.next, w.end)
	}
}

// try calls the handler when one of the slots is free.
func (w *worker) try(ctx, handling context.Context, batch []Message) (done int, err error) {
	select {
	case w.slots <- struct{}{}:
	case <-ctx.Done():
		return 0, nil
	}
	defer func() { <-w.slots }()
	if w.config.Trace != nil {
		inner, end := w.config.Trace(handling, w.partition.Topic, traceParentsOf(batch))
		handling = inner
		defer func() { end(err) }()
	}
	defer func() {
		// a record that makes the handler panic holds its partition, not the process
		if fault := recover(); fault != nil {
			done, err = 0, fmt.Errorf("%w: %v\n%s", errPanicked, fault, debug.Stack())
		}
	}()
	done, err = w.config.HandleBatch(handling, batch)
	done = max(0, min(done, len(batch)))
	if err == nil && done < len(batch) {
		err = errIncomplete
	}
	if err != nil && done == len(batch) {
		done = len(batch) - 1 // all done and still an error: the last one is in doubt
	}
	return done, err
}

var (
	errPanicked   = errors.New("handler panicked")
	errIncomplete = errors.New("handler left records without saying why")
	errUnreadable = errors.New("there are records, and none of them can be read")
)
