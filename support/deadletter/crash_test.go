package deadletter_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

const (
	writerEnv  = "DEADLETTER_TEST_WRITER"
	shortLease = 700 * time.Millisecond
)

// killer is a producer whose process dies around a call, as by kill -9.
type killer struct {
	*kafka.Producer
	point string
}

func (k killer) Produce(ctx context.Context, records []kafka.Record) []error {
	if k.point == "before-send" {
		die()
	}
	if k.point == "before-ack" { // the records are on their way, nobody waits for the answer
		go k.Producer.Produce(context.WithoutCancel(ctx), records)
		<-time.After(20 * time.Millisecond)
		die()
	}
	results := k.Producer.Produce(ctx, records)
	if k.point == "after-ack" {
		die()
	}
	return results
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// playWriter is the process that a test watches die.
func playWriter(settings []string) {
	fmt.Fprintln(os.Stderr, "writer did not die:", write(settings[0], settings[1], settings[2], settings[3]))
	os.Exit(1)
}

func write(point, dsn, bootstrap, topic string) error {
	pool, err := mysql.Open(mysql.Config{DSN: dsn})
	if err != nil {
		return err
	}
	producer, err := kafka.NewProducer(kafka.ProducerConfig{Bootstrap: bootstrap})
	if err != nil {
		return err
	}
	store := deadletter.NewStore(pool, "content", fmt.Sprint("writer-", os.Getpid()), time.Now)
	publisher := deadletter.NewPublisher(store, killer{producer, point}, deadletter.Silent{}, deadletter.PublisherConfig{
		Lease: shortLease, SendLimit: 200 * time.Millisecond,
	})
	ctx := context.Background()
	go func() { _ = publisher.Run(ctx) }()
	err = pool.InTx(ctx, func(ctx context.Context) error {
		if err := publisher.Append(ctx, lettersOf(topic, 20)...); err != nil {
			return err
		}
		if point == "before-commit" {
			die()
		}
		return nil
	})
	if err != nil {
		return err
	}
	select {} // until the publisher dies
}

func TestAWriterThatDiesLosesNoCommittedEventAndSendsNoOther(t *testing.T) {
	t.Parallel()
	for point, want := range map[string]struct{ rows, copiesAtMost int }{
		"before-commit": {0, 0},
		"before-send":   {20, 1},
		"before-ack":    {20, 2},
		"after-ack":     {20, 2},
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			p, servers := newPost(t), testenv.Kafka(t)
			topic := servers.Topic("t")
			producer, err := kafka.NewProducer(kafka.ProducerConfig{Bootstrap: servers.Bootstrap})
			require.NoError(t, err)
			t.Cleanup(producer.Close)
			writer := exec.CommandContext(t.Context(), os.Args[0])
			writer.Env = append(os.Environ(), writerEnv+"="+strings.Join([]string{point, p.dsn, servers.Bootstrap, topic}, " "))
			output, err := writer.CombinedOutput()
			require.ErrorContains(t, err, "killed", "%s", output)

			store := deadletter.NewStore(p.pool, "content", "successor", time.Now)
			counts, err := store.Count(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, want.rows, counts.Waiting+counts.Leased)
			limited, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			sent, err := deadletter.NewDrain(store, producer, deadletter.Silent{}).DrainAll(limited)
			require.NoError(t, err)
			require.Equal(t, want.rows, sent)
			copies := readCopies(t, servers, want.rows)
			require.Len(t, copies, want.rows)
			for event, n := range copies {
				require.LessOrEqual(t, n, want.copiesAtMost, event)
			}
		})
	}
}

// readCopies counts the records of the space by message key, and waits for as many
// keys as are wanted.
func readCopies(t *testing.T, servers testenv.KafkaSpace, want int) map[string]int {
	t.Helper()
	if want == 0 {
		return nil
	}
	var mu sync.Mutex
	copies := make(map[string]int)
	consumer, err := kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: servers.Bootstrap, Group: servers.Group("reader"), Prefix: servers.Prefix,
		Handle: func(_ context.Context, m kafka.Message) error {
			mu.Lock()
			defer mu.Unlock()
			copies[string(m.Key)]++
			return nil
		},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- consumer.Run(ctx) }()
	require.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(copies) >= want
	}, time.Minute, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-done)
	return copies
}

func TestEventsOfAnOutageUnderWritesAllArrive(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	server, servers := testenv.OwnKafka(t)
	servers.Prefix = "member-activity-"
	producer, err := kafka.NewProducer(kafka.ProducerConfig{Bootstrap: servers.Bootstrap})
	require.NoError(t, err)
	t.Cleanup(producer.Close)
	store := deadletter.NewStore(p.pool, "content", "writer", time.Now)
	publisher := deadletter.NewPublisher(store, producer, deadletter.Silent{}, deadletter.PublisherConfig{})
	drain := deadletter.NewDrain(store, producer, deadletter.Silent{})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = publisher.Run(ctx) })
	running.Go(func() { _ = drain.Run(ctx, 200*time.Millisecond) })

	const n = 3000
	all := lettersOf("member-activity-20261120", n)
	for i := range all {
		switch i {
		case n / 3:
			require.NoError(t, server.Kill())
		case 2 * n / 3:
			require.NoError(t, server.Restart(t.Context()))
		}
		p.commit(t, publisher, all[i:i+1])
	}
	require.Eventually(t, func() bool {
		counts, err := store.Count(t.Context())
		return err == nil && counts == deadletter.Counts{}
	}, time.Minute, 20*time.Millisecond, "nothing is left and nothing is parked")
	cancel()
	running.Wait()
	require.Len(t, readCopies(t, servers, n), n)
}
