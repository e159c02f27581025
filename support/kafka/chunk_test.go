package kafka

import (
	"errors"
	"slices"
	"testing"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
)

func TestChunks_KeepOrderAndStayBelowABatch(t *testing.T) {
	t.Parallel()
	records := make([]Record, 2500)
	indexes := make([]int, 0, len(records))
	for i := range records {
		records[i].Value = make([]byte, i)
		indexes = append(indexes, i)
	}
	records[7].Value = make([]byte, 3*maxChunkBytes) // decided by the broker, alone
	var all []int
	for chunk := range chunks(records, indexes) {
		size := 0
		for _, i := range chunk {
			size += sizeOf(records[i])
		}
		require.True(t, size <= maxChunkBytes || slices.Equal(chunk, []int{7}))
		require.LessOrEqual(t, len(chunk), maxChunkRecords)
		all = append(all, chunk...)
	}
	require.Equal(t, indexes, all)
	for range chunks(records, nil) {
		require.Fail(t, "nothing to send")
	}
}

func TestClassify_BlamesTheRecordOnlyForWhatIsItsOwn(t *testing.T) {
	t.Parallel()
	for _, own := range []error{kafkago.MessageSizeTooLarge, kafkago.RecordListTooLarge, kafkago.InvalidRecord, kafkago.InvalidTopic} {
		require.ErrorIs(t, classify(own), ErrRefused)
		require.NotErrorIs(t, classify(own), ErrUnavailable)
		require.ErrorIs(t, classify(own), own)
	}
	for _, cluster := range []error{
		kafkago.NotEnoughReplicas, kafkago.NotEnoughReplicasAfterAppend, kafkago.RequestTimedOut, kafkago.NotLeaderForPartition,
		kafkago.TopicAuthorizationFailed, kafkago.InvalidReplicationFactor, errors.New("connection reset"),
	} {
		require.ErrorIs(t, classify(cluster), ErrUnavailable)
		require.NotErrorIs(t, classify(cluster), ErrRefused)
	}
}
