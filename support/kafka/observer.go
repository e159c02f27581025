package kafka

// Observer is told what a consumer does, for metrics and logs. Its methods are
// called from several goroutines and must return at once.
type Observer interface {
	// Assigned names the partitions that this member has from now on; gauges of
	// others end here. It is empty when the member has none.
	Assigned(partitions []TopicPartition)
	// Progress says that count more records of the partition are handled, next is
	// the offset after them, and end is where the partition ended when it was last
	// read: end - next is the lag. count is 0 where only end moved.
	Progress(partition TopicPartition, count int, next, end int64)
	// Retrying says that the handler failed for the attempt-th time at this offset;
	// the partition waits, and the same record is tried again.
	Retrying(partition TopicPartition, offset int64, attempt int, err error)
	// Faulted says that the consumer could not do something and goes on with it:
	// doing is a few words such as "fetch".
	Faulted(doing string, err error)
}

// unobserved is the Observer of those who have none.
type unobserved struct{}

func (unobserved) Assigned([]TopicPartition)                  {}
func (unobserved) Progress(TopicPartition, int, int64, int64) {}
func (unobserved) Retrying(TopicPartition, int64, int, error) {}
func (unobserved) Faulted(string, error)                      {}
