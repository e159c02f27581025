package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"

	"github.com/dailyfeed/dailyfeed/support/deadletter"
	"github.com/dailyfeed/dailyfeed/support/kafka"
	"github.com/dailyfeed/dailyfeed/support/mongo"
	"github.com/dailyfeed/dailyfeed/support/mysql"
)

// Addresses are where the stores are. What is empty is not to be had.
type Addresses struct {
	// MySQL is a DSN of an operator; without a schema in it, dailyfeed is taken.
	MySQL string
	// MongoDB is a URI, MongoDatabase the database; dailyfeed where it is empty.
	MongoDB       string
	MongoDatabase string
	// Redis is host:port, with /number behind it for another database than 0.
	Redis string
	// Kafka is host:port of some brokers, with commas between.
	Kafka string
	// Prefix begins the names of the topics.
	Prefix string
}

const (
	schema = "dailyfeed"
	// appName names the tool in leases, logs of stores and brokers.
	appName = "dailyfeedctl"
)

// ErrNoStore is a store whose address nobody told.
var ErrNoStore = errors.New("no address")

// Stores opens each store when it is first asked for. It is safe for concurrent use.
type Stores struct {
	addresses Addresses
	now       func() time.Time

	mu     sync.Mutex
	mysql  *mysql.Pool
	mongo  *mongo.Client
	redis  *redis.Client
	admin  *kafka.Admin
	writer *kafka.Producer
}

// New does not connect.
func New(addresses Addresses, now func() time.Time) *Stores {
	if addresses.MongoDatabase == "" {
		addresses.MongoDatabase = schema
	}
	return &Stores{addresses: addresses, now: now}
}

// Close ends the connections.
func (s *Stores) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mysql != nil {
		s.mysql.Close()
	}
	for _, c := range []io.Closer{closerOf(s.mongo != nil, s.mongo), closerOf(s.redis != nil, s.redis)} {
		if c != nil {
			if err := c.Close(); err != nil {
				slog.Debug("close store", "error", err)
			}
		}
	}
	if s.admin != nil {
		s.admin.Close()
	}
	if s.writer != nil {
		s.writer.Close()
	}
}

func closerOf(open bool, c io.Closer) io.Closer {
	if open {
		return c
	}
	return nil
}

// sql is the pool of MySQL.
func (s *Stores) sql() (*mysql.Pool, error) {
	return opened(s, &s.mysql, "MySQL", s.addresses.MySQL, func(dsn string) (*mysql.Pool, error) {
		config, err := driver.ParseDSN(dsn)
		if err != nil {
			return nil, fmt.Errorf("read MySQL address: %w", err)
		}
		if config.DBName == "" {
			config.DBName = schema
		}
		return mysql.Open(mysql.Config{DSN: config.FormatDSN(), MaxOpen: 4})
	})
}

func (s *Stores) documents() (*mongo.Client, error) {
	return opened(s, &s.mongo, "MongoDB", s.addresses.MongoDB, func(uri string) (*mongo.Client, error) {
		return mongo.Open(mongo.Config{URI: uri, Database: s.addresses.MongoDatabase, AppName: appName, MaxPool: 8})
	})
}

func (s *Stores) cache() (*redis.Client, error) {
	return opened(s, &s.redis, "Redis", s.addresses.Redis, func(address string) (*redis.Client, error) {
		host, number, _ := strings.Cut(address, "/")
		options := &redis.Options{Addr: host, DisableIdentity: true, MaxRetries: 1}
		if number != "" {
			if _, err := fmt.Sscanf(number, "%d", &options.DB); err != nil {
				return nil, fmt.Errorf("read Redis address: database %q: %w", number, err)
			}
		}
		return redis.NewClient(options), nil
	})
}

func (s *Stores) kafka() (*kafka.Admin, error) {
	return opened(s, &s.admin, "Kafka", s.addresses.Kafka, func(bootstrap string) (*kafka.Admin, error) {
		return kafka.NewAdmin(kafka.AdminConfig{Bootstrap: bootstrap, ClientID: appName})
	})
}

func (s *Stores) producer() (*kafka.Producer, error) {
	return opened(s, &s.writer, "Kafka", s.addresses.Kafka, func(bootstrap string) (*kafka.Producer, error) {
		return kafka.NewProducer(kafka.ProducerConfig{Bootstrap: bootstrap, ClientID: appName})
	})
}

// letters is a writer's table of events.
func (s *Stores) letters(owner string) (*deadletter.Store, error) {
	pool, err := s.sql()
	if err != nil {
		return nil, err
	}
	return deadletter.NewStore(pool, owner, appName, s.now), nil
}

func opened[C any](s *Stores, have **C, name, address string, open func(address string) (*C, error)) (*C, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *have != nil {
		return *have, nil
	}
	if address == "" {
		return nil, fmt.Errorf("%s: %w", name, ErrNoStore)
	}
	made, err := open(address)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	*have = made
	return made, nil
}

// Check is what one store says to a ping.
type Check struct {
	Store string        `json:"store"`
	OK    bool          `json:"ok"`
	Took  time.Duration `json:"tookNanoseconds"`
	Error string        `json:"error,omitempty"`
}

// The stores, as Check and Ping name them.
const (
	MySQL   = "MySQL"
	Redis   = "Redis"
	Kafka   = "Kafka"
	MongoDB = "MongoDB"
)

// Ping asks the stores of these names, or every one without names, within 3 s each.
func (s *Stores) Ping(ctx context.Context, names ...string) (checks []Check) {
	asks := []struct {
		name string
		ask  func(ctx context.Context) error
	}{
		{MySQL, func(ctx context.Context) error { return with(s.sql, func(p *mysql.Pool) error { return p.Ping(ctx) }) }},
		{Redis, func(ctx context.Context) error {
			return with(s.cache, func(c *redis.Client) error { return c.Ping(ctx).Err() })
		}},
		{Kafka, func(ctx context.Context) error {
			return with(s.kafka, func(a *kafka.Admin) error { return a.Ping(ctx) })
		}},
		{MongoDB, func(ctx context.Context) error {
			return with(s.documents, func(c *mongo.Client) error { return c.Ping(ctx) })
		}},
	}
	for _, a := range asks {
		if len(names) > 0 && !slices.Contains(names, a.name) {
			continue
		}
		limited, cancel := context.WithTimeout(ctx, pingWithin)
		began := s.now()
		err := a.ask(limited)
		cancel()
		check := Check{Store: a.name, OK: err == nil, Took: s.now().Sub(began)}
		if err != nil {
			check.Error = err.Error()
		}
		checks = append(checks, check)
	}
	return checks
}

const pingWithin = 3 * time.Second

func with[C any](open func() (*C, error), do func(*C) error) error {
	c, err := open()
	if err != nil {
		return err
	}
	return do(c)
}
