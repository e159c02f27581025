package mysql_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestEveryConnectionHasTheSessionThatTheHouseRelyOn(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	var got struct {
		Zone, Mode, Charset string
		Wait                int
	}
	require.NoError(t, pool.DB(t.Context()).Raw(`SELECT @@time_zone AS zone, @@sql_mode AS mode,
		@@character_set_connection AS charset, @@innodb_lock_wait_timeout AS wait`).Scan(&got).Error)
	require.Equal(t, "+00:00", got.Zone)
	require.Contains(t, got.Mode, "STRICT_ALL_TABLES")
	require.Equal(t, "utf8mb4", got.Charset)
	require.Equal(t, 1, got.Wait)
	require.Equal(t, "READ-COMMITTED", isolation(t.Context(), t, pool))
	require.NoError(t, pool.InTx(t.Context(), func(ctx context.Context) error {
		require.Equal(t, "READ-COMMITTED", isolation(ctx, t, pool))
		return nil
	}))
}

// isolation is a variable that MariaDB 10.11 and MySQL call by different names.
func isolation(ctx context.Context, t *testing.T, pool *mysql.Pool) string {
	t.Helper()
	var got struct{ Value string }
	require.NoError(t, pool.DB(ctx).Raw("SHOW SESSION VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')").Scan(&got).Error)
	return got.Value
}

func TestTimesComeBackInUTCToTheMicrosecond(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	seoul := time.FixedZone("KST", 9*60*60)
	at := time.Date(2026, 3, 1, 8, 59, 59, 999_999_999, seoul)
	exec(t, pool, "INSERT INTO names (name, at) VALUES ('a', ?)", at)
	var stored time.Time
	require.NoError(t, pool.DB(t.Context()).Raw("SELECT at FROM names").Scan(&stored).Error)
	require.Equal(t, time.Date(2026, 2, 28, 23, 59, 59, 999_999_000, time.UTC), stored)
}

func TestAnUpdateThatChangesNothingIsNotAbsent(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	require.NoError(t, insert(t.Context(), pool, "a"))
	updated := pool.DB(t.Context()).Exec("UPDATE names SET name = 'a' WHERE name = 'a'")
	require.NoError(t, updated.Error)
	require.EqualValues(t, 1, updated.RowsAffected)
}

func TestInsertReturnsTheNewId(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	for want := int64(1); want <= 2; want++ {
		id, err := pool.Insert(t.Context(), "INSERT INTO names (name) VALUES (?)", want)
		require.NoError(t, err)
		require.Equal(t, want, id)
	}
}

func TestFullUnicodeIsStoredAsGiven(t *testing.T) {
	t.Parallel()
	pool, _ := openPool(t)
	const text = "'; DROP TABLE names; -- \\ \" 안녕 👩‍👩‍👧 \t\r\n"
	require.NoError(t, insert(t.Context(), pool, text))
	require.Equal(t, []string{text}, names(t, pool))
}

func TestOpenRefusesADSNThatItCannotRead(t *testing.T) {
	t.Parallel()
	_, err := mysql.Open(mysql.Config{DSN: "mysql://root@localhost/x"})
	require.ErrorContains(t, err, "parse mysql dsn")
}

func TestOpenDoesNotNeedTheServer(t *testing.T) {
	t.Parallel()
	pool := openAt(t, mysql.Config{DSN: "root@tcp(127.0.0.1:1)/none"})
	err := pool.Ping(t.Context())
	require.Error(t, err)
	require.True(t, mysql.IsUnavailable(err))
	require.True(t, mysql.IsUnavailable(pool.InTx(t.Context(), func(context.Context) error { return nil })))
	require.NoError(t, pool.Live(t.Context()), "a server that is down is not a stuck pool")
}

func TestPingDoesNotWaitBehindTheUsersOfThePool(t *testing.T) {
	t.Parallel()
	pool := openAt(t, mysql.Config{DSN: testenv.MySQL(t).DSN, MaxOpen: 1})
	require.NoError(t, pool.InTx(t.Context(), func(context.Context) error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		return pool.Ping(ctx)
	}))
}
