// Package config is the settings of member, read from the environment.
package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
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
	// ImageURL is image's base URL (of several replicas by comma): pictures that are needed no more are deleted there.
	ImageURL serviceclient.Addresses `env:"IMAGE_URL,required"`
	// DrainInterval is how often left-over events of this service are looked for.
	DrainInterval time.Duration `env:"DRAIN_INTERVAL" envDefault:"3s"`
	// JWTKEK seals the signing keys and derives refresh tokens: 32 bytes in base64.
	// The service does not start without it.
	JWTKEK process.Secret `env:"JWT_KEK,required"`
	// JWTKEKPrevious are the values that JWT_KEK had before, comma separated: what
	// they sealed is still opened, and `rotate-keys` seals it anew.
	JWTKEKPrevious []process.Secret `env:"JWT_KEK_PREVIOUS"`
	// JWTAccessTTL is the life of an access token.
	JWTAccessTTL time.Duration `env:"JWT_ACCESS_TTL" envDefault:"2h"`
	// JWTKeyRotation is the age at which `rotate-keys` replaces the primary key.
	JWTKeyRotation time.Duration `env:"JWT_KEY_ROTATION" envDefault:"1h"`
	// JWKSCacheTTL is how long verifiers may keep the JWKS; a new key is published so long before it signs.
	JWKSCacheTTL time.Duration `env:"JWKS_CACHE_TTL" envDefault:"60s"`
	// CursorKey seals cursors: 32 bytes in base64, the same for all replicas.
	CursorKey process.Secret `env:"CURSOR_KEY,required"`
	// CookieSecure marks cookies for https alone although requests do not come over it.
	CookieSecure bool `env:"COOKIE_SECURE" envDefault:"false"`
	// PasswordHashSlots is how many passwords are hashed at once, 19 MiB each. Default: half of the processors.
	PasswordHashSlots int `env:"PASSWORD_HASH_SLOTS" envDefault:"0"`
	// PasswordHashQueue is how many more may wait for a slot; the rest is answered 429 at once.
	PasswordHashQueue int `env:"PASSWORD_HASH_QUEUE" envDefault:"64"`
	// PasswordHashWait is how long one waits for a slot before it is answered 429.
	PasswordHashWait time.Duration `env:"PASSWORD_HASH_WAIT" envDefault:"2s"`
}

const keyBytes = 32

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
	if _, err := c.KEKs(); err != nil {
		faults = append(faults, err)
	}
	if _, err := decodeKey("CURSOR_KEY", c.CursorKey); err != nil {
		faults = append(faults, err)
	}
	for name, d := range map[string]time.Duration{
		"JWT_ACCESS_TTL": c.JWTAccessTTL, "JWT_KEY_ROTATION": c.JWTKeyRotation, "JWKS_CACHE_TTL": c.JWKSCacheTTL, "PASSWORD_HASH_WAIT": c.PasswordHashWait,
	} {
		if d < time.Second {
			faults = append(faults, fmt.Errorf("%s: must be at least 1s", name))
		}
	}
	if c.MySQLMigrateDSN == "" {
		c.MySQLMigrateDSN = c.MySQLDSN
	}
	if c.PasswordHashSlots <= 0 {
		c.PasswordHashSlots = max(1, runtime.GOMAXPROCS(0)/2)
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

// KEKs are the key-encryption keys, the current one first.
func (c *Config) KEKs() ([][]byte, error) {
	current, err := decodeKey("JWT_KEK", c.JWTKEK)
	if err != nil {
		return nil, err
	}
	keys := [][]byte{current}
	for _, text := range c.JWTKEKPrevious {
		previous, err := decodeKey("JWT_KEK_PREVIOUS", text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, previous)
	}
	return keys, nil
}

// CursorKeyBytes is CursorKey decoded; Check has seen that it can be.
func (c *Config) CursorKeyBytes() ([]byte, error) { return decodeKey("CURSOR_KEY", c.CursorKey) }

func decodeKey(name string, text process.Secret) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(text.Reveal())
	if err != nil || len(raw) != keyBytes {
		return nil, fmt.Errorf("%s: must be %d bytes in base64", name, keyBytes)
	}
	return raw, nil
}
