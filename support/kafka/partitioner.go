package kafka

import "encoding/binary"

// partitionOf is the partition that Java's default partitioner chooses for a key:
// murmur2 of the bytes, its sign cut off, modulo the number of partitions.
func partitionOf(key []byte, partitions int) int {
	return int(murmur2(key)&0x7fffffff) % partitions
}

const (
	murmurSeed  uint32 = 0x9747b28c
	murmurMix   uint32 = 0x5bd1e995
	murmurShift        = 24
)

// murmur2 is org.apache.kafka.common.utils.Utils.murmur2.
func murmur2(data []byte) uint32 {
	h := murmurSeed ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := binary.LittleEndian.Uint32(data) * murmurMix
		k ^= k >> murmurShift
		h = h*murmurMix ^ k*murmurMix
	}
	for i, b := range data {
		h ^= uint32(b) << (8 * i)
	}
	if len(data) > 0 {
		h *= murmurMix
	}
	h ^= h >> 13
	h *= murmurMix
	return h ^ h>>15
}

// PartitionOf is where a producer writes records with this partition key, on a topic
// of so many partitions.
func PartitionOf(partitionKey []byte, partitions int) int {
	return partitionOf(partitionKey, partitions)
}
