package kafka

import "iter"

const (
	// maxChunkBytes keeps a batch, uncompressed, below the broker's usual limit of 1 MiB.
	maxChunkBytes   = 512 << 10
	maxChunkRecords = 1000
	// maxRecordBytes is refused here already: a broker cuts the connection of a
	// request above its socket limit (100 MiB), which would look like an outage.
	maxRecordBytes = 32 << 20
	recordOverhead = 64
)

// chunks divides records of one partition, in their order, into batches. A record
// that is larger than a batch is one of its own: the broker decides about it.
func chunks(records []Record, indexes []int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		start, size := 0, 0
		for n, i := range indexes {
			bytes := sizeOf(records[i])
			full := size+bytes > maxChunkBytes || n-start == maxChunkRecords
			if full && n > start {
				if !yield(indexes[start:n]) {
					return
				}
				start, size = n, 0
			}
			size += bytes
		}
		if start < len(indexes) {
			yield(indexes[start:])
		}
	}
}

// sizeOf is about the bytes of a record in a batch before compression.
func sizeOf(r Record) int {
	size := recordOverhead + len(r.Key) + len(r.Value)
	for _, h := range r.Headers {
		size += len(h.Key) + len(h.Value) + 2
	}
	return size
}
