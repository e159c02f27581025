package activityrecord

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
)

// Names of the headers: CloudEvents 1.0 in binary mode, and W3C trace context.
const (
	HeaderID          = "ce_id"
	HeaderType        = "ce_type"
	HeaderSource      = "ce_source"
	HeaderTime        = "ce_time"
	HeaderSpecVersion = "ce_specversion"
	HeaderContentType = "content-type"
	HeaderTraceparent = "traceparent"
)

const (
	specVersion = "1.0"
	contentType = "application/protobuf"
	typeRoot    = "dailyfeed.activity.v1."
)

// Header is one header of a record. Order matters to no one.
type Header struct {
	Key   string
	Value string
}

// Record is an event as it goes to the broker, or into the table of dead letters
// until it is there.
type Record struct {
	Topic string
	// Key is the message key.
	Key string
	// PartitionID is what PartitionKey takes.
	PartitionID int64
	// Thing is what must stay in order; see the function of that name.
	Thing string
	// IsFirst is what the function of that name says.
	IsFirst bool
	Headers []Header
	// Value is the event in protobuf.
	Value []byte
}

// Origin is where an event comes from.
type Origin struct {
	// Source names the writer as a URI reference, such as /dailyfeed/content.
	Source string
	// TopicPrefix is DefaultTopicPrefix where it is empty.
	TopicPrefix string
	// Traceparent is that of the request that made the change; empty where there is none.
	Traceparent string
}

// Encode makes the record of an event. Fails with what Validate fails with.
func Encode(e *Event, origin Origin) (Record, error) {
	if err := Validate(e); err != nil {
		return Record{}, fmt.Errorf("encode activity %s: %w", e.GetEventId(), err)
	}
	value, err := proto.Marshal(e)
	if err != nil { // a text that is not UTF-8
		return Record{}, fmt.Errorf("encode activity %s: %w", e.GetEventId(), violation("event", err.Error()))
	}
	prefix := origin.TopicPrefix
	if prefix == "" {
		prefix = DefaultTopicPrefix
	}
	return Record{
		Topic:       Topic(prefix, e),
		Key:         Key(e),
		PartitionID: PartitionID(e),
		Thing:       Thing(e),
		IsFirst:     IsFirst(e),
		Headers:     headers(e, origin),
		Value:       value,
	}, nil
}

// Decode is the event in the value of a record. Headers and key repeat what the
// value says, and are not looked at. Fields of newer versions are ignored.
// Fails with ErrUndecodable or what Validate fails with: IsPermanent is true for all.
func Decode(value []byte) (*Event, error) {
	e := new(Event)
	if err := proto.Unmarshal(value, e); err != nil {
		return nil, fmt.Errorf("decode activity: %w: %w", ErrUndecodable, err)
	}
	if err := Validate(e); err != nil {
		return nil, fmt.Errorf("decode activity %s: %w", e.GetEventId(), err)
	}
	return e, nil
}

func headers(e *Event, origin Origin) []Header {
	all := []Header{
		{HeaderSpecVersion, specVersion},
		{HeaderID, e.GetEventId()},
		{HeaderType, typeRoot + TypeName(e.GetType())},
		{HeaderSource, origin.Source},
		{HeaderTime, e.GetOccurredAt().AsTime().Format(time.RFC3339Nano)},
		{HeaderContentType, contentType},
	}
	if origin.Traceparent != "" {
		all = append(all, Header{HeaderTraceparent, origin.Traceparent})
	}
	return all
}
