package mysql_test

import (
	"context"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

const versions = "test_schema_versions"

func migrations(files map[string]string) fs.FS {
	found := fstest.MapFS{}
	for name, up := range files {
		found[name] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + up + "\n-- +goose Down\n")}
	}
	return found
}

func twoTables() map[string]string {
	return map[string]string{
		"00001_posts.sql":    "CREATE TABLE posts (id BIGINT PRIMARY KEY);",
		"00002_comments.sql": "CREATE TABLE comments (id BIGINT PRIMARY KEY);",
	}
}

func TestMigrateAppliesWhatIsNewAndNothingTwice(t *testing.T) {
	t.Parallel()
	dsn := testenv.MySQL(t).DSN
	applied, err := mysql.Migrate(t.Context(), dsn, migrations(twoTables()), versions)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2}, applied)
	applied, err = mysql.Migrate(t.Context(), dsn, migrations(twoTables()), versions)
	require.NoError(t, err)
	require.Empty(t, applied)
	three := twoTables()
	three["00003_likes.sql"] = "CREATE TABLE likes (id BIGINT PRIMARY KEY);"
	applied, err = mysql.Migrate(t.Context(), dsn, migrations(three), versions)
	require.NoError(t, err)
	require.Equal(t, []int64{3}, applied)
	applied, err = mysql.Migrate(t.Context(), dsn, migrations(twoTables()), versions)
	require.NoError(t, err, "an older program leaves a newer schema alone")
	require.Empty(t, applied)
}

func TestOwnersShareASchemaWithATableEach(t *testing.T) {
	t.Parallel()
	dsn := testenv.MySQL(t).DSN
	for _, owner := range []string{"content", "member"} {
		applied, err := mysql.Migrate(t.Context(), dsn,
			migrations(map[string]string{"00001_first.sql": "CREATE TABLE " + owner + " (id BIGINT PRIMARY KEY);"}), owner+"_versions")
		require.NoError(t, err)
		require.Equal(t, []int64{1}, applied)
	}
}

func TestReplicasThatMigrateAtOnceTakeTurns(t *testing.T) {
	t.Parallel()
	dsn := testenv.MySQL(t).DSN
	var group sync.WaitGroup
	var mu sync.Mutex
	var applied []int64
	for range 5 {
		group.Go(func() {
			own, err := mysql.Migrate(t.Context(), dsn, migrations(twoTables()), versions)
			if err != nil {
				t.Errorf("migrate: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			applied = append(applied, own...)
		})
	}
	group.Wait()
	require.Equal(t, []int64{1, 2}, applied, "each once, by one of them")
}

func TestAMigrationThatFailsIsNamedAndLeavesNoLock(t *testing.T) {
	t.Parallel()
	schema := testenv.MySQL(t)
	broken := twoTables()
	broken["00002_comments.sql"] = "CREATE TABEL comments (id BIGINT PRIMARY KEY);"
	_, err := mysql.Migrate(t.Context(), schema.DSN, migrations(broken), versions)
	require.ErrorContains(t, err, versions)
	require.ErrorContains(t, err, "version:2")
	require.ErrorContains(t, err, "near 'TABEL comments")

	pool := openAt(t, mysql.Config{DSN: schema.DSN})
	var free int
	require.NoError(t, pool.DB(t.Context()).Raw("SELECT IS_FREE_LOCK(?)", schema.Schema+"."+versions).Scan(&free).Error)
	require.Equal(t, 1, free)
	applied, err := mysql.Migrate(t.Context(), schema.DSN, migrations(twoTables()), versions)
	require.NoError(t, err)
	require.Equal(t, []int64{2}, applied, "goes on where it failed")
}

func TestMigrateWaitsForTheLockNoLongerThanItsContext(t *testing.T) {
	t.Parallel()
	schema := testenv.MySQL(t)
	pool := openAt(t, mysql.Config{DSN: schema.DSN})
	conn, err := pool.SQL().Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = conn.ExecContext(t.Context(), "DO GET_LOCK(?, 0)", schema.Schema+"."+versions)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = mysql.Migrate(ctx, schema.DSN, migrations(twoTables()), versions)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "take lock")
}

func TestAVersionTableWithALongNameHasALockToo(t *testing.T) {
	t.Parallel()
	long := "v" + strings.Repeat("x", 60) // with the schema's name longer than MySQL lets a lock's be
	applied, err := mysql.Migrate(t.Context(), testenv.MySQL(t).DSN, migrations(twoTables()), long)
	require.NoError(t, err)
	require.Len(t, applied, 2)
}

func TestMigratedTellsASchemaThatIsBehind(t *testing.T) {
	t.Parallel()
	schema := testenv.MySQL(t)
	pool := openAt(t, mysql.Config{DSN: schema.DSN})
	one := map[string]string{"00001_posts.sql": twoTables()["00001_posts.sql"]}
	err := pool.Migrated(t.Context(), migrations(one), versions)
	require.ErrorIs(t, err, mysql.ErrNotMigrated)
	require.ErrorContains(t, err, "no table "+versions)

	_, err = mysql.Migrate(t.Context(), schema.DSN, migrations(one), versions)
	require.NoError(t, err)
	reader := openAt(t, mysql.Config{DSN: schema.User(t, "SELECT ON "+versions)})
	require.NoError(t, reader.Migrated(t.Context(), migrations(one), versions))
	err = reader.Migrated(t.Context(), migrations(twoTables()), versions)
	require.ErrorIs(t, err, mysql.ErrNotMigrated)
	require.ErrorContains(t, err, "version 1 of 2")
}
