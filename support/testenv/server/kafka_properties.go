package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// writeProperties writes the broker's settings for a port and returns the path.
func (l kafkaLauncher) writeProperties(dir string, port int) (string, error) {
	path := filepath.Join(dir, "server.properties")
	text := strings.Join(l.properties(dir, port), "\n") + "\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return "", fmt.Errorf("write settings: %w", err)
	}
	return path, nil
}

func (l kafkaLauncher) properties(dir string, port int) []string {
	broker, controller := localAddr(port), localAddr(l.self.controller.number)
	return append([]string{
		"process.roles=broker,controller",
		fmt.Sprintf("node.id=%d", l.self.id),
		"controller.quorum.voters=" + l.voters(),
		"controller.listener.names=CONTROLLER",
		"inter.broker.listener.name=PLAINTEXT",
		"listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"listeners=PLAINTEXT://" + broker + ",CONTROLLER://" + controller,
		"advertised.listeners=PLAINTEXT://" + l.advertised(port),
		"log.dirs=" + filepath.Join(dir, "data"),
	}, l.tuning()...)
}

// tuning makes a broker that is small and quick to start, and that notices a
// killed peer (itself, after kill -9) within seconds.
func (l kafkaLauncher) tuning() []string {
	replicas := min(3, len(l.cluster))
	return []string{
		"auto.create.topics.enable=false",
		"group.initial.rebalance.delay.ms=0",
		"group.min.session.timeout.ms=1000",
		"broker.session.timeout.ms=2000",
		"broker.heartbeat.interval.ms=500",
		"log.segment.bytes=16777216",
		"log.index.size.max.bytes=1048576",
		"log.cleaner.dedupe.buffer.size=16777216",
		"offsets.topic.num.partitions=4",
		"transaction.state.log.num.partitions=1",
		"share.coordinator.state.topic.num.partitions=1",
		fmt.Sprintf("default.replication.factor=%d", replicas),
		fmt.Sprintf("offsets.topic.replication.factor=%d", replicas),
		fmt.Sprintf("transaction.state.log.replication.factor=%d", replicas),
		fmt.Sprintf("share.coordinator.state.topic.replication.factor=%d", replicas),
		fmt.Sprintf("transaction.state.log.min.isr=%d", max(1, replicas-1)),
		fmt.Sprintf("share.coordinator.state.topic.min.isr=%d", max(1, replicas-1)),
	}
}
