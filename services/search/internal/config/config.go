// Package config is the settings of search, read from the environment.
package config

import (
	"errors"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
)

// Config is everything that an operator can set. The README's table is made
// from it.
type Config struct {
	httpserver.Settings
	// Tracing says where traces go.
	Tracing telemetry.Settings
	// LogLevel is debug, info, warn or error.
	LogLevel string `env:"LOG_LEVEL" envDefault:"info"`
	// MongoDBURI is where the search documents are.
	MongoDBURI process.Secret `env:"MONGODB_URI,required"`
	// MongoDBDatabase holds them.
	MongoDBDatabase string `env:"MONGODB_DATABASE" envDefault:"dailyfeed"`
	// MongoDBMaxConnections bounds the pool.
	MongoDBMaxConnections int `env:"MONGODB_MAX_CONNECTIONS" envDefault:"50"`
	// RedisAddr is host:port of the Redis that holds revocations and names.
	RedisAddr string `env:"REDIS_ADDR,required"`
	// RedisPassword is empty where Redis asks for none.
	RedisPassword process.Secret `env:"REDIS_PASSWORD"`
	// RedisDB is the number of the database.
	RedisDB int `env:"REDIS_DB" envDefault:"0"`
	// KafkaBootstrapServers are host:port, comma separated.
	KafkaBootstrapServers []string `env:"KAFKA_BOOTSTRAP_SERVERS,required"`
	// TopicPrefix begins the names of the daily topics.
	TopicPrefix string `env:"TOPIC_PREFIX" envDefault:"member-activity-"`
	// ConsumerGroup reads the topics; another name lets another projection grow beside this one.
	ConsumerGroup string `env:"CONSUMER_GROUP" envDefault:"member-activity-consumer-group-search-svc"`
	// MemberURL is member's base URL (of several replicas by comma): names, handles, followers, introspection, keys.
	MemberURL serviceclient.Addresses `env:"MEMBER_URL,required"`
	// TimelineURL is timeline's base URL (of several replicas by comma): what is found, as it is shown.
	TimelineURL serviceclient.Addresses `env:"TIMELINE_URL,required"`
	// ContentURL is content's base URL (of several replicas by comma); only `rebuild` asks it.
	ContentURL serviceclient.Addresses `env:"CONTENT_URL"`
	// JWKSURL is where member publishes its keys. Default: MEMBER_URL/.well-known/jwks.json.
	JWKSURL string `env:"JWKS_URL"`
}

// Check implements process.Checked.
func (c *Config) Check() error {
	var faults []error
	if c.MongoDBMaxConnections < 1 {
		faults = append(faults, errors.New("MONGODB_MAX_CONNECTIONS: must be at least 1"))
	}
	if c.JWKSURL == "" {
		c.JWKSURL = c.MemberURL.Base() + "/.well-known/jwks.json"
	}
	return errors.Join(faults...)
}
