// Package config is the settings of activity, read from the environment.
package config

import (
	"encoding/base64"
	"errors"
	"time"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
	"github.com/dailyfeed/dailyfeed/support/wallclock"
)

// Config is everything that an operator can set. The README's table is made
// from it.
type Config struct {
	httpserver.Settings
	// Tracing says where traces go.
	Tracing telemetry.Settings
	// LogLevel is debug, info, warn or error.
	LogLevel string `env:"LOG_LEVEL" envDefault:"info"`
	// TimeZone is the IANA name of the zone that dates are written in.
	TimeZone string `env:"DAILYFEED_TIME_ZONE" envDefault:"UTC"`
	// MongoDBURI reaches the MongoDB that keeps activities.
	MongoDBURI process.Secret `env:"MONGODB_URI,required"`
	// MongoDBDatabase is the name of its database.
	MongoDBDatabase string `env:"MONGODB_DATABASE" envDefault:"dailyfeed"`
	// MongoDBMaxConnections bounds the pool.
	MongoDBMaxConnections int `env:"MONGODB_MAX_CONNECTIONS" envDefault:"50"`
	// RedisAddr is host:port of the Redis that holds revocations and caches.
	RedisAddr string `env:"REDIS_ADDR,required"`
	// RedisPassword is empty where Redis asks for none.
	RedisPassword process.Secret `env:"REDIS_PASSWORD"`
	// RedisDB is the number of the database.
	RedisDB int `env:"REDIS_DB" envDefault:"0"`
	// KafkaBootstrapServers are host:port, comma separated.
	KafkaBootstrapServers []string `env:"KAFKA_BOOTSTRAP_SERVERS,required"`
	// TopicPrefix begins the names of the daily topics.
	TopicPrefix string `env:"TOPIC_PREFIX" envDefault:"member-activity-"`
	// MemberURL is member's base URL (of several replicas by comma): names, followings, introspection, keys.
	MemberURL serviceclient.Addresses `env:"MEMBER_URL,required"`
	// JWKSURL is where member publishes its keys. Default: MEMBER_URL/.well-known/jwks.json.
	JWKSURL string `env:"JWKS_URL"`
	// CursorKey seals cursors: 32 bytes in base64, the same on all replicas.
	CursorKey process.Secret `env:"CURSOR_KEY,required"`
	// ActivityRetention is how long activities are kept; 180 days.
	ActivityRetention time.Duration `env:"ACTIVITY_RETENTION" envDefault:"4320h"`
	// MaxStreams bounds the streams that are open at once; more are answered 503.
	MaxStreams int `env:"MAX_STREAMS" envDefault:"2000"`

	cursorKey []byte
}

const (
	cursorKeyBytes = 32
	leastRetention = 24 * time.Hour
)

// Check implements process.Checked.
func (c *Config) Check() error {
	var faults []error
	key, err := base64.StdEncoding.DecodeString(c.CursorKey.Reveal())
	if err != nil || len(key) != cursorKeyBytes {
		faults = append(faults, errors.New("CURSOR_KEY: must be 32 bytes in base64"))
	}
	c.cursorKey = key
	if c.ActivityRetention < leastRetention {
		faults = append(faults, errors.New("ACTIVITY_RETENTION: must be at least 24h"))
	}
	if c.MongoDBMaxConnections < 1 {
		faults = append(faults, errors.New("MONGODB_MAX_CONNECTIONS: must be at least 1"))
	}
	if c.MaxStreams < 1 {
		faults = append(faults, errors.New("MAX_STREAMS: must be at least 1"))
	}
	if _, err := wallclock.Load(c.TimeZone); err != nil {
		faults = append(faults, err)
	}
	if c.JWKSURL == "" {
		c.JWKSURL = c.MemberURL.Base() + "/.well-known/jwks.json"
	}
	return errors.Join(faults...)
}

// SealingKey is CursorKey in bytes.
func (c *Config) SealingKey() []byte { return c.cursorKey }
