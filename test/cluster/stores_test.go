//go:build cluster

package cluster_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// stores are the four servers, processes of this machine, as the installer's file
// of external stores tells them.
type stores struct {
	mysql *server.MariaDB
	file  string
}

// startStores starts the servers, which listen on 127.0.0.1 alone, and a forwarder
// for each on the address that pods see.
func startStores(t *testing.T, s settings) *stores {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	maria, err := server.StartMariaDB(ctx, server.Options{})
	require.NoError(t, err)
	redis, err := server.StartRedis(ctx, server.Options{})
	require.NoError(t, err)
	mongo, err := server.StartMongoDB(ctx, server.Options{})
	require.NoError(t, err)
	outside := func(addr string) string {
		_, port, err := net.SplitHostPort(addr)
		require.NoError(t, err)
		return net.JoinHostPort(s.hostAddr, port)
	}
	kafka, err := server.StartKafka(ctx, server.Options{Advertise: outside})
	require.NoError(t, err)
	for _, running := range []interface {
		io.Closer
		Addr() string
	}{maria, redis, mongo, kafka} {
		t.Cleanup(func() { require.NoError(t, running.Close()) })
		forward(t, outside(running.Addr()), running.Addr())
	}
	prepareAccounts(t, maria)
	dsn := func(user string) string {
		return fmt.Sprintf("dailyfeed_%s:e2e@tcp(%s)/dailyfeed?parseTime=true&loc=UTC", user, outside(maria.Addr()))
	}
	host, port, err := net.SplitHostPort(outside(maria.Addr()))
	require.NoError(t, err)
	lines := []string{
		"MYSQL_HOST=" + host, "MYSQL_PORT=" + port,
		"MYSQL_MEMBER_DSN=" + dsn("member"), "MYSQL_CONTENT_DSN=" + dsn("content"),
		"MYSQL_TIMELINE_DSN=" + dsn("timeline"), "MYSQL_MIGRATE_DSN=" + dsn("migrate"),
		"REDIS_ADDR=" + outside(redis.Addr()), "REDIS_PASSWORD=",
		"KAFKA_BOOTSTRAP_SERVERS=" + outside(kafka.Addr()), "MONGODB_URI=mongodb://" + outside(mongo.Addr()),
	}
	file := filepath.Join(t.TempDir(), "external.env")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	return &stores{mysql: maria, file: file}
}

func prepareAccounts(t *testing.T, maria *server.MariaDB) {
	t.Helper()
	db := open(t, maria.DSN(""))
	exec := func(statement string) {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	exec("CREATE DATABASE dailyfeed CHARACTER SET utf8mb4")
	for user, rights := range map[string]string{
		"member": "SELECT, INSERT, UPDATE, DELETE", "content": "SELECT, INSERT, UPDATE, DELETE", "timeline": "SELECT", "migrate": "ALL",
	} {
		exec(fmt.Sprintf("CREATE USER 'dailyfeed_%s'@'%%' IDENTIFIED BY 'e2e'", user))
		exec(fmt.Sprintf("GRANT %s ON dailyfeed.* TO 'dailyfeed_%s'@'%%'", rights, user))
	}
}

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	_, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	db, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// forward takes connections on one address and hands them to another until the
// test ends.
func forward(t *testing.T, from, to string) {
	t.Helper()
	listener, err := net.Listen("tcp", from)
	require.NoError(t, err)
	var open sync.Map // of io.Closer
	var running sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		open.Range(func(conn, _ any) bool {
			if closer, ok := conn.(io.Closer); ok {
				_ = closer.Close()
			}
			return true
		})
		running.Wait()
	})
	running.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				out, err := net.Dial("tcp", to)
				if err != nil {
					_ = in.Close()
					return
				}
				open.Store(in, nil)
				open.Store(out, nil)
				defer open.Delete(in)
				defer open.Delete(out)
				var both sync.WaitGroup
				pipe := func(a, b net.Conn) { _, _ = io.Copy(a, b); _ = a.Close(); _ = b.Close() }
				both.Go(func() { pipe(out, in) })
				both.Go(func() { pipe(in, out) })
				both.Wait()
			})
		}
	})
}
