package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
)

// Letter is a dead letter of any table: an event that Kafka does not have, or a
// record that a service cannot apply.
type Letter struct {
	// ID is table:number, such as content:12, content-listener:3 or activity:65f….
	ID string `json:"id"`
	// Kind is publisher or listener.
	Kind string `json:"kind"`
	// State is leased (at hand in a process), waiting, parked or discarded.
	State     string `json:"state"`
	Type      string `json:"type"`
	EventID   string `json:"eventId,omitempty"`
	Key       string `json:"key"`
	Topic     string `json:"topic"`
	Partition *int   `json:"partition,omitempty"`
	Offset    *int64 `json:"offset,omitempty"`
	Attempts  int    `json:"attempts"`
	Error     string `json:"error,omitempty"`

	CreatedAt     time.Time  `json:"createdAt"`
	NextAttemptAt *time.Time `json:"nextAttemptAt,omitempty"`
	ParkedAt      *time.Time `json:"parkedAt,omitempty"`
	DiscardedAt   *time.Time `json:"discardedAt,omitempty"`
	DiscardedBy   string     `json:"discardedBy,omitempty"`
	Reason        string     `json:"reason,omitempty"`

	Headers map[string]string `json:"headers,omitempty"`
	Payload []byte            `json:"payload,omitempty"`
	// Event is the payload as JSON, where it is an event.
	Event json.RawMessage `json:"event,omitempty"`

	event *activityrecord.Event
}

// The states of letters.
const (
	StateLeased    = "leased"
	StateWaiting   = "waiting"
	StateParked    = "parked"
	StateDiscarded = "discarded"
)

// The kinds of letters.
const (
	KindPublisher = "publisher"
	KindListener  = "listener"
)

// ErrNoLetter is an id of no letter.
var ErrNoLetter = errors.New("no such letter")

var errLetterID = errors.New("a letter's id is table:number, as `dead-letters list` shows it")

// cut is the table and the number of an id.
func cut(id string) (table, number string, err error) {
	table, number, found := strings.Cut(id, ":")
	if !found || table == "" || number == "" {
		return "", "", fmt.Errorf("%w, not %q", errLetterID, id)
	}
	return table, number, nil
}

// complete fills in what the payload and the key tell.
func (l *Letter) complete() {
	if event, err := activityrecord.Decode(l.Payload); err == nil {
		l.event, l.Type, l.EventID = event, activityrecord.TypeName(event.GetType()), event.GetEventId()
		if text, err := protojson.Marshal(event); err == nil {
			l.Event = text
		}
		return
	}
	if l.Type == "" {
		l.Type = typeOfKey(l.Key)
	}
}

const unknownType = "?"

// keyOfType is how the message keys of a type begin.
func keyOfType(name string) string { return activityrecord.KeyPrefix + name + "###" }

// typeOfKey is the type that a message key begins with.
func typeOfKey(key string) string {
	rest, found := strings.CutPrefix(key, activityrecord.KeyPrefix)
	name, _, cut := strings.Cut(rest, "###")
	if !found || !cut {
		return unknownType
	}
	return name
}

// brief is the letter without what only `show` shows.
func (l Letter) brief() Letter {
	l.Headers, l.Payload, l.Event = nil, nil, nil
	return l
}

// stateOf tells the state of a letter that is not discarded.
func stateOf(parked bool, leaseUntil, now time.Time) string {
	switch {
	case parked:
		return StateParked
	case leaseUntil.After(now):
		return StateLeased
	}
	return StateWaiting
}
