// Command ceiling is the least that a page of stored posts can cost: a bare gin
// handler, one Redis pipeline, and the stored bytes passed through. It knows the
// posts of the page beforehand, checks no token and knows no viewer.
//
//	ceiling <port> <redis address> <post id> …
package main

import (
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
)

func main() {
	port, addr, posts := os.Args[1], os.Args[2], os.Args[3:]
	client := redis.NewClient(&redis.Options{Addr: addr, DisableIdentity: true})
	keys := make([]string, len(posts))
	for i, post := range posts {
		keys[i] = "ceiling:post:" + post
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.GET("/page", func(c *gin.Context) { page(c, client, keys) })
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: engine, ReadHeaderTimeout: time.Minute}
	if err := server.ListenAndServe(); err != nil {
		slog.Error("serve", "error", err)
		os.Exit(1)
	}
}

func page(c *gin.Context, client *redis.Client, keys []string) {
	ctx := c.Request.Context()
	pipe := client.Pipeline()
	pipe.MGet(ctx, "ceiling:token:1", "ceiling:token:2", "ceiling:token:3")
	pipe.LRange(ctx, "ceiling:feed", -int64(len(keys))-1, -1)
	posts := pipe.MGet(ctx, keys...)
	if _, err := pipe.Exec(ctx); err != nil {
		c.Status(http.StatusServiceUnavailable)
		return
	}
	body := append(make([]byte, 0, 16<<10), `{"status":200,"result":"SUCCESS","data":{"content":[`...) //nolint:mnd // a page
	for i, post := range posts.Val() {
		if i > 0 {
			body = append(body, ',')
		}
		text, _ := post.(string)
		body = append(body, text...)
	}
	body = append(body, `],"page":0,"size":20,"hasNext":true,"nextCursor":null}}`...)
	c.Data(http.StatusOK, "application/json", body)
}
