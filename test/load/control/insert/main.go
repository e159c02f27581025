// Command insert does a post's statements and nothing else: database/sql, one
// transaction with the key of the request, the post, its counters, the row of its
// event and the answer; and the deletion of the event's row.
//
//	insert <port> <MySQL DSN>
package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	_ "github.com/go-sql-driver/mysql" // the driver
)

func main() {
	db, err := sql.Open("mysql", os.Args[2])
	if err != nil {
		slog.Error("open database", "error", err)
		os.Exit(1)
	}
	db.SetMaxOpenConns(20) //nolint:mnd // content's
	db.SetMaxIdleConns(20) //nolint:mnd // the same
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.POST("/post", func(c *gin.Context) {
		if err := write(c.Request.Context(), db); err != nil {
			c.String(http.StatusServiceUnavailable, err.Error())
			return
		}
		c.Data(http.StatusCreated, "application/json", answer)
	})
	server := &http.Server{Addr: "127.0.0.1:" + os.Args[1], Handler: engine, ReadHeaderTimeout: time.Minute}
	if err := server.ListenAndServe(); err != nil {
		slog.Error("serve", "error", err)
		os.Exit(1)
	}
}

var (
	answer  = []byte(`{"status":201,"result":"SUCCESS","data":{"id":1,"content":"` + text + `"}}`)
	text    = strings.Repeat("오늘의 글 ", 10)
	payload = make([]byte, 300)
	headers = `[{"key":"ce_id","value":"0"},{"key":"ce_type","value":"dailyfeed.activity.v1.POST_CREATE"}]`
)

func write(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	now, id := time.Now().UTC(), rand.Text()
	key, err := tx.ExecContext(ctx, "INSERT INTO content_idempotency_keys (member_id, method, path, `key`, request_hash, status, response, expires_at, created_at, updated_at) VALUES (1, 'POST', '/api/posts', ?, ?, 0, '', ?, ?, ?)",
		id, make([]byte, 32), now.Add(time.Hour), now, now)
	if err != nil {
		return err
	}
	post, err := tx.ExecContext(ctx, "INSERT INTO posts (title, content, author_id, is_deleted, version, created_at, updated_at) VALUES ('', ?, 1, FALSE, 1, ?, ?)", text, now, now)
	if err != nil {
		return err
	}
	postID, _ := post.LastInsertId()
	if _, err := tx.ExecContext(ctx, "INSERT INTO post_stats (post_id, last_activity_at, post_created_at) VALUES (?, ?, ?)", postID, now, now); err != nil {
		return err
	}
	letter, err := tx.ExecContext(ctx, "INSERT INTO content_publisher_dead_letters (event_id, message_key, topic, order_key, partition_id, partition_key, headers, payload, created_at, updated_at, next_attempt_at, lease_until) VALUES (?, ?, 'member-activity-20261120', ?, ?, 'x', ?, ?, ?, ?, ?, ?)",
		id, id, id, postID, headers, payload, now, now, now, now)
	if err != nil {
		return err
	}
	keyID, _ := key.LastInsertId()
	if _, err := tx.ExecContext(ctx, "UPDATE content_idempotency_keys SET status = 201, response = ?, updated_at = ? WHERE id = ?", answer, now, keyID); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	letterID, _ := letter.LastInsertId()
	_, err = db.ExecContext(ctx, "DELETE FROM content_publisher_dead_letters WHERE id = ?", letterID)
	return err
}
