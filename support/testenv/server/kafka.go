package server

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
)

//go:embed assets/kafka-pom.xml
var kafkaPom []byte

// Kafka is one broker that is its own controller.
type Kafka struct {
	*Server
	controller port
}

// StartKafka starts a cluster of one broker without automatic topics.
func StartKafka(ctx context.Context, o Options) (*Kafka, error) {
	cluster, err := startCluster(ctx, 1, o)
	if err != nil {
		return nil, err
	}
	return cluster.Brokers[0], nil
}

// Bootstrap is the address that clients are given.
func (k *Kafka) Bootstrap() string { return k.Addr() }

// Close stops the broker for good and removes its data if it was temporary.
func (k *Kafka) Close() error { return errors.Join(k.Server.Close(), k.controller.release()) }

// member is one node of a cluster.
type member struct {
	id         int
	controller port
}

type kafkaLauncher struct {
	java, home string
	self       member
	cluster    []member
	advertise  func(addr string) string
}

// advertised is what the broker on port tells its clients.
func (l kafkaLauncher) advertised(port int) string {
	addr := localAddr(port)
	if l.advertise == nil {
		return addr
	}
	return l.advertise(addr)
}

func newKafkaLauncher(ctx context.Context, log io.Writer, self member, cluster []member) (kafkaLauncher, error) {
	java, err := find(javaTool)
	if err != nil {
		return kafkaLauncher{}, err
	}
	home, err := kafkaHome(ctx, log)
	if err != nil {
		return kafkaLauncher{}, err
	}
	return kafkaLauncher{java: java, home: home, self: self, cluster: cluster}, nil
}

// clusterID is fixed: the clusters of this package never meet.
const clusterID = "ZGFpbHlmZWVkLWhvbWUtMQ"

func (l kafkaLauncher) prepare(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "data", "meta.properties")); err == nil {
		return nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("look for data: %w", err)
	}
	l.advertise = nil // nobody connects to what only formats
	settings, err := l.writeProperties(dir, firstPort)
	if err != nil {
		return err
	}
	return l.format(ctx, settings)
}

func (l kafkaLauncher) format(ctx context.Context, settings string) error {
	args, err := l.javaArgs("kafka.tools.StorageTool", "format", "-t", clusterID, "-c", settings)
	if err != nil {
		return err
	}
	output, err := exec.CommandContext(ctx, l.java, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("format: %w:\n%s", err, output)
	}
	return nil
}

func (l kafkaLauncher) command(dir string, port int) (child.Spec, error) {
	settings, err := l.writeProperties(dir, port)
	if err != nil {
		return child.Spec{}, err
	}
	args, err := l.javaArgs("kafka.Kafka", settings)
	if err != nil {
		return child.Spec{}, err
	}
	return child.Spec{Path: l.java, Args: args, Dir: dir}, nil
}

func (l kafkaLauncher) javaArgs(main string, args ...string) ([]string, error) {
	path, err := classPath(l.home)
	if err != nil {
		return nil, err
	}
	all := javaFlags("256m")
	if archive := classArchive(l.home, l.java); exists(archive) {
		all = append(all, "-XX:SharedArchiveFile="+archive)
	}
	return append(append(all, "-cp", path, main), args...), nil
}

// ready is true when the broker has registered itself with its controller:
// it lists itself, and topics can be made.
func (l kafkaLauncher) ready(ctx context.Context, port int) error {
	conn, err := kafka.DialContext(ctx, "tcp", localAddr(port))
	if err != nil {
		return fmt.Errorf("dial kafka: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return fmt.Errorf("ask kafka: %w", err)
		}
	}
	brokers, err := conn.Brokers()
	if err != nil {
		return fmt.Errorf("ask kafka for brokers: %w", err)
	}
	for _, broker := range brokers {
		if broker.ID == l.self.id && net.JoinHostPort(broker.Host, strconv.Itoa(broker.Port)) == l.advertised(port) {
			return nil
		}
	}
	return fmt.Errorf("%w: %d", errUnregistered, l.self.id)
}

var errUnregistered = errors.New("broker is not registered yet")

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (l kafkaLauncher) voters() string {
	voters := make([]string, len(l.cluster))
	for i, m := range l.cluster {
		voters[i] = fmt.Sprintf("%d@%s", m.id, localAddr(m.controller.number))
	}
	return strings.Join(voters, ",")
}
