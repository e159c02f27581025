package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// listenerDocuments are the records that a service cannot apply, in MongoDB.
type listenerDocuments struct {
	service string
	stores  *Stores
	now     func() time.Time
}

const listenerCollection = "kafka_listener_dead_letters"

type listenerDocument struct {
	ID            bson.ObjectID `bson:"_id"`
	ConsumerGroup string        `bson:"consumer_group"`
	Topic         string        `bson:"topic"`
	Partition     int           `bson:"partition"`
	Offset        int64         `bson:"offset"`
	MessageKey    []byte        `bson:"message_key"`
	Headers       []struct {
		Key   string `bson:"key"`
		Value []byte `bson:"value"`
	} `bson:"headers"`
	Payload       []byte     `bson:"payload"`
	Error         string     `bson:"error"`
	Attempts      int        `bson:"attempts"`
	Parked        bool       `bson:"parked"`
	ParkedAt      *time.Time `bson:"parked_at"`
	NextAttemptAt time.Time  `bson:"next_attempt_at"`
	CreatedAt     time.Time  `bson:"created_at"`
	DiscardedAt   *time.Time `bson:"discarded_at"`
	DiscardedBy   string     `bson:"discarded_by"`
	Reason        string     `bson:"reason"`
}

func (d listenerDocuments) name() string { return d.service }

func (d listenerDocuments) list(ctx context.Context, wanted LetterFilter) ([]Letter, error) {
	var filter bson.D
	gone := bson.E{Key: "discarded_at", Value: nil}
	switch wanted.State {
	case StateLeased: // nobody holds the lease of a record
		return nil, nil
	case StateWaiting:
		filter = bson.D{gone, {Key: "parked", Value: bson.D{{Key: "$ne", Value: true}}}}
	case StateParked:
		filter = bson.D{gone, {Key: "parked", Value: true}}
	case StateDiscarded:
		filter = bson.D{{Key: "discarded_at", Value: bson.D{{Key: "$ne", Value: nil}}}}
	}
	return d.query(ctx, filter, wanted)
}

// query reads no further than the letters that are wanted.
func (d listenerDocuments) query(ctx context.Context, filter bson.D, wanted LetterFilter) (letters []Letter, err error) {
	client, err := d.stores.documents()
	if err != nil {
		return nil, err
	}
	cursor, err := client.Collection(listenerCollection).Find(ctx, append(bson.D{{Key: "consumer_group", Value: GroupOf(d.service)}}, filter...),
		options.Find().SetSort(bson.D{{Key: "created_at", Value: 1}}).SetBatchSize(int32(min(wanted.Limit, listPage))))
	if err != nil {
		return nil, fmt.Errorf("read listener letters of %s: %w", d.service, err)
	}
	defer func() { err = errors.Join(err, cursor.Close(ctx)) }()
	for len(letters) < wanted.Limit && cursor.Next(ctx) {
		var document listenerDocument
		if err := cursor.Decode(&document); err != nil {
			return nil, fmt.Errorf("read listener letters of %s: %w", d.service, err)
		}
		if letter := d.toLetter(document); wanted.wants(letter) {
			letters = append(letters, letter)
		}
	}
	if err := cursor.Err(); err != nil {
		return nil, fmt.Errorf("read listener letters of %s: %w", d.service, err)
	}
	return letters, nil
}

func (d listenerDocuments) toLetter(from listenerDocument) Letter {
	letter := Letter{
		ID: d.service + ":" + from.ID.Hex(), Kind: KindListener, Key: string(from.MessageKey), Topic: from.Topic,
		Partition: &from.Partition, Offset: &from.Offset, Attempts: from.Attempts, Error: from.Error, CreatedAt: from.CreatedAt.UTC(),
		ParkedAt: from.ParkedAt, DiscardedAt: from.DiscardedAt, DiscardedBy: from.DiscardedBy, Reason: from.Reason,
		Headers: map[string]string{}, Payload: from.Payload, State: StateWaiting,
	}
	for _, h := range from.Headers {
		letter.Headers[h.Key] = string(h.Value)
	}
	switch {
	case from.DiscardedAt != nil:
		letter.State = StateDiscarded
	case from.Parked:
		letter.State = StateParked
	default:
		letter.NextAttemptAt = &from.NextAttemptAt
	}
	letter.complete()
	return letter
}

func (d listenerDocuments) find(ctx context.Context, number string) (Letter, error) {
	id, err := d.id(number)
	if err != nil {
		return Letter{}, err
	}
	found, err := d.query(ctx, bson.D{{Key: "_id", Value: id}}, LetterFilter{Limit: 1})
	if err != nil {
		return Letter{}, err
	}
	if len(found) == 0 {
		return Letter{}, ErrNoLetter
	}
	return found[0], nil
}

func (d listenerDocuments) retry(ctx context.Context, number string) error {
	return d.update(ctx, number, bson.D{
		{Key: "$set", Value: bson.D{
			{Key: "parked", Value: false},
			{Key: "parked_at", Value: nil},
			{Key: "attempts", Value: 1},
			{Key: "next_attempt_at", Value: d.now().UTC()},
			{Key: "updated_at", Value: d.now().UTC()},
		}},
		{Key: "$unset", Value: bson.D{{Key: "discarded_at", Value: ""}, {Key: "discarded_by", Value: ""}, {Key: "reason", Value: ""}}},
	})
}

func (d listenerDocuments) discard(ctx context.Context, number, who, why string) error {
	now := d.now().UTC()
	return d.update(ctx, number, bson.D{{Key: "$set", Value: bson.D{
		{Key: "parked", Value: true},
		{Key: "parked_at", Value: now},
		{Key: "updated_at", Value: now},
		{Key: "discarded_at", Value: now},
		{Key: "discarded_by", Value: who},
		{Key: "reason", Value: why},
	}}})
}

func (d listenerDocuments) update(ctx context.Context, number string, change bson.D) error {
	id, err := d.id(number)
	if err != nil {
		return err
	}
	client, err := d.stores.documents()
	if err != nil {
		return err
	}
	result, err := client.Collection(listenerCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "consumer_group", Value: GroupOf(d.service)}}, change)
	if err != nil {
		return fmt.Errorf("change letter %s:%s: %w", d.service, number, err)
	}
	if result.MatchedCount == 0 {
		return ErrNoLetter
	}
	return nil
}

func (d listenerDocuments) id(number string) (bson.ObjectID, error) {
	id, err := bson.ObjectIDFromHex(number)
	if err != nil {
		return id, fmt.Errorf("%w, not %q", errLetterID, d.service+":"+number)
	}
	return id, nil
}
