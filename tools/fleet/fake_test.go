package fleet_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"

	"github.com/dailyfeed/dailyfeed/tools/edge"
)

// The test binary plays the fleet's programs: a link to it with a service's
// name is that service, only smaller.
func TestMain(m *testing.M) {
	name := filepath.Base(os.Args[0])
	if !slices.Contains(programs, name) {
		os.Exit(m.Run())
	}
	if err := play(name); err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
}

var programs = []string{"member", "content", "timeline", "search", "image", "activity", "edge"}

func play(name string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	switch {
	case name == "edge":
		return playEdge(ctx)
	case os.Args[1] == "migrate":
		return playMigrate(ctx, name)
	case os.Args[1] == "serve":
		return playService(ctx)
	case os.Args[1] == "say":
		return sayEnvironment()
	}
	return fmt.Errorf("unknown subcommand %q", os.Args[1])
}

func playEdge(ctx context.Context) error {
	settings, config, err := edge.Load(os.Environ())
	if err != nil {
		return err
	}
	return edge.Run(ctx, settings, config, slog.New(slog.DiscardHandler))
}

// ownTables are what the fakes' migrations make.
var ownTables = map[string][]string{
	"member":  {"members", "member_profiles", "jwt_keys"},
	"content": {"posts", "post_stats", "comments", "content_idempotency_keys"},
}

func playMigrate(ctx context.Context, name string) error {
	tables := ownTables[name]
	if len(tables) == 0 {
		return nil
	}
	db, err := sql.Open("mysql", os.Getenv("MYSQL_MIGRATE_DSN"))
	if err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+table+" (id BIGINT PRIMARY KEY)"); err != nil {
			return err
		}
	}
	return db.Close()
}

// sayEnvironment prints what the subcommand was told, and fails when it is to.
func sayEnvironment() error {
	if slices.Contains(os.Args, "--fail") {
		return errors.New("as it was told")
	}
	fmt.Println(strings.Join(append(os.Environ(), "ARGS="+strings.Join(os.Args[1:], " ")), "\n"))
	return nil
}

// playService answers health, keys, and under /api its own environment.
func playService(ctx context.Context) error {
	mux := http.NewServeMux()
	ok := func(http.ResponseWriter, *http.Request) {}
	mux.HandleFunc("/healthcheck/ready", ok)
	mux.HandleFunc("/.well-known/jwks.json", ok)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		env := map[string]string{}
		for _, pair := range os.Environ() {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		_ = json.NewEncoder(w).Encode(env)
	})
	mux.HandleFunc("/api/posts/die", func(http.ResponseWriter, *http.Request) { os.Exit(7) })
	listener, err := net.Listen("tcp", ":"+os.Getenv("PORT"))
	if err != nil {
		return err
	}
	slog.New(slog.NewJSONHandler(os.Stderr, nil)).Info("serving", "port", os.Getenv("PORT"))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	_ = server.Serve(listener)
	return nil
}
