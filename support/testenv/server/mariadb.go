package server

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/go-sql-driver/mysql"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
)

// MariaDB is a MariaDB server whose root has no password on 127.0.0.1.
type MariaDB struct{ *Server }

// StartMariaDB starts a MariaDB. A throwaway one gives its writes to the system
// without waiting for the disk: they outlive kill -9, not a power cut.
func StartMariaDB(ctx context.Context, o Options) (*MariaDB, error) {
	l, err := newMariadbLauncher(o.Persistent)
	if err != nil {
		return nil, err
	}
	s, err := launch(ctx, "mariadb", o, l)
	if err != nil {
		return nil, err
	}
	return &MariaDB{Server: s}, nil
}

// DSN is how root reaches schema; an empty schema is none.
func (m *MariaDB) DSN(schema string) string { return rootDSN(m.Port(), schema) }

func rootDSN(port int, schema string) string {
	return fmt.Sprintf("root@tcp(127.0.0.1:%d)/%s?parseTime=true&loc=UTC&time_zone=%s",
		port, schema, url.QueryEscape("'+00:00'"))
}

type mariadbLauncher struct {
	daemon, installer string
	persistent        bool
}

func newMariadbLauncher(persistent bool) (mariadbLauncher, error) {
	daemon, err := find(mariadbTool)
	if err != nil {
		return mariadbLauncher{}, err
	}
	installer, err := find(mariadbInstallTool)
	if err != nil {
		return mariadbLauncher{}, err
	}
	return mariadbLauncher{daemon: daemon, installer: installer, persistent: persistent}, nil
}

// prepare copies a fresh data folder from the cache: making one takes seconds.
func (l mariadbLauncher) prepare(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "mysql")); err == nil {
		return nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("look for tables: %w", err)
	}
	template, err := cached(ctx, "mariadb-"+fingerprint(l.daemon, l.installer), l.install)
	if err != nil {
		return err
	}
	return copyTree(template, dir)
}

func (l mariadbLauncher) install(ctx context.Context, dir string) error {
	args := append([]string{
		"--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db",
		"--datadir=" + dir, logFileSize,
	}, asRoot()...)
	output, err := exec.CommandContext(ctx, l.installer, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("run %s: %w:\n%s", l.installer, err, output)
	}
	return nil
}

// logFileSize is small so that a fresh folder is quick to copy.
const logFileSize = "--innodb-log-file-size=32M"

// asRoot is what the programs want before they run as root.
func asRoot() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}

func (l mariadbLauncher) command(dir string, port int) (child.Spec, error) {
	socket, err := socketPath(port)
	if err != nil {
		return child.Spec{}, err
	}
	args := append([]string{"--no-defaults"}, asRoot()...)
	args = append(args,
		"--datadir="+dir, "--port="+strconv.Itoa(port), "--bind-address=127.0.0.1",
		"--socket="+socket, "--pid-file="+filepath.Join(dir, "mariadbd.pid"),
		"--skip-log-bin", "--innodb-buffer-pool-size=64M", logFileSize, "--performance-schema=OFF",
		"--skip-name-resolve", "--max-connections=1000", "--character-set-server=utf8mb4")
	if !l.persistent {
		args = append(args, "--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync",
			"--skip-innodb-doublewrite", "--aria-sync-log-dir=NEVER")
	}
	return child.Spec{Path: l.daemon, Args: args, Dir: dir}, nil
}

func (l mariadbLauncher) ready(ctx context.Context, port int) error {
	config, err := mysql.ParseDSN(rootDSN(port, ""))
	if err != nil {
		return fmt.Errorf("read own DSN: %w", err)
	}
	config.Logger = silent{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return fmt.Errorf("read own DSN: %w", err)
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return fmt.Errorf("greet mariadb: %w", err)
	}
	if err := conn.Close(); err != nil {
		return fmt.Errorf("leave mariadb: %w", err)
	}
	return nil
}

// silent keeps the driver from writing about failed probes.
type silent struct{}

func (silent) Print(...any) {}
