package server_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

func TestAFolderFindsItsDataAgain(t *testing.T) {
	t.Parallel()
	options := server.Options{Dir: t.TempDir(), Persistent: true}
	first := startMariaDB(t, options)
	exec(t, first.DSN(""), "CREATE DATABASE kept")
	require.NoError(t, first.Close())
	require.DirExists(t, options.Dir)

	second := startMariaDB(t, options)
	exec(t, second.DSN("kept"), "CREATE TABLE posts (id BIGINT PRIMARY KEY)")
}

func TestATemporaryFolderGoesWithItsServer(t *testing.T) {
	t.Parallel()
	s, err := server.StartRedis(t.Context(), server.Options{})
	require.NoError(t, err)
	require.DirExists(t, s.Dir())
	require.NoError(t, s.Close())
	require.NoDirExists(t, s.Dir())
}

func TestAPausedServerAnswersNothing(t *testing.T) {
	t.Parallel()
	s := startRedis(t, server.Options{})
	require.NoError(t, s.Pause())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Ready(ctx), os.ErrDeadlineExceeded)

	require.NoError(t, s.Resume())
	require.NoError(t, s.Ready(t.Context()))
}

func TestAServerComesBackOnItsPort(t *testing.T) {
	t.Parallel()
	s := startRedis(t, server.Options{})
	addr, pid := s.Addr(), s.Pid()
	require.NoError(t, s.Kill())
	<-s.Done()
	require.Error(t, s.Ready(t.Context()))

	require.NoError(t, s.Start(t.Context()))
	require.Equal(t, addr, s.Addr())
	require.NotEqual(t, pid, s.Pid())
}

func TestATakenPortIsNotMistakenForTheServer(t *testing.T) {
	t.Parallel()
	taken := startRedis(t, server.Options{})
	_, err := server.StartRedis(t.Context(), server.Options{Port: taken.Port()})
	require.ErrorIs(t, err, server.ErrPortTaken)
}

func TestAFailedStartQuotesTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "mysql"), 0o700)) // looks like data and is none
	_, err := server.StartMariaDB(t.Context(), server.Options{Dir: dir})
	require.ErrorIs(t, err, server.ErrEarlyEnd)
	require.ErrorContains(t, err, "Fatal error")
}

func TestAStartHasADeadline(t *testing.T) {
	t.Parallel()
	_, err := server.StartMariaDB(t.Context(), server.Options{ReadyWithin: time.Millisecond})
	require.ErrorContains(t, err, "not ready within 1ms")
}

func TestAClusterReplicatesAndOutlivesABroker(t *testing.T) {
	t.Parallel()
	cluster, err := server.StartKafkaCluster(t.Context(), 3, server.Options{Dir: t.TempDir()}) // data that is kept, as where a run is looked at
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Close()) })
	makeTopic(t, cluster)

	require.NoError(t, cluster.Brokers[0].Kill())

	writer := &kafka.Writer{
		Addr: kafka.TCP(cluster.Brokers[1].Addr(), cluster.Brokers[2].Addr()), Topic: "posts",
		RequiredAcks: kafka.RequireAll, BatchSize: 1, MaxAttempts: 50, WriteBackoffMin: 200 * time.Millisecond,
	}
	t.Cleanup(func() { require.NoError(t, writer.Close()) })
	require.NoError(t, writer.WriteMessages(t.Context(), kafka.Message{Value: []byte("a")}))
}

func TestEnsureAsksForNothingThatIsThere(t *testing.T) {
	t.Parallel()
	for _, kind := range server.Kinds() {
		require.NoError(t, server.Ensure(t.Context(), nil, kind))
	}
	require.ErrorContains(t, server.Ensure(t.Context(), nil, "oracle"), "oracle")
}

func TestLogTakesTheOutput(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	log, err := os.Create(path)
	require.NoError(t, err)
	s := startRedis(t, server.Options{Log: log})
	require.NoError(t, s.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), "Ready to accept connections")
}

func makeTopic(t *testing.T, cluster *server.KafkaCluster) {
	t.Helper()
	client := &kafka.Client{Addr: kafka.TCP(cluster.Brokers[1].Addr())}
	require.Eventually(t, func() bool { // brokers 2 and 3 may still be joining
		answer, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{
			{Topic: "posts", NumPartitions: 3, ReplicationFactor: 3},
		}})
		return err == nil && answer.Errors["posts"] == nil
	}, 30*time.Second, 100*time.Millisecond)
}

func startRedis(t *testing.T, o server.Options) *server.Redis {
	t.Helper()
	s, err := server.StartRedis(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func startMariaDB(t *testing.T, o server.Options) *server.MariaDB {
	t.Helper()
	s, err := server.StartMariaDB(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func exec(t *testing.T, dsn, statement string) {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	_, err = db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
}
