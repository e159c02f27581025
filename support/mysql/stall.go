package mysql

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// stallLimit is far beyond any request's deadline: no load that ends explains
// a pool from which nobody gets a connection for so long.
const stallLimit = time.Minute

// stall remembers since when no look at the pool got a connection.
type stall struct {
	now   func() time.Time
	mu    sync.Mutex
	since time.Time // zero while connections are to be had
}

var errStalled = errors.New("mysql: pool gives no connection although the server answers")

// Live fails where the pool is stuck: its connections are held by those who
// wait for one. That is told when no call of Live within a minute got one,
// and the server answers. A server that is down is not a stuck pool.
func (p *Pool) Live(ctx context.Context) error {
	conn, err := p.sql.Conn(ctx)
	if err == nil {
		p.stall.over()
		if err := conn.Close(); err != nil {
			return fmt.Errorf("give back connection: %w", err)
		}
		return nil
	}
	if p.sql.Stats().InUse < p.sql.Stats().MaxOpenConnections {
		p.stall.over() // it could not connect
		return nil
	}
	if !p.stall.lastsFor(stallLimit) {
		return nil
	}
	if p.Ping(context.WithoutCancel(ctx)) != nil {
		return nil
	}
	return errStalled
}

func (s *stall) over() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = time.Time{}
}

func (s *stall) lastsFor(limit time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.since.IsZero() {
		s.since = s.now()
	}
	return s.now().Sub(s.since) >= limit
}
