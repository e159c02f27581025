package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// metadataTTL bounds how old the known topics and leaders are. kafka-go's 6 s
// would add as much to the first record of every new topic.
const metadataTTL = time.Second

// cluster is the connections of one user of the brokers.
type cluster struct {
	client    *kafka.Client
	transport *kafka.Transport
	dialer    *dialer
	stop      context.CancelFunc
}

// errNoBootstrap is a configuration without brokers.
var errNoBootstrap = errors.New("kafka: no bootstrap servers")

// openCluster does not connect: the first request does. bootstrap is a list of
// host:port with commas between.
func openCluster(bootstrap, clientID string) (*cluster, error) {
	addresses := splitAddresses(bootstrap)
	if len(addresses) == 0 {
		return nil, errNoBootstrap
	}
	ctx, stop := context.WithCancel(context.Background())
	d := new(dialer)
	transport := &kafka.Transport{
		Dial:        d.DialContext,
		DialTimeout: dialTimeout,
		MetadataTTL: metadataTTL,
		ClientID:    clientID,
		Context:     ctx,
	}
	return &cluster{
		client:    &kafka.Client{Addr: kafka.TCP(addresses...), Transport: transport},
		transport: transport,
		dialer:    d,
		stop:      stop,
	}, nil
}

func splitAddresses(bootstrap string) []string {
	var addresses []string
	for address := range strings.SplitSeq(bootstrap, ",") {
		if address = strings.TrimSpace(address); address != "" {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// close ends every connection and goroutine; requests under way fail.
func (c *cluster) close() {
	c.transport.CloseIdleConnections()
	c.stop()
	c.dialer.close()
}

// ping asks any broker whether it answers. It tries twice, because the first may
// find a connection that died while it was idle.
func (c *cluster) ping(ctx context.Context) error {
	var err error
	for range 2 {
		if _, err = c.client.ApiVersions(ctx, &kafka.ApiVersionsRequest{}); err == nil {
			return nil
		}
	}
	return fmt.Errorf("ping kafka: %w: %w", ErrUnavailable, err)
}

// layout is what is known of the cluster: the partitions of each topic, and how
// many brokers are up.
type layout struct {
	partitions map[string]int
	brokers    int
}

// layout is at most about a second old, older while no broker answers.
func (c *cluster) layout(ctx context.Context) (layout, error) {
	response, err := c.client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return layout{}, fmt.Errorf("read kafka metadata: %w: %w", ErrUnavailable, err)
	}
	known := layout{partitions: make(map[string]int, len(response.Topics)), brokers: len(response.Brokers)}
	for _, topic := range response.Topics {
		if topic.Error == nil && len(topic.Partitions) > 0 {
			known.partitions[topic.Name] = len(topic.Partitions)
		}
	}
	return known, nil
}

// withPrefix is the part of the layout whose topics begin with the prefix.
func (l layout) withPrefix(prefix string) map[string]int {
	topics := make(map[string]int)
	for topic, partitions := range l.partitions {
		if strings.HasPrefix(topic, prefix) {
			topics[topic] = partitions
		}
	}
	return topics
}

// createTopics makes the missing ones of the topics. It returns the ones that it
// made; a topic that another made meanwhile is no failure.
func (c *cluster) createTopics(ctx context.Context, spec TopicSpec, topics []string) ([]string, error) {
	known, err := c.layout(ctx)
	if err != nil {
		return nil, err
	}
	request := &kafka.CreateTopicsRequest{}
	for _, topic := range topics {
		if known.partitions[topic] == 0 {
			request.Topics = append(request.Topics, spec.config(topic, known.brokers))
		}
	}
	if len(request.Topics) == 0 {
		return nil, nil
	}
	response, err := c.client.CreateTopics(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("create topics: %w: %w", ErrUnavailable, err)
	}
	return sortOut(response.Errors)
}

// sortOut divides the answers to a request to create topics.
func sortOut(answers map[string]error) (created []string, err error) {
	for topic, answer := range answers {
		switch {
		case answer == nil:
			created = append(created, topic)
		case errors.Is(answer, kafka.TopicAlreadyExists):
		default:
			err = errors.Join(err, fmt.Errorf("create topic %s: %w", topic, classify(answer)))
		}
	}
	return created, err
}

// dial opens a connection to one broker outside of kafka-go's pool.
func (c *cluster) dial(ctx context.Context, host string, port int) (net.Conn, error) {
	return c.dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, fmt.Sprint(port)))
}
