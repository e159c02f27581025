package mysql

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// Config is how to reach the server and how much of it to use.
type Config struct {
	// DSN in the form of go-sql-driver/mysql: user:password@tcp(host:port)/schema.
	// Timeouts and session variables in it win over those of this package; how
	// times, text and parameters travel is always this package's.
	DSN string
	// MaxOpen bounds the connections of this process, but for one that Ping
	// has to itself; 0 means 20.
	MaxOpen int
	// LockWait bounds the wait for a row lock, rounded up to seconds; 0 means 5 s,
	// the time that a repeat waits for its first request.
	LockWait time.Duration
	// OpenDB makes the pool of a connector, where statements are to be traced;
	// nil is sql.OpenDB.
	OpenDB func(driver.Connector) *sql.DB
}

const (
	defaultMaxOpen  = 20
	defaultLockWait = 5 * time.Second
	connectTimeout  = 3 * time.Second
	ioTimeout       = 15 * time.Second
	maxConnLifetime = 5 * time.Minute
)

func (c Config) driverConfig() (*mysqldriver.Config, error) {
	cfg, err := mysqldriver.ParseDSN(c.DSN)
	if err != nil {
		return nil, fmt.Errorf("parse mysql dsn: %w", err)
	}
	cfg.ParseTime = true
	cfg.Loc = time.UTC
	cfg.InterpolateParams = true
	cfg.Collation = "utf8mb4_unicode_ci"
	// found rows, not changed rows: an UPDATE that sets what was there is not "absent"
	cfg.ClientFoundRows = true
	cfg.Logger = driverLog{}
	// columns keep microseconds, and of what is beyond MySQL rounds and MariaDB cuts
	if err := cfg.Apply(mysqldriver.TimeTruncate(time.Microsecond)); err != nil {
		return nil, fmt.Errorf("set precision of times: %w", err)
	}
	cfg.Timeout = orDefault(cfg.Timeout, connectTimeout)
	cfg.ReadTimeout = orDefault(cfg.ReadTimeout, ioTimeout)
	cfg.WriteTimeout = orDefault(cfg.WriteTimeout, ioTimeout)
	setMissing(cfg, c.sessionVariables())
	return cfg, nil
}

func (c Config) sessionVariables() map[string]string {
	wait := orDefault(c.LockWait, defaultLockWait)
	seconds := int64((wait + time.Second - 1) / time.Second)
	return map[string]string{
		"time_zone":                "'+00:00'",
		"sql_mode":                 "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
		"innodb_lock_wait_timeout": strconv.FormatInt(seconds, 10),
	}
}

// setMissing sets the session variables that the DSN does not.
func setMissing(cfg *mysqldriver.Config, variables map[string]string) {
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	for name, value := range variables {
		if _, given := cfg.Params[name]; !given {
			cfg.Params[name] = value
		}
	}
}

func orDefault(given, fallback time.Duration) time.Duration {
	if given > 0 {
		return given
	}
	return fallback
}
