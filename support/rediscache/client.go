package rediscache

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	defaultTimeout  = 250 * time.Millisecond
	longestTimeout  = 300 * time.Millisecond
	defaultPoolSize = 64
	bufferBytes     = 16 << 10
	idleTime        = 5 * time.Minute
	oneRetry        = 1 // for a connection that died while it was idle
	shortestBackoff = 5 * time.Millisecond
	longestBackoff  = 20 * time.Millisecond
)

// ErrNoAddress is a Config without an address.
var ErrNoAddress = errors.New("rediscache: no address")

// Config says which Redis and how patient.
type Config struct {
	// Addr is host:port.
	Addr     string
	Username string
	Password string
	DB       int
	// TLS is nil for a plain connection.
	TLS *tls.Config
	// PoolSize is the most connections at a time; 0 is 64.
	PoolSize int
	// Timeout bounds dialling, writing, reading and waiting for a connection,
	// each; 0 is 250 ms, more than 300 ms is taken as 300 ms.
	Timeout time.Duration
	// Now is the clock.
	Now func() time.Time
	// Trace is told of each command and returns what ends its span; nil, or a nil
	// end, where nothing is traced.
	Trace func(ctx context.Context, operation string) (end func(error))
}

// Client is a pool of connections to one Redis. It is safe for concurrent use.
type Client struct {
	redis  *redis.Client
	gate   *gate
	counts counts
}

// Open makes a client. It does not connect: Redis may come later, and Ping says
// whether it is there. It fails with ErrNoAddress.
func Open(config Config) (*Client, error) {
	if config.Addr == "" {
		return nil, ErrNoAddress
	}
	if config.PoolSize <= 0 {
		config.PoolSize = defaultPoolSize
	}
	if config.Timeout <= 0 {
		config.Timeout = defaultTimeout
	}
	quiet()
	client := &Client{gate: newGate(config.Now)}
	client.redis = redis.NewClient(options(config))
	if config.Trace != nil {
		client.redis.AddHook(traceHook(config.Trace))
	}
	client.redis.AddHook(client.gate)
	return client, nil
}

func options(config Config) *redis.Options {
	timeout := min(config.Timeout, longestTimeout)
	return &redis.Options{
		Addr: config.Addr, Username: config.Username, Password: config.Password, DB: config.DB, TLSConfig: config.TLS,
		DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout, PoolTimeout: timeout,
		ContextTimeoutEnabled: true,
		PoolSize:              config.PoolSize, MaxActiveConns: config.PoolSize, PipelinePoolSize: -1, // one pool, one bound
		ConnMaxIdleTime: idleTime,
		ReadBufferSize:  bufferBytes, WriteBufferSize: bufferBytes,
		MaxRetries: oneRetry, MinRetryBackoff: shortestBackoff, MaxRetryBackoff: longestBackoff, DialerRetries: 1,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// Conn is go-redis itself, for the commands that have no method here. They pass
// the gate like all others.
func (c *Client) Conn() *redis.Client { return c.redis }

// Close closes all connections.
func (c *Client) Close() error {
	if err := c.redis.Close(); err != nil {
		return fmt.Errorf("close redis: %w", err)
	}
	return nil
}

// Ping fails where Redis does not answer.
func (c *Client) Ping(ctx context.Context) error {
	if err := c.redis.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping redis: %w", err)
	}
	return nil
}

// MGet returns the value of each key in their order, nil for one that is
// absent, in one round trip.
func (c *Client) MGet(ctx context.Context, keys ...string) ([]*string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := c.redis.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("get %d keys: %w", len(keys), err)
	}
	values := make([]*string, len(found))
	for i, value := range found {
		if text, ok := value.(string); ok {
			values[i] = &text
		}
	}
	return values, nil
}
