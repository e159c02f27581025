// Command sql is the straightforward home feed: one query over follows and posts
// with everything that a page shows, and encoding/json.
//
//	sql <port> <MySQL DSN>
package main

import (
	"database/sql"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	_ "github.com/go-sql-driver/mysql" // the driver
)

type post struct {
	ID           int64  `json:"id"`
	Title        string `json:"title"`
	Content      string `json:"content"`
	AuthorID     int64  `json:"authorId"`
	AuthorName   string `json:"authorName"`
	AuthorHandle string `json:"authorHandle"`
	ViewCount    int64  `json:"viewCount"`
	LikeCount    int64  `json:"likeCount"`
	CommentCount int64  `json:"commentCount"`
	Liked        bool   `json:"liked"`
	CreatedAt    string `json:"createdAt"`
	UpdatedAt    string `json:"updatedAt"`
}

const query = `SELECT p.id, p.title, p.content, p.author_id, m.member_name, m.handle, s.view_count, s.like_count, s.comment_count,
  l.member_id IS NOT NULL, p.created_at, p.updated_at
  FROM member_follows f JOIN posts p ON p.author_id = f.following_id AND p.is_deleted = FALSE
  JOIN post_stats s ON s.post_id = p.id JOIN member_profiles m ON m.member_id = p.author_id
  LEFT JOIN post_likes l ON l.post_id = p.id AND l.member_id = f.follower_id
  WHERE f.follower_id = ? ORDER BY p.created_at DESC, p.id DESC LIMIT 21`

func main() {
	db, err := sql.Open("mysql", os.Args[2])
	if err != nil {
		slog.Error("open database", "error", err)
		os.Exit(1)
	}
	db.SetMaxOpenConns(40) //nolint:mnd // timeline's
	db.SetMaxIdleConns(40) //nolint:mnd // the same
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.GET("/feed/:member", func(c *gin.Context) { feed(c, db) })
	server := &http.Server{Addr: "127.0.0.1:" + os.Args[1], Handler: engine, ReadHeaderTimeout: time.Minute}
	if err := server.ListenAndServe(); err != nil {
		slog.Error("serve", "error", err)
		os.Exit(1)
	}
}

func feed(c *gin.Context, db *sql.DB) {
	member, err := strconv.ParseInt(c.Param("member"), 10, 64)
	if err != nil {
		c.Status(http.StatusBadRequest)
		return
	}
	posts, err := list(c, db, member)
	if err != nil {
		c.Status(http.StatusServiceUnavailable)
		return
	}
	c.JSON(http.StatusOK, gin.H{"status": http.StatusOK, "result": "SUCCESS", "data": gin.H{"content": posts}})
}

func list(c *gin.Context, db *sql.DB, member int64) ([]post, error) {
	rows, err := db.QueryContext(c.Request.Context(), query, member)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err tells what matters
	posts := []post{}
	for rows.Next() {
		var p post
		var created, updated time.Time
		if err := rows.Scan(&p.ID, &p.Title, &p.Content, &p.AuthorID, &p.AuthorName, &p.AuthorHandle,
			&p.ViewCount, &p.LikeCount, &p.CommentCount, &p.Liked, &created, &updated); err != nil {
			return nil, err
		}
		p.CreatedAt, p.UpdatedAt = created.Format(time.DateTime), updated.Format(time.DateTime)
		posts = append(posts, p)
	}
	return posts, rows.Err()
}
