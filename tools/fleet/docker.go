package fleet

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

//go:embed compose.yaml
var composeText []byte

// containers is a Part: all four stores by docker compose, with the official
// images. It never ends by itself: the engine starts a container again.
type containers struct {
	file    string
	project string
	env     []string
	log     io.Writer
}

// dockerStores makes the part and tells where its stores will be.
func (f *Fleet) dockerStores() (supervisor.Named, error) {
	path := f.layout.compose()
	if err := os.WriteFile(path, composeText, 0o600); err != nil {
		return supervisor.Named{}, fmt.Errorf("write compose file: %w", err)
	}
	offset := f.config.PortOffset
	addr := func(port int) string { return "127.0.0.1:" + strconv.Itoa(port+offset) }
	password := f.secrets[secretMySQLRoot]
	f.stores = Stores{
		MySQL:   fmt.Sprintf("root:%s@tcp(%s)/?parseTime=true&loc=UTC", password, addr(mysqlPort)),
		Redis:   addr(redisPort),
		Kafka:   addr(kafkaPort),
		MongoDB: "mongodb://" + addr(mongoPort),
	}
	part := &containers{
		file: path, project: fmt.Sprintf("dailyfeed-%d", edgePort+offset), log: f.console.writer("docker"),
		env: append(os.Environ(),
			secretMySQLRoot+"="+password,
			"MYSQL_PORT="+strconv.Itoa(mysqlPort+offset), "REDIS_PORT="+strconv.Itoa(redisPort+offset),
			"KAFKA_PORT="+strconv.Itoa(kafkaPort+offset), "MONGODB_PORT="+strconv.Itoa(mongoPort+offset)),
	}
	return supervisor.Named{Name: "docker", Part: part}, nil
}

// Start implements supervisor.Part; images are fetched at the first time.
func (c *containers) Start(ctx context.Context) error {
	const pullAndStart = 10 * time.Minute
	ctx, cancel := context.WithTimeout(ctx, pullAndStart)
	defer cancel()
	return c.compose(ctx, "up", "--detach", "--wait")
}

// Stop implements supervisor.Part; volumes stay.
func (c *containers) Stop(ctx context.Context) error {
	return c.compose(context.WithoutCancel(ctx), "stop", "--timeout", "5")
}

// Done implements supervisor.Part.
func (*containers) Done() <-chan struct{} { return nil }

// Pid implements supervisor.Part.
func (*containers) Pid() int { return 0 }

func (c *containers) compose(ctx context.Context, args ...string) error {
	args = append([]string{"compose", "--file", c.file, "--project-name", c.project}, args...)
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, c.log, c.log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("docker compose %s: %w", args[5], err)
	}
	return nil
}
