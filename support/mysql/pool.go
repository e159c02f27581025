package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Pool is a pool of connections to one schema. It is safe for concurrent use.
type Pool struct {
	sql   *sql.DB
	probe *sql.DB // one connection for Ping, so that a busy pool is not taken for a dead server
	gorm  *gorm.DB
	stall stall
}

// Open makes a pool. It does not connect: the first use does, and Ping tells
// whether the server answers, so that a service can start before its store.
func Open(config Config) (*Pool, error) {
	cfg, err := config.driverConfig()
	if err != nil {
		return nil, err
	}
	db, err := openSQL(cfg, config.OpenDB)
	if err != nil {
		return nil, err
	}
	probe, err := openSQL(cfg, nil)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	bound(db, config.MaxOpen)
	bound(probe, 1)
	p := &Pool{sql: db, probe: probe, stall: stall{now: time.Now}} //nolint:forbidigo // measures elapsed time
	p.gorm, err = gorm.Open(gormmysql.New(gormmysql.Config{Conn: db, SkipInitializeWithVersion: true}), &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 listener{logger.Discard, p}, // statements carry personal data; failures are returned and logged once, above
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open gorm: %w", err), db.Close(), probe.Close())
	}
	return p, nil
}

func bound(db *sql.DB, connections int) {
	if connections <= 0 {
		connections = defaultMaxOpen
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxLifetime(maxConnLifetime)
}

// DB is the transaction that ctx carries (see InTx), else the pool itself.
// Statements end with ctx.
func (p *Pool) DB(ctx context.Context) *gorm.DB {
	if t := current(ctx, p); t != nil {
		return t.db.WithContext(ctx)
	}
	return p.gorm.WithContext(ctx)
}

// SQL is the pool underneath, for statistics.
func (p *Pool) SQL() *sql.DB { return p.sql }

// Ping says whether the server answers. It has a connection of its own and so
// does not wait behind the pool's users.
func (p *Pool) Ping(ctx context.Context) error {
	if err := p.probe.PingContext(ctx); err != nil {
		return fmt.Errorf("ping mysql: %w", err)
	}
	return nil
}

// Close ends all connections.
func (p *Pool) Close() {
	if err := errors.Join(p.sql.Close(), p.probe.Close()); err != nil {
		slog.Warn("close mysql pool", "error", err)
	}
}
