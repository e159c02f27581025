package kafka_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestConsumer_GoesOnAfterTheBrokerWasKilled(t *testing.T) {
	t.Parallel()
	broker, env := testenv.OwnKafka(t)
	env.Prefix = "member-activity-"
	all := newLedger()
	stop := all.write(t, env)
	consumer := start(t, env, all.take)
	consumer.awaitCount(t, 200)
	for range 2 {
		require.NoError(t, broker.Kill())
		require.NoError(t, broker.Restart(within(t, time.Minute)))
		seen := len(consumer.messages())
		consumer.awaitCount(t, seen+200)
	}
	stop()
	all.awaitAll(t)
	require.NotEmpty(t, consumer.faulted())
	require.Less(t, len(consumer.faulted()), 2000, "outages are waited out with pauses")
}

func TestConsumer_GoesOnAfterTheBrokerWasPaused(t *testing.T) {
	t.Parallel()
	broker, env := testenv.OwnKafka(t)
	env.Prefix = "member-activity-"
	all := newLedger()
	stop := all.write(t, env)
	consumer := start(t, env, all.take)
	consumer.awaitCount(t, 200)
	require.NoError(t, broker.Pause())
	seen := len(consumer.faulted())
	await(t, func() bool { return len(consumer.faulted()) > seen }, func() any { return "no request timed out" })
	require.NoError(t, broker.Resume())
	handled := len(consumer.messages())
	consumer.awaitCount(t, handled+200)
	stop()
	all.awaitAll(t)
}

// Three brokers, and each of them is killed and comes back: leaders and the
// coordinator of the group move.
func TestConsumer_FollowsLeadersAndItsCoordinator(t *testing.T) {
	t.Parallel()
	cluster, env := testenv.OwnKafkaCluster(t, 3)
	env.Prefix = "member-activity-"
	all := newLedger()
	stop := all.write(t, env)
	one, two := start(t, env, all.take), start(t, env, all.take)
	one.awaitPartitions(t, 6)
	two.awaitPartitions(t, 6)
	for _, broker := range cluster.Brokers {
		require.NoError(t, broker.Kill())
		seen := len(one.messages()) + len(two.messages())
		await(t, func() bool { return len(one.messages())+len(two.messages()) > seen+400 }, func() any { return one.faulted() })
		require.NoError(t, broker.Restart(within(t, time.Minute)))
		awaitReplicas(t, env)
	}
	stop()
	all.awaitAll(t)
}

// awaitReplicas waits until acks=all of two replicas is possible with any broker gone.
func awaitReplicas(t *testing.T, env testenv.KafkaSpace) {
	t.Helper()
	await(t, func() bool { return inSync(t, env) }, func() any { return "replicas did not catch up" })
}

const memberEnv = "KAFKA_TEST_MEMBER"

// playMember is the process that a test kills: it handles records, and says
// which.
func playMember(settings string) {
	fields := strings.Fields(settings)
	consumer, err := kafka.NewConsumer(kafka.ConsumerConfig{
		Bootstrap: fields[0], Group: fields[1], Prefix: fields[2],
		Handle: func(_ context.Context, m kafka.Message) error {
			fmt.Printf("handled %s%s\n", m.Topic, m.Key)
			return nil
		},
	})
	if err == nil {
		err = consumer.Run(context.Background())
	}
	fmt.Fprintln(os.Stderr, "member ended:", err)
	os.Exit(1)
}

func TestGroup_AKilledMemberIsReplacedWithoutLoss(t *testing.T) {
	t.Parallel()
	env := testenv.Kafka(t)
	all := newLedger()
	stop := all.write(t, env)
	member := exec.Command(os.Args[0])
	member.Env = append(os.Environ(), memberEnv+"="+strings.Join([]string{env.Bootstrap, env.Group("g"), env.Prefix}, " "))
	output, err := member.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, member.Start())
	lines := bufio.NewScanner(output)
	byTheDead := 0
	for byTheDead < 300 && lines.Scan() {
		if key, found := strings.CutPrefix(lines.Text(), "handled "); found {
			byTheDead++
			all.handledElsewhere(key)
		}
	}
	require.NoError(t, member.Process.Kill())
	for lines.Scan() {
		if key, found := strings.CutPrefix(lines.Text(), "handled "); found {
			all.handledElsewhere(key)
		}
	}
	require.Error(t, member.Wait())

	next := start(t, env, all.take)
	next.awaitPartitions(t, 12)
	stop()
	await(t, func() bool { return all.open() == 0 }, func() any { return all.open() })
	t.Logf("%d were handled by both", all.twice())
}

func (l *ledger) handledElsewhere(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.handled[key]++
}
