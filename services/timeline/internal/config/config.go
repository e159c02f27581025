// Package config is the settings of timeline, read from the environment.
package config

import (
	"encoding/base64"
	"errors"
	"fmt"

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
	// TimeZone is the IANA name of the zone that dates are read and written in.
	TimeZone string `env:"DAILYFEED_TIME_ZONE" envDefault:"UTC"`
	// MySQLDSN reaches content's tables, or a replica of them, with a user that may only read.
	MySQLDSN process.Secret `env:"MYSQL_DSN,required"`
	// MySQLMaxConnections bounds the pool.
	MySQLMaxConnections int `env:"MYSQL_MAX_CONNECTIONS" envDefault:"40"`
	// RedisAddr is host:port of the Redis that holds feeds, names and revocations.
	RedisAddr string `env:"REDIS_ADDR,required"`
	// RedisPassword is empty where Redis asks for none.
	RedisPassword process.Secret `env:"REDIS_PASSWORD"`
	// RedisDB is the number of the database.
	RedisDB int `env:"REDIS_DB" envDefault:"0"`
	// MongoDBURI is where records go that cannot be applied, among the dead letters of all listeners.
	MongoDBURI process.Secret `env:"MONGODB_URI,required"`
	// MongoDBDatabase holds them.
	MongoDBDatabase string `env:"MONGODB_DATABASE" envDefault:"dailyfeed"`
	// KafkaBootstrapServers are host:port, comma separated.
	KafkaBootstrapServers []string `env:"KAFKA_BOOTSTRAP_SERVERS,required"`
	// KafkaAcks is all, or 1 to save resources on a single broker: then the loss
	// of a leader can lose reads that only it had.
	KafkaAcks string `env:"KAFKA_ACKS" envDefault:"all"`
	// TopicPrefix begins the names of the daily topics.
	TopicPrefix string `env:"TOPIC_PREFIX" envDefault:"member-activity-"`
	// TopicPartitions is how many partitions a new day's topic gets.
	TopicPartitions int `env:"TOPIC_PARTITIONS" envDefault:"6"`
	// MemberURL is member's base URL (of several replicas by comma): names, follows, introspection, keys.
	MemberURL serviceclient.Addresses `env:"MEMBER_URL,required"`
	// JWKSURL is where member publishes its keys. Default: MEMBER_URL/.well-known/jwks.json.
	JWKSURL string `env:"JWKS_URL"`
	// CursorKey seals cursors: 32 bytes in base64, the same for all replicas.
	CursorKey process.Secret `env:"CURSOR_KEY,required"`
	// FeedFanoutLimit is how many followers an author may have whose posts are pushed into feeds; those of others are taken over when a feed is read.
	FeedFanoutLimit int `env:"FEED_FANOUT_LIMIT" envDefault:"1000"`
	// FeedBuilds is how many feeds are built from MySQL, or read on behind their end, at the same time.
	FeedBuilds int `env:"FEED_BUILDS" envDefault:"8"`
	// ReadQueue is how many reads may wait to be told; what comes on top is dropped and counted.
	ReadQueue int `env:"READ_QUEUE" envDefault:"10000"`
}

// Check implements process.Checked.
func (c *Config) Check() error {
	var faults []error
	if c.KafkaAcks != "all" && c.KafkaAcks != "1" {
		faults = append(faults, errors.New(`KAFKA_ACKS: must be "all" or "1"`))
	}
	for name, value := range map[string]int{
		"TOPIC_PARTITIONS": c.TopicPartitions, "FEED_FANOUT_LIMIT": c.FeedFanoutLimit, "FEED_BUILDS": c.FeedBuilds,
		"READ_QUEUE": c.ReadQueue, "MYSQL_MAX_CONNECTIONS": c.MySQLMaxConnections,
	} {
		if value < 1 {
			faults = append(faults, fmt.Errorf("%s: must be at least 1", name))
		}
	}
	if _, err := wallclock.Load(c.TimeZone); err != nil {
		faults = append(faults, err)
	}
	if _, err := c.CursorKeyBytes(); err != nil {
		faults = append(faults, err)
	}
	if c.JWKSURL == "" {
		c.JWKSURL = c.MemberURL.Base() + "/.well-known/jwks.json"
	}
	return errors.Join(faults...)
}

const cursorKeyBytes = 32

// CursorKeyBytes is CursorKey decoded.
func (c *Config) CursorKeyBytes() ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(c.CursorKey.Reveal())
	if err != nil || len(raw) != cursorKeyBytes {
		return nil, fmt.Errorf("CURSOR_KEY: must be %d bytes in base64", cursorKeyBytes)
	}
	return raw, nil
}
