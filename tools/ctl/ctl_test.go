package ctl_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	activityv1 "github.com/dailyfeed/dailyfeed/proto-contracts/activity/v1"
	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/support/testenv"
	"github.com/dailyfeed/dailyfeed/tools/ctl"
	"github.com/dailyfeed/dailyfeed/tools/feedtest"
)

func TestMain(m *testing.M) { testenv.Main(m) }

const password = "Secret!1"

func TestAMembersDay(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	kim, lee := newTerminal(t, feed), newTerminal(t, feed)

	require.Contains(t, kim.ok(t, "signup", "kim@example.org", "kim", "--name", "김하늘"), "@kim")
	require.Contains(t, lee.ok(t, "signup", "lee@example.org", "lee"), "@lee")
	require.Contains(t, kim.ok(t, "follow", "@lee"), "@lee")
	var post struct{ ID int }
	lee.json(t, &post, "post", "--title", "자전거", "한강을", "달렸다")
	require.Contains(t, kim.ok(t, "feed"), "자전거 · 한강을 달렸다")
	require.Contains(t, kim.ok(t, "search", "한강을"), "lee")
	kim.ok(t, "like", id(post.ID))
	var comment struct{ ID int }
	kim.json(t, &comment, "comment", id(post.ID), "부럽다")
	lee.ok(t, "comment", id(post.ID), "같이 가요", "--reply-to", id(comment.ID))
	require.Contains(t, lee.ok(t, "feed", "mine"), "  1      2         자전거")
	kim.ok(t, "unfollow", "lee")
	require.NotContains(t, kim.ok(t, "feed"), "자전거")
	kim.ok(t, "logout")
	require.Equal(t, 4, kim.run("feed"))
	require.Contains(t, kim.err.String(), "not logged in")
}

func TestTheSessionFileIsItsOwnersOnly(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	kim := newTerminal(t, feed)
	kim.ok(t, "signup", "kim@example.org", "kim")
	path := filepath.Join(kim.config, "dailyfeed", "session.json")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(text), password)

	kim.ok(t, "logout")
	require.NoFileExists(t, path)
}

func TestAnExpiredTokenIsRenewedAndKept(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	kim := newTerminal(t, feed)
	kim.ok(t, "signup", "kim@example.org", "kim")
	path := filepath.Join(kim.config, "dailyfeed", "session.json")
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	feed.ExpireTokens()
	require.Contains(t, kim.ok(t, "post", "hello"), "hello")
	require.Equal(t, 1, feed.Counts()["posts"])
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotEqual(t, before, after)
}

func TestARefusalIsExplained(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	kim := newTerminal(t, feed)
	kim.ok(t, "signup", "kim@example.org", "kim")

	require.Equal(t, 5, kim.run("follow", "@nobody"))
	require.Contains(t, kim.err.String(), "MEMBER_NOT_FOUND")
	require.Equal(t, 1, kim.run("like", "first"))
	require.Contains(t, kim.err.String(), "an id is a positive number")
	require.Equal(t, 1, kim.run("feed", "-o", "xml"))
	require.Equal(t, 1, kim.run("feed", "loudest"))
}

func TestJSONIsForPrograms(t *testing.T) {
	t.Parallel()
	feed := feedtest.New(t)
	kim := newTerminal(t, feed)
	kim.ok(t, "signup", "kim@example.org", "kim")
	kim.ok(t, "post", "a <b> & c")
	var page struct {
		Content    []struct{ Content string }
		NextCursor *string
	}
	kim.json(t, &page, "feed", "mine")
	require.Equal(t, "a <b> & c", page.Content[0].Content)
	require.Nil(t, page.NextCursor)
}

func TestEventsTailDecodesWhatIsOnTheTopics(t *testing.T) {
	t.Parallel()
	space := testenv.Kafka(t)
	publish(t, space, event(activityrecord.PostCreate, 7))
	publish(t, space, event(activityrecord.PostDelete, 8))

	for _, output := range []string{"table", "json"} {
		terminal := newTerminal(t, nil)
		out := &waiter{until: "\n", found: make(chan struct{})}
		terminal.tail(t, out, "events", "tail", "--from-beginning", "--kafka", space.Bootstrap, "--prefix", space.Prefix,
			"--type", "post_delete", "-o", output)
		select {
		case <-out.found:
		case <-time.After(30 * time.Second):
			t.Fatal("no event was printed")
		}
		require.NotContains(t, out.String(), "POST_CREATE")
		if output == "table" {
			require.Contains(t, out.String(), "POST_DELETE")
			require.Contains(t, out.String(), "post=8")
			continue
		}
		var decoded map[string]any
		require.NoError(t, json.Unmarshal([]byte(out.String()), &decoded))
		require.Equal(t, "8", decoded["postId"])
	}
}

func event(kind activityrecord.Type, post int64) *activityrecord.Event {
	at := timestamppb.New(time.Date(2026, 11, 21, 1, 2, 3, 0, time.UTC))
	state := &activityv1.PostState{AuthorId: 1, Content: "text", CreatedAt: at, UpdatedAt: at}
	if kind == activityrecord.PostDelete {
		state.Content, state.Deleted = "", true
	}
	return &activityrecord.Event{
		EventId: "01935a6e-7c1f-7000-8000-00000000000" + id(int(post)), Type: kind, MemberId: 1, PostId: post, OccurredAt: at, Version: 1,
		State: &activityv1.MemberActivityEvent_Post{Post: state},
	}
}

func publish(t *testing.T, space testenv.KafkaSpace, e *activityrecord.Event) {
	t.Helper()
	record, err := activityrecord.Encode(e, activityrecord.Origin{Source: "/test", TopicPrefix: space.Prefix})
	require.NoError(t, err)
	client := &kafka.Client{Addr: kafka.TCP(space.Bootstrap)}
	_, err = client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{
		{Topic: record.Topic, NumPartitions: 1, ReplicationFactor: 1},
	}})
	require.NoError(t, err)
	writer := &kafka.Writer{Addr: kafka.TCP(space.Bootstrap), Topic: record.Topic, RequiredAcks: kafka.RequireAll, BatchSize: 1}
	require.NoError(t, writer.WriteMessages(t.Context(), kafka.Message{Key: []byte(record.Key), Value: record.Value}))
	require.NoError(t, writer.Close())
}

// terminal is one person's command line.
type terminal struct {
	server, config, in string
	out, err           bytes.Buffer
}

func newTerminal(t *testing.T, feed *feedtest.Feed) *terminal {
	t.Helper()
	terminal := &terminal{config: t.TempDir(), in: password + "\n"}
	if feed != nil {
		terminal.server = feed.URL
	}
	return terminal
}

func (c *terminal) surroundings() ctl.Surroundings {
	return ctl.Surroundings{
		In: strings.NewReader(c.in), Out: &c.out, Err: &c.err, Config: c.config,
		Environ: func(name string) string {
			if name == "DAILYFEED_URL" {
				return c.server
			}
			return ""
		},
	}
}

func (c *terminal) run(args ...string) int {
	c.out.Reset()
	c.err.Reset()
	root := ctl.New(c.surroundings())
	root.SetArgs(args)
	return ctl.Explain(&c.err, root.Execute())
}

func (c *terminal) ok(t *testing.T, args ...string) string {
	t.Helper()
	require.Zero(t, c.run(args...), c.err.String())
	return c.out.String()
}

func (c *terminal) json(t *testing.T, into any, args ...string) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(c.ok(t, append(args, "-o", "json")...)), into))
}
