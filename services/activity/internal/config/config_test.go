package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/process"
)

const key = "CURSOR_KEY=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="

func TestDefaultsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	cfg, err := process.Load[Config](process.Environ{"MONGODB_URI=mongodb://m", "REDIS_ADDR=r:1", "KAFKA_BOOTSTRAP_SERVERS=k:1,k:2", "MEMBER_URL=http://member", key})
	require.NoError(t, err)
	require.Equal(t, 180*24*time.Hour, cfg.ActivityRetention)
	require.Equal(t, "http://member/.well-known/jwks.json", cfg.JWKSURL)
	require.Equal(t, "member-activity-", cfg.TopicPrefix)
	require.Equal(t, "dailyfeed", cfg.MongoDBDatabase)
	require.Len(t, cfg.SealingKey(), 32)
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := process.Load[Config](process.Environ{})
	for _, name := range []string{"MONGODB_URI", "REDIS_ADDR", "KAFKA_BOOTSTRAP_SERVERS", "MEMBER_URL", "CURSOR_KEY"} {
		require.ErrorContains(t, err, name)
	}
	_, err = process.Load[Config](process.Environ{
		"MONGODB_URI=mongodb://m", "REDIS_ADDR=r:1", "KAFKA_BOOTSTRAP_SERVERS=k:1", "MEMBER_URL=http://member",
		"CURSOR_KEY=c2hvcnQ=", "ACTIVITY_RETENTION=1h", "DAILYFEED_TIME_ZONE=Mars", "MAX_STREAMS=-1", "MONGODB_MAX_CONNECTIONS=0",
	})
	for _, name := range []string{"CURSOR_KEY", "ACTIVITY_RETENTION", "Mars", "MAX_STREAMS", "MONGODB_MAX_CONNECTIONS"} {
		require.ErrorContains(t, err, name)
	}
}
