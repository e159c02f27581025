package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
)

// RedisDatabases is how many numbered databases a server of ours has: enough
// that each test can have one to itself.
const RedisDatabases = 4096

// Redis is a Redis server.
type Redis struct{ *Server }

// StartRedis starts a Redis. Persistent ones write an append-only file.
func StartRedis(ctx context.Context, o Options) (*Redis, error) {
	path, err := find(redisTool)
	if err != nil {
		return nil, err
	}
	s, err := launch(ctx, "redis", o, redisLauncher{path: path, persistent: o.Persistent})
	if err != nil {
		return nil, err
	}
	return &Redis{Server: s}, nil
}

type redisLauncher struct {
	path       string
	persistent bool
}

func (redisLauncher) prepare(context.Context, string) error { return nil }

func (l redisLauncher) command(dir string, port int) (child.Spec, error) {
	args := []string{
		"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir,
		"--databases", strconv.Itoa(RedisDatabases), "--save", "", "--daemonize", "no",
		// whom a member follows, up to a thousand, in the compact form: a tenth of the memory
		"--set-max-intset-entries", "1024",
		"--appendonly", map[bool]string{true: "yes", false: "no"}[l.persistent],
	}
	return child.Spec{Path: l.path, Args: args, Dir: dir}, nil
}

var errNotPong = errors.New("no PONG")

func (redisLauncher) ready(ctx context.Context, port int) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", localAddr(port))
	if err != nil {
		return fmt.Errorf("dial redis: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return fmt.Errorf("ping redis: %w", err)
		}
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return fmt.Errorf("ping redis: %w", err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return fmt.Errorf("ping redis: %w", err)
	}
	if strings.TrimSpace(line) != "+PONG" {
		return fmt.Errorf("ping redis: %w but %q", errNotPong, line)
	}
	return nil
}
