package telemetry

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/XSAM/otelsql"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
)

// SQL opens pools whose statements have spans: their text with placeholders,
// never the values.
func (t *Tracing) SQL() func(driver.Connector) *sql.DB {
	if t == nil {
		return nil
	}
	inTrace := func(ctx context.Context, _ otelsql.Method, _ string, _ []driver.NamedValue) bool {
		return trace.SpanContextFromContext(ctx).IsValid()
	}
	return func(connector driver.Connector) *sql.DB {
		return otelsql.OpenDB(connector,
			otelsql.WithTracerProvider(t.provider),
			otelsql.WithMeterProvider(noop.NewMeterProvider()), // the pool's metrics are Prometheus's
			otelsql.WithAttributes(attribute.String("db.system.name", "mysql")),
			otelsql.WithSpanOptions(otelsql.SpanOptions{
				DisableErrSkip: true, OmitConnResetSession: true, OmitRows: true, OmitConnPrepare: true, SpanFilter: inTrace,
				RecordError: func(error) bool { return false }, // texts of errors hold values
			}),
		)
	}
}

// Store gives each operation of a store a span, inside a trace. end is nil
// where there is none.
func (t *Tracing) Store(system string) func(ctx context.Context, operation string) (end func(error)) {
	if t == nil {
		return nil
	}
	named := attribute.String("db.system.name", system)
	return func(ctx context.Context, operation string) func(error) {
		_, span, ok := t.begin(ctx, trace.SpanKindClient, system+" "+operation, named, attribute.String("db.operation.name", operation))
		if !ok {
			return nil
		}
		return func(err error) { finish(span, err) }
	}
}
