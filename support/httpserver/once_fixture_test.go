package httpserver_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// clock stands still until it is told to advance.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// guestbook is a service that keeps names on a real server: POST /api/names
// {name, fail} adds a name and then fails as it is told.
type guestbook struct {
	*fixture
	pool  *mysql.Pool
	clock *clock
	// before runs in the handler's transaction, after the name was added.
	before func(c *gin.Context, name string) error

	mu     sync.Mutex
	hooked []string // names whose hooks ran
}

type nameRequest struct {
	Name string `json:"name"`
	Fail string `json:"fail"`
}

type nameResponse struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

const answerTable = "guest_idempotency_keys"

func newGuestbook(t *testing.T, change func(*mysql.Config)) *guestbook {
	t.Helper()
	config := mysql.Config{DSN: testenv.MySQL(t).DSN, LockWait: time.Second, MaxOpen: 60}
	if change != nil {
		change(&config)
	}
	pool, err := mysql.Open(config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	g := &guestbook{pool: pool, clock: &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	g.exec(t, "CREATE TABLE names (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, touched INT NOT NULL DEFAULT 0)")
	g.exec(t, mysql.AnswerTableSQL(answerTable))
	g.fixture = newFixture(t, func(c *httpserver.Config) {
		c.Book = mysql.NewAnswerBook(pool, answerTable, g.clock.now)
		c.Unavailable = mysql.IsUnavailable
		c.WriteBurst, c.AddressWriteBurst = 10_000, 10_000
	}, func(f *fixture) {
		f.Authenticated().POST("/api/names", f.Write(g.add))
		f.Authenticated().PUT("/api/names", f.Write(g.add))
		f.Authenticated().POST("/api/names/:id", f.Write(g.add))
		f.Public().POST("/api/signup", f.Write(g.add))
		f.Ending().POST("/api/leave", f.Write(g.add, func(c *gin.Context) { c.Header("X-Again", "true") }))
	})
	return g
}

func (g *guestbook) exec(t *testing.T, statement string) {
	t.Helper()
	require.NoError(t, g.pool.DB(t.Context()).Exec(statement).Error)
}

// failures are what a request can ask for.
var failures = map[string]error{
	"404": apierr.Define("NAME_NOT_FOUND", apierr.NotFound, "없습니다", "There is none").New(),
	"403": apierr.CodeOriginNotAllowed.New(),
	"401": apierr.CodeTokenRevoked.New().WithHeader("X-Relogin-Required", "true"),
	"429": apierr.CodeTooManyRequests.New(),
	"500": errors.New("a bug"),
	"503": apierr.CodeServiceUnavailable.New(),
}

func (g *guestbook) add(c *gin.Context) (httpserver.Reply, error) {
	var request nameRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	id, err := g.pool.Insert(ctx, "INSERT INTO names (name) VALUES (?)", request.Name)
	if err != nil {
		return httpserver.Reply{}, err
	}
	err = g.pool.AfterCommit(ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.hooked = append(g.hooked, request.Name)
	})
	if err != nil {
		return httpserver.Reply{}, err
	}
	c.Writer.Header().Add("X-Added", request.Name)
	if g.before != nil {
		if err := g.before(c, request.Name); err != nil {
			return httpserver.Reply{}, err
		}
	}
	return httpserver.Created(nameResponse{ID: id, Name: request.Name}), failures[request.Fail]
}

func (g *guestbook) hooks() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string{}, g.hooked...)
}

// names are those that were kept.
func (g *guestbook) names(t *testing.T) []string {
	t.Helper()
	found := []string{}
	require.NoError(t, g.pool.DB(t.Context()).Raw("SELECT name FROM names ORDER BY id").Scan(&found).Error)
	return found
}

func (g *guestbook) answers(t *testing.T) (n int) {
	t.Helper()
	require.NoError(t, g.pool.DB(t.Context()).Raw("SELECT COUNT(*) FROM "+answerTable).Scan(&n).Error)
	return n
}

func (g *guestbook) post(t *testing.T, body string, options ...option) answer {
	t.Helper()
	return g.send(t, http.MethodPost, "/api/names", body, append([]option{as("7")}, options...)...)
}

func key(value string) option { return header("Idempotency-Key", value) }

func replayed(got answer) bool { return got.header.Get("Idempotency-Replayed") == "true" }
