package evidence

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	_ "github.com/go-sql-driver/mysql" // opens the DSN
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// Feeds reads home feeds as their members do, all pages.
type Feeds interface {
	ReadFeeds(ctx context.Context) (map[int64][]int64, error)
}

// Groups are the consumer groups of the fleet.
func Groups() []string {
	var all []string
	for _, service := range []string{"activity", "timeline", "search", "content"} {
		all = append(all, "member-activity-consumer-group-"+service+"-svc")
	}
	return all
}

// Sources are where evidence is found.
type Sources struct {
	MySQL     string // the DSN of an administrator
	MongoDB   string
	Bootstrap string
	Tap       *Tap
}

// Collector finds evidence. Close it.
type Collector struct {
	db    *sql.DB
	mongo *mongo.Client
	admin *kafka.Admin
	tap   *Tap
}

// Open connects to nothing yet.
func Open(from Sources) (*Collector, error) {
	db, err := sql.Open("mysql", from.MySQL)
	if err != nil {
		return nil, fmt.Errorf("open mysql: %w", err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(from.MongoDB))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open mongodb: %w", err), db.Close())
	}
	admin, err := kafka.NewAdmin(kafka.AdminConfig{Bootstrap: from.Bootstrap, ClientID: "faults-evidence"})
	if err != nil {
		return nil, errors.Join(err, db.Close(), client.Disconnect(context.Background()))
	}
	return &Collector{db: db, mongo: client, admin: admin, tap: from.Tap}, nil
}

// Close ends the connections.
func (c *Collector) Close(ctx context.Context) error {
	c.admin.Close()
	return errors.Join(c.db.Close(), c.mongo.Disconnect(ctx))
}

// DB is the connection to MySQL, for tests that look at a place of their own.
func (c *Collector) DB() *sql.DB { return c.db }

// Documents is the MongoDB database.
func (c *Collector) Documents() *mongo.Database { return c.mongo.Database(schema) }

// Admin asks Kafka.
func (c *Collector) Admin() *kafka.Admin { return c.admin }

// Tap is the collector's own reader of the topics.
func (c *Collector) Tap() *Tap { return c.tap }

const schema = "dailyfeed"

// Collect waits for quiet and finds what belongs to the members of l. What does not
// come to rest before ctx ends is part of the evidence, not an error.
func (c *Collector) Collect(ctx context.Context, l *ledger.Ledger, feeds Feeds) (ledger.Evidence, error) {
	unquiet := c.AwaitQuiet(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readWithin)
	defer cancel()
	members := map[int64]bool{}
	for _, id := range l.Members() {
		members[id] = true
	}
	seen := ledger.Evidence{Unquiet: unquiet, Records: c.tap.Of(members)}
	scope := l.Members()
	for _, read := range []func() error{
		func() error { return c.readRows(ctx, scope, &seen) },
		func() error { return c.readDocuments(ctx, scope, &seen) },
		func() error { return c.readLetters(ctx, &seen) },
		func() (err error) { seen.Feeds, err = feeds.ReadFeeds(ctx); return err },
	} {
		if err := read(); err != nil {
			return seen, fmt.Errorf("collect evidence: %w", err)
		}
	}
	return seen, nil
}
