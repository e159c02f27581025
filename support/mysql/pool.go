package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	driver "github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Pool is a pool of connections to one schema. It is safe for concurrent use.
type Pool struct {
	sql  *sql.DB
	gorm *gorm.DB
}

// Open makes a pool. It does not connect: the first use does, and Ping tells
// whether the server answers, so that a service can start before its store.
func Open(config Config) (*Pool, error) {
	cfg, err := config.driverConfig()
	if err != nil {
		return nil, err
	}
	connector, err := driver.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("open mysql: %w", err)
	}
	db := sql.OpenDB(connector)
	open := config.MaxOpen
	if open <= 0 {
		open = defaultMaxOpen
	}
	db.SetMaxOpenConns(open)
	db.SetMaxIdleConns(open)
	db.SetConnMaxLifetime(maxConnLifetime)
	g, err := gorm.Open(gormmysql.New(gormmysql.Config{Conn: db, SkipInitializeWithVersion: true}), &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard, // statements carry personal data; failures are returned and logged once, above
	})
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open gorm: %w", err)
	}
	return &Pool{sql: db, gorm: g}, nil
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

// Ping says whether the server answers.
func (p *Pool) Ping(ctx context.Context) error {
	if err := p.sql.PingContext(ctx); err != nil {
		return fmt.Errorf("ping mysql: %w", err)
	}
	return nil
}

// Close ends all connections.
func (p *Pool) Close() {
	if err := p.sql.Close(); err != nil {
		slog.Warn("close mysql pool", "error", err)
	}
}
