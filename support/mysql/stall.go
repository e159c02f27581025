package mysql

import (
	"context"
	"errors"
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
	stats := p.sql.Stats()
	if p.connects(ctx) || stats.InUse < stats.MaxOpenConnections { // where one is free, it is the server that does not connect
		p.stall.over()
		return nil
	}
	if p.stall.lastsFor(stallLimit) && p.Ping(context.WithoutCancel(ctx)) == nil {
		return errStalled
	}
	return nil
}

// connects says whether a connection is to be had.
func (p *Pool) connects(ctx context.Context) bool {
	conn, err := p.sql.Conn(ctx)
	return err == nil && conn.Close() == nil
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
