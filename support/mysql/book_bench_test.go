package mysql_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// What the answer book costs a write: one INSERT alone in a transaction, the
// same through Unkeyed, and through Once.
func BenchmarkWrite(b *testing.B) {
	pool, err := mysql.Open(mysql.Config{DSN: testenv.MySQL(b).DSN})
	require.NoError(b, err)
	defer pool.Close()
	for _, statement := range []string{
		"CREATE TABLE names (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL)", mysql.AnswerTableSQL(answerTable),
	} {
		require.NoError(b, pool.DB(b.Context()).Exec(statement).Error)
	}
	book := mysql.NewAnswerBook(pool, answerTable, time.Now)
	do := func(ctx context.Context) idempotency.Answer {
		if err := insert(ctx, pool, "kim"); err != nil {
			return idempotency.Answer{Status: 500, Cause: err}
		}
		return idempotency.Answer{Status: 200, Body: []byte(`{"status":200}`)}
	}
	n := 0
	for name, write := range map[string]func(ctx context.Context) error{
		"transaction": func(ctx context.Context) error {
			return pool.InTx(ctx, func(ctx context.Context) error { return insert(ctx, pool, "kim") })
		},
		"unkeyed": func(ctx context.Context) error { _, err := book.Unkeyed(ctx, do); return err },
		"once": func(ctx context.Context) error {
			n++
			_, _, err := book.Once(ctx, post(fmt.Sprint(n)), do)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := write(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
