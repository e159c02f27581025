package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

const (
	defaultMaxPool   = 50
	defaultTimeout   = 5 * time.Second
	selectWithin     = 2 * time.Second
	connectWithin    = 2 * time.Second
	idleTime         = 5 * time.Minute
	disconnectWithin = 5 * time.Second
)

// ErrNoAddress is a Config without a URI or a database.
var ErrNoAddress = errors.New("mongo: no address")

// Config says which database and how patient.
type Config struct {
	// URI is mongodb://… or mongodb+srv://…; what it says of retried writes,
	// write concern and read preference does not count.
	URI string
	// Database holds all collections.
	Database string
	// AppName names this process in the server's logs.
	AppName string
	// MaxPool bounds the connections to each server; 0 is 50.
	MaxPool int
	// Timeout bounds an operation whose context has no deadline; 0 is 5 s.
	Timeout time.Duration
	// Trace is told of each command and returns what ends its span; nil, or a nil
	// end, where nothing is traced.
	Trace func(ctx context.Context, operation string) (end func(error))
}

// Client is a pool of connections to one database. It is safe for concurrent use.
type Client struct {
	client   *mongo.Client
	database *mongo.Database
	pool     *pool
}

// Open makes a client. It waits for nothing: the server may come later, and
// Ping says whether it is there. It fails with ErrNoAddress or where the URI
// is malformed.
func Open(config Config) (*Client, error) {
	if config.URI == "" || config.Database == "" {
		return nil, ErrNoAddress
	}
	pool := new(pool)
	client, err := mongo.Connect(clientOptions(config).SetPoolMonitor(pool.monitor()).SetMonitor(traceMonitor(config.Trace)))
	if err != nil {
		return nil, fmt.Errorf("open mongodb: %w", err)
	}
	return &Client{client: client, database: client.Database(config.Database), pool: pool}, nil
}

func clientOptions(config Config) *options.ClientOptions {
	if config.MaxPool <= 0 {
		config.MaxPool = defaultMaxPool
	}
	if config.Timeout <= 0 {
		config.Timeout = defaultTimeout
	}
	o := options.Client().ApplyURI(config.URI).
		SetAppName(config.AppName).
		SetTimeout(config.Timeout).
		SetServerSelectionTimeout(selectWithin).
		SetConnectTimeout(connectWithin).
		SetMaxPoolSize(uint64(config.MaxPool)).
		SetMaxConnIdleTime(idleTime).
		SetRetryWrites(false). // needs sessions; callers write so that a repeat changes nothing
		SetWriteConcern(writeconcern.Majority()).
		SetReadPreference(readpref.Primary())
	o.BSONOptions = &options.BSONOptions{NilSliceAsEmpty: true}
	return o
}

// Collection is the driver's own hand on a collection. Errors of it are to be
// passed through Fault.
func (c *Client) Collection(name string) *mongo.Collection { return c.database.Collection(name) }

// Ping fails where the server that takes writes does not answer.
func (c *Client) Ping(ctx context.Context) error {
	if err := c.database.RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err(); err != nil {
		return fmt.Errorf("ping mongodb: %w", Fault(ctx, err))
	}
	return nil
}

// Close ends all connections. What runs on them gets 5 s to end.
func (c *Client) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), disconnectWithin)
	defer cancel()
	if err := c.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("close mongodb: %w", err)
	}
	return nil
}
