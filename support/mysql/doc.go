// Package mysql opens a MySQL or MariaDB pool, carries transactions in the
// context, runs migrations, and keeps the answers of idempotent requests in
// the transaction that makes their changes.
//
// All times are UTC with microseconds; the isolation level is READ COMMITTED,
// so that statements lock the rows they change and no gaps between them.
package mysql
