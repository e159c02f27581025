// Package config is the settings of content, read from the environment.
package config

import (
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
	// MySQLDSN reaches the schema with the rights to read and write this service's tables.
	MySQLDSN process.Secret `env:"MYSQL_DSN,required"`
	// MySQLMigrateDSN may change the schema; only `migrate` uses it. Default: MYSQL_DSN.
	MySQLMigrateDSN process.Secret `env:"MYSQL_MIGRATE_DSN"`
	// MySQLMaxConnections bounds the pool.
	MySQLMaxConnections int `env:"MYSQL_MAX_CONNECTIONS" envDefault:"20"`
	// RedisAddr is host:port of the Redis that holds revocations and caches.
	RedisAddr string `env:"REDIS_ADDR,required"`
	// RedisPassword is empty where Redis asks for none.
	RedisPassword process.Secret `env:"REDIS_PASSWORD"`
	// RedisDB is the number of the database.
	RedisDB int `env:"REDIS_DB" envDefault:"0"`
	// PublishType is KAFKA, or HTTP to give events to activity by calls in its place:
	// then search, feeds and view counts hear of nothing.
	PublishType string `env:"PUBLISH_TYPE" envDefault:"KAFKA"`
	// ActivityURL is activity's base URL (of several replicas by comma); needed with PUBLISH_TYPE=HTTP alone.
	ActivityURL serviceclient.Addresses `env:"ACTIVITY_URL"`
	// KafkaBootstrapServers are host:port, comma separated; needed unless PUBLISH_TYPE is HTTP.
	KafkaBootstrapServers []string `env:"KAFKA_BOOTSTRAP_SERVERS"`
	// KafkaAcks is all, or 1 to save resources on a single broker: then the loss
	// of a leader can lose what only it had.
	KafkaAcks string `env:"KAFKA_ACKS" envDefault:"all"`
	// TopicPrefix begins the names of the daily topics.
	TopicPrefix string `env:"TOPIC_PREFIX" envDefault:"member-activity-"`
	// TopicPartitions is how many partitions a new day's topic gets.
	TopicPartitions int `env:"TOPIC_PARTITIONS" envDefault:"6"`
	// MemberURL is member's base URL (of several replicas by comma): authors' names, introspection, keys.
	MemberURL serviceclient.Addresses `env:"MEMBER_URL,required"`
	// JWKSURL is where member publishes its keys. Default: MEMBER_URL/.well-known/jwks.json.
	JWKSURL string `env:"JWKS_URL"`
	// DrainInterval is how often left-over events of this service are looked for.
	DrainInterval time.Duration `env:"DRAIN_INTERVAL" envDefault:"3s"`
}

// Check implements process.Checked.
func (c *Config) Check() error {
	var faults []error
	if c.KafkaAcks != "all" && c.KafkaAcks != "1" {
		faults = append(faults, errors.New(`KAFKA_ACKS: must be "all" or "1"`))
	}
	faults = append(faults, c.checkPublishing()...)
	if c.TopicPartitions < 1 {
		faults = append(faults, errors.New("TOPIC_PARTITIONS: must be at least 1"))
	}
	if _, err := wallclock.Load(c.TimeZone); err != nil {
		faults = append(faults, err)
	}
	if c.MySQLMigrateDSN == "" {
		c.MySQLMigrateDSN = c.MySQLDSN
	}
	if c.JWKSURL == "" {
		c.JWKSURL = c.MemberURL.Base() + "/.well-known/jwks.json"
	}
	return errors.Join(faults...)
}

// The values of PUBLISH_TYPE.
const (
	publishKafka = "KAFKA"
	publishHTTP  = "HTTP"
)

// PublishesByHTTP says whether events go to activity by calls.
func (c *Config) PublishesByHTTP() bool { return c.PublishType == publishHTTP }

func (c *Config) checkPublishing() (faults []error) {
	switch c.PublishType {
	case publishKafka:
		if len(c.KafkaBootstrapServers) == 0 {
			faults = append(faults, errors.New("KAFKA_BOOTSTRAP_SERVERS: required"))
		}
	case publishHTTP:
		if c.ActivityURL.Base() == "" {
			faults = append(faults, errors.New("ACTIVITY_URL: required with PUBLISH_TYPE=HTTP"))
		}
	default:
		faults = append(faults, errors.New(`PUBLISH_TYPE: must be "KAFKA" or "HTTP"`))
	}
	return faults
}
