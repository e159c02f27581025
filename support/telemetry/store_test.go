package telemetry_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/telemetry/telemetrytest"
)

// fakeDriver is a server that refuses every statement by saying what it was
// given; statements on a real one are traced in the test of the fleet.
type fakeDriver struct{}

func (d fakeDriver) Connect(context.Context) (driver.Conn, error) { return d, nil }
func (d fakeDriver) Driver() driver.Driver                        { return nil }
func (fakeDriver) Prepare(string) (driver.Stmt, error)            { return nil, errRefused }
func (fakeDriver) Close() error                                   { return nil }
func (fakeDriver) Begin() (driver.Tx, error)                      { return nil, errRefused }

// ExecContext implements driver.ExecerContext.
func (fakeDriver) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return nil, errRefused
}

var errRefused = errors.New("duplicate entry 'kim@example.com'")

func TestSpansOfStatementsHoldNoValues(t *testing.T) {
	t.Parallel()
	collector := telemetrytest.New(t)
	tracing, stop := running(t, whole(collector.URL))
	db := tracing.SQL()(fakeDriver{})
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err := db.ExecContext(t.Context(), "DELETE FROM x WHERE a = ?", "outside of a trace")
	require.ErrorIs(t, err, errRefused)
	ctx, own, end := tracing.Requests()(t.Context(), "", "POST")
	_, err = db.ExecContext(ctx, "INSERT INTO x VALUES (?)", "kim@example.com")
	require.ErrorIs(t, err, errRefused)
	end("/", 500)
	stop()
	spans := collector.Spans("")
	require.Len(t, spans, 2, "the request and its statement")
	for _, s := range spans {
		require.Equal(t, own[3:35], s.Trace)
		for _, value := range s.Attributes {
			require.NotContains(t, value, "example.com")
		}
	}
	require.Equal(t, "INSERT INTO x VALUES (?)", spans[0].Attributes["db.query.text"])
}
