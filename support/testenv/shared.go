package testenv

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// The variables that name servers to be used instead of own ones.
const (
	EnvMySQL   = "TESTENV_MYSQL_DSN"   // an administrator's DSN without a schema
	EnvRedis   = "TESTENV_REDIS_ADDR"  // host:port
	EnvKafka   = "TESTENV_KAFKA"       // bootstrap servers
	EnvMongoDB = "TESTENV_MONGODB_URI" // mongodb://…
)

// startWithin limits the start of a server, the first fetch of jars included.
const startWithin = 5 * time.Minute

// shared holds the servers of this test binary.
var shared = servers{
	mysql: lazy{env: EnvMySQL, start: func(ctx context.Context) (string, io.Closer, error) {
		s, err := server.StartMariaDB(ctx, server.Options{})
		if err != nil {
			return "", nil, err
		}
		return s.DSN(""), s, nil
	}},
	redis: lazy{env: EnvRedis, start: func(ctx context.Context) (string, io.Closer, error) {
		s, err := server.StartRedis(ctx, server.Options{})
		if err != nil {
			return "", nil, err
		}
		return s.Addr(), s, nil
	}},
	kafka: lazy{env: EnvKafka, start: func(ctx context.Context) (string, io.Closer, error) {
		s, err := server.StartKafka(ctx, server.Options{})
		if err != nil {
			return "", nil, err
		}
		return s.Bootstrap(), s, nil
	}},
	mongo: lazy{env: EnvMongoDB, start: func(ctx context.Context) (string, io.Closer, error) {
		s, err := server.StartMongoDB(ctx, server.Options{})
		if err != nil {
			return "", nil, err
		}
		return s.URI(), s, nil
	}},
}

type servers struct{ mysql, redis, kafka, mongo lazy }

func (s *servers) close() error {
	return errors.Join(s.mysql.close(), s.redis.close(), s.kafka.close(), s.mongo.close())
}

// lazy is a server that starts when its address is first asked for.
type lazy struct {
	env   string
	start func(ctx context.Context) (addr string, closer io.Closer, err error)

	mu     sync.Mutex
	asked  bool
	addr   string
	closer io.Closer
	err    error
}

// get is the server's address; a server that cannot start fails the test.
func (l *lazy) get(t testing.TB) string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.asked {
		l.asked = true
		l.addr = os.Getenv(l.env)
		if l.addr == "" {
			ctx, cancel := context.WithTimeout(context.Background(), startWithin)
			defer cancel()
			l.addr, l.closer, l.err = l.start(ctx)
		}
	}
	if l.err != nil {
		t.Fatalf("testenv: %v", l.err)
	}
	return l.addr
}

func (l *lazy) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closer == nil {
		return nil
	}
	closer := l.closer
	l.closer, l.asked = nil, false
	return closer.Close()
}
