package kafka

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// The vectors of UtilsTest.testMurmur2 in Apache Kafka.
func TestMurmur2_IsKafkas(t *testing.T) {
	t.Parallel()
	vectors := map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	}
	for key, want := range vectors {
		require.Equal(t, want, int32(murmur2([]byte(key))), key)
	}
}

// What org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey
// (kafka-clients 4.4.0) answered for these ids as decimal text and 6 partitions.
func TestPartitionOf_IsWhatTheJavaClientChooses(t *testing.T) {
	t.Parallel()
	for id, want := range javaPartitions {
		require.Equal(t, want, partitionOf([]byte(strconv.FormatInt(id, 10)), 6), id)
	}
}

var javaPartitions = map[int64]int{
	0:                   2,
	1:                   3,
	2:                   2,
	3:                   5,
	4:                   1,
	5:                   0,
	6:                   4,
	7:                   3,
	8:                   3,
	9:                   5,
	10:                  4,
	42:                  4,
	99:                  3,
	100:                 3,
	101:                 2,
	1234:                0,
	99999:               0,
	123456:              0,
	1000000:             5,
	7654321:             5,
	1099511627776:       0,
	9223372036854775807: 3,
	-1:                  3,
}
