package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

// Subject is what a trace follows: a post with everything about it, or a member's
// account and follows.
type Subject struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

// The kinds of subjects.
const (
	SubjectPost   = "post"
	SubjectMember = "member"
)

func (s Subject) String() string { return fmt.Sprintf("%s %d", s.Kind, s.ID) }

func (s Subject) covers(e *activityrecord.Event) bool {
	if s.Kind == SubjectPost {
		return e.GetPostId() == s.ID
	}
	return e.GetPostId() == 0 && e.GetMemberId() == s.ID
}

// Trace is what became of everything about a subject.
type Trace struct {
	Subject Subject `json:"subject"`
	// Row is the owner's row as it is now, nil where there is none.
	Row *TraceRow `json:"row"`
	// Events are in the order of their versions and times.
	Events []TraceEvent `json:"events"`
	// Letters are the records about the subject that a service could not apply, and
	// events that a person discarded.
	Letters []Letter `json:"deadLetters"`
}

// TraceRow is the owner's row.
type TraceRow struct {
	Table     string    `json:"table"`
	AuthorID  int64     `json:"authorId,omitempty"`
	Name      string    `json:"name"`
	Version   int64     `json:"version"`
	Deleted   bool      `json:"deleted"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// TraceEvent is one event on its way.
type TraceEvent struct {
	EventID    string    `json:"eventId"`
	Type       string    `json:"type"`
	Version    int64     `json:"version"`
	MemberID   int64     `json:"memberId"`
	CommentID  int64     `json:"commentId,omitempty"`
	OccurredAt time.Time `json:"occurredAt"`
	// TraceID names the request that made the change, in logs and traces.
	TraceID string `json:"traceId,omitempty"`
	// Letter is its row in the writer's table, where it is still there.
	Letter *Letter `json:"letter,omitempty"`
	// Places are where Kafka has it; more than one is a replay or a repetition.
	Places []TracePlace `json:"places"`
	// Groups are what each service did with it.
	Groups map[string]TraceStep `json:"groups"`

	key   string
	thing string
}

// TracePlace is one copy of an event on Kafka.
type TracePlace struct {
	Topic      string    `json:"topic"`
	Partition  int       `json:"partition"`
	Offset     int64     `json:"offset"`
	AppendedAt time.Time `json:"appendedAt"`
	// Delay is from the change to Kafka.
	Delay time.Duration `json:"delayNanoseconds"`
}

// TraceStep is what one service did with an event.
type TraceStep struct {
	// State is unsent, waits, passed (its offset is behind the group), applied,
	// dead, parked or discarded.
	State string `json:"state"`
	// At is when it was applied, and Delay how long after the change, where that is known.
	At    *time.Time     `json:"at,omitempty"`
	Delay *time.Duration `json:"delayNanoseconds,omitempty"`
}

// The states of a step beside those of letters.
const (
	stepUnsent  = "unsent"
	stepWaits   = "waits"
	stepPassed  = "passed"
	stepApplied = "applied"
	stepDead    = "dead"
)

// ErrNoTrace is a subject of which nothing is known.
var ErrNoTrace = errors.New("nothing is known of it: no row, no event, no letter")

// Trace follows a subject through all topics that are retained. Fails with ErrNoTrace.
func (s *Stores) Trace(ctx context.Context, subject Subject) (Trace, error) {
	trace := Trace{Subject: subject, Events: []TraceEvent{}, Letters: []Letter{}}
	var err error
	if trace.Row, err = s.traceRow(ctx, subject); err != nil {
		return trace, err
	}
	if err := s.traceTopics(ctx, &trace); err != nil {
		return trace, err
	}
	listeners, err := s.traceLetters(ctx, &trace)
	if err != nil {
		return trace, err
	}
	if trace.Row == nil && len(trace.Events) == 0 && len(trace.Letters) == 0 {
		return trace, fmt.Errorf("%s: %w", subject, ErrNoTrace)
	}
	slices.SortStableFunc(trace.Events, func(a, b TraceEvent) int {
		return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), cmp.Compare(a.Version, b.Version))
	})
	return trace, s.traceGroups(ctx, &trace, listeners)
}

func (s *Stores) traceRow(ctx context.Context, subject Subject) (*TraceRow, error) {
	pool, err := s.sql()
	if err != nil {
		return nil, err
	}
	query := `SELECT 'posts' AS "table", author_id, LEFT(content, 60) AS name, version, is_deleted AS deleted, created_at, updated_at FROM posts WHERE id = ?`
	if subject.Kind == SubjectMember {
		query = `SELECT 'member_profiles' AS "table", 0 AS author_id, handle AS name, version, NOT is_active AS deleted, created_at, updated_at FROM member_profiles WHERE member_id = ?`
	}
	var rows []TraceRow
	if err := pool.DB(ctx).Raw(strings.ReplaceAll(query, `"`, "`"), subject.ID).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read row of %s: %w", subject, err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // there is none, which is an answer here
	}
	return &rows[0], nil
}

// traceTopics reads the one partition of each topic that the subject's events go to.
func (s *Stores) traceTopics(ctx context.Context, trace *Trace) error {
	topics, err := s.ListTopics(ctx)
	if err != nil {
		return err
	}
	byID := map[string]int{}
	for _, topic := range topics {
		partition := kafka.PartitionOf(activityrecord.PartitionKey(trace.Subject.ID), topic.Partitions)
		err := s.scan(ctx, topic.Name, partition, func(r Record) error {
			event, err := activityrecord.Decode(r.Value)
			if err != nil || !trace.Subject.covers(event) {
				return nil //nolint:nilerr // what is no event is about nobody
			}
			i, known := byID[event.GetEventId()]
			if !known {
				i = len(trace.Events)
				byID[event.GetEventId()] = i
				trace.Events = append(trace.Events, fromEvent(event, r.Headers))
			}
			at := event.GetOccurredAt().AsTime()
			trace.Events[i].Places = append(trace.Events[i].Places, TracePlace{
				Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, AppendedAt: r.Time.UTC(), Delay: r.Time.Sub(at),
			})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func fromEvent(e *activityrecord.Event, headers map[string]string) TraceEvent {
	return TraceEvent{
		EventID: e.GetEventId(), Type: activityrecord.TypeName(e.GetType()), Version: e.GetVersion(), MemberID: e.GetMemberId(),
		CommentID: e.GetCommentId(), OccurredAt: e.GetOccurredAt().AsTime(), TraceID: traceID(headers[activityrecord.HeaderTraceparent]),
		Places: []TracePlace{}, Groups: map[string]TraceStep{}, key: activityrecord.Key(e), thing: activityrecord.Thing(e),
	}
}

// traceID is the part of a traceparent that names the trace.
func traceID(traceparent string) string {
	parts := strings.Split(traceparent, "-")
	if len(parts) != 4 { //nolint:mnd // version, trace, span, flags
		return ""
	}
	return parts[1]
}

// traceLetters joins events with their rows in the writers' tables, and returns
// the letters of services by where their records are.
func (s *Stores) traceLetters(ctx context.Context, trace *Trace) (map[string]Letter, error) {
	listeners := map[string]Letter{}
	for _, d := range s.drawers() {
		letters, err := d.list(ctx, LetterFilter{Limit: everything})
		if err != nil {
			return nil, err
		}
		for _, l := range letters {
			if l.event == nil || !trace.Subject.covers(l.event) {
				continue
			}
			if l.Kind == KindListener {
				listeners[stepKey(strings.TrimSuffix(d.name(), "-listener"), l.Topic, *l.Partition, *l.Offset)] = l
				trace.Letters = append(trace.Letters, l.brief())
				continue
			}
			if l.State == StateDiscarded {
				trace.Letters = append(trace.Letters, l.brief())
				continue
			}
			i := slices.IndexFunc(trace.Events, func(e TraceEvent) bool { return e.EventID == l.EventID })
			if i < 0 {
				i = len(trace.Events)
				trace.Events = append(trace.Events, fromEvent(l.event, l.Headers))
			}
			brief := l.brief()
			trace.Events[i].Letter = &brief
		}
	}
	return listeners, nil
}

func stepKey(service, topic string, partition int, offset int64) string {
	return fmt.Sprintf("%s %s/%d@%d", service, topic, partition, offset)
}
