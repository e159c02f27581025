package ctl_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/support/kafka"
)

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func TestTopicsShowsEachDayAndEachGroupsLag(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	require.Contains(t, p.okOn(t, "topics"), "no topics")
	require.Equal(t, "[]\n", p.okOn(t, "topics", "-o", "json"))
	p.onKafka(t, p.event(activityrecord.PostCreate, 1, 1), p.event(activityrecord.PostCreate, 2, 1))
	p.consume(t, "search", nil)
	line := lineWith(t, p.okOn(t, "topics"), p.prefix+p.day())
	require.Regexp(t, `\s6\s+2\s+2\s+2\s+0\s+2\s*$`, line, "partitions, records, lag of activity, timeline, search, content")
}

func TestKeysShowsWhichSignsAndNothingSecret(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	require.Contains(t, p.okOn(t, "keys"), "no keys")
	insert := "INSERT INTO jwt_keys (key_id, algorithm, public_key, private_key, is_primary, is_active, activated_at, expires_at, created_at, updated_at) VALUES (?, 'ES256', 'pub', 'sealed-secret', ?, ?, ?, ?, ?, ?)"
	p.exec(t, insert, "old", false, true, p.now.Add(-2*time.Hour), p.now.Add(time.Hour), p.now, p.now)
	p.exec(t, insert, "gone", false, false, p.now.Add(-9*time.Hour), p.now.Add(-time.Hour), p.now, p.now)
	p.exec(t, insert, "current", true, true, p.now.Add(-time.Hour), nil, p.now, p.now)
	out := p.okOn(t, "keys")
	lineWith(t, out, "current", "signs", "ES256")
	lineWith(t, out, "old", "verifies")
	lineWith(t, out, "gone", "retired")
	require.NotContains(t, out+p.okOn(t, "keys", "-o", "json"), "sealed-secret")
}

func TestWhileANewKeyIsPublishedTheOneBeforeSigns(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	insert := "INSERT INTO jwt_keys (key_id, algorithm, public_key, private_key, is_primary, is_active, activated_at, created_at, updated_at) VALUES (?, 'ES256', 'p', 's', ?, TRUE, ?, ?, ?)"
	p.exec(t, insert, "before", false, p.now.Add(-time.Hour), p.now, p.now)
	p.exec(t, insert, "next", true, p.now.Add(time.Hour), p.now, p.now)
	out := p.okOn(t, "keys")
	lineWith(t, out, "before", "signs")
	lineWith(t, out, "next", "verifies")
	p.on("doctor")
	lineWith(t, p.out.String(), "signing key", "well", "before signs")
}

func TestDoctorSaysWhatIsNotWellAndWhatToDo(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	require.Equal(t, 3, p.on("doctor"))
	out := p.out.String()
	for _, store := range []string{"MySQL", "Redis", "Kafka", "MongoDB"} {
		lineWith(t, out, store, "well", "answers in")
	}
	lineWith(t, out, "topics", "ILL", "content ensure-topics")
	lineWith(t, out, "signing key", "ILL", "rotate-keys")

	var names []string
	for day := range 3 {
		names = append(names, kafka.DailyTopic(p.prefix, p.now.AddDate(0, 0, day)))
	}
	_, err := p.admin.EnsureTopics(t.Context(), kafka.TopicSpec{Partitions: 1}, names...)
	require.NoError(t, err)
	p.exec(t, "INSERT INTO jwt_keys (key_id, algorithm, public_key, private_key, is_primary, is_active, activated_at, created_at, updated_at) VALUES ('k', 'ES256', 'p', 's', TRUE, TRUE, ?, ?, ?)", p.now, p.now, p.now)
	require.NotContains(t, p.okOn(t, "doctor"), "ILL")

	p.unapplied(t, "activity", "t", 1, 2, []byte("x"))
	require.Equal(t, 3, p.on("doctor"))
	lineWith(t, p.out.String(), "dead letters", "ILL", "parked 1", "parked-letters.md")
}

func TestDoctorNamesEachStoreThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	const nobody = "127.0.0.1:1"
	require.Equal(t, 3, p.on("doctor", "--kafka", nobody, "--redis", nobody, "--mysql", "x@tcp("+nobody+")/x", "--mongodb", "mongodb://"+nobody))
	for _, store := range []string{"MySQL", "Redis", "Kafka", "MongoDB"} {
		lineWith(t, p.out.String(), store, "ILL", "start it")
	}
}

func TestAStoreThatIsNeededAndDoesNotAnswerIsNamed(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	const nobody = "127.0.0.1:1"
	for _, c := range []struct {
		flag, address, store string
		args                 []string
	}{
		{"--redis", nobody, "Redis", []string{"audit"}},
		{"--redis", nobody, "Redis", []string{"events", "trace", "7"}},
		{"--kafka", nobody, "Kafka", []string{"topics"}},
		{"--mysql", "x@tcp(" + nobody + ")/x", "MySQL", []string{"keys"}},
		{"--mysql", "x@tcp(" + nobody + ")/x", "MySQL", []string{"dead-letters", "show", "content:1"}},
		{"--mongodb", "mongodb://" + nobody, "MongoDB", []string{"dead-letters", "list"}},
	} {
		require.Equal(t, 6, p.on(append(c.args, c.flag, c.address)...), c.args)
		require.Regexp(t, "does not answer: "+c.store+": [^;]*\n$", p.err.String(), c.args)
	}
}

// Kafka away is when somebody looks what waits for it.
func TestACommandDoesWithoutStoresThatItDoesNotNeed(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	away := []string{"--kafka", "127.0.0.1:1", "--redis", "127.0.0.1:1"}
	for _, args := range [][]string{{"keys"}, {"dead-letters", "list"}} {
		require.Zero(t, p.on(append(args, away...)...), p.err.String())
	}
	require.Zero(t, p.on("dead-letters", "list", "--table", "content", "--mongodb", "mongodb://127.0.0.1:1"), p.err.String())
	require.Zero(t, p.on("topics", "--redis", "127.0.0.1:1", "--mongodb", "mongodb://127.0.0.1:1"), p.err.String())
}

// Not parallel: it looks for a fleet from a folder without one.
func TestWithoutStoresAndWithoutAFleetItIsSaidWhatToGive(t *testing.T) {
	t.Chdir(t.TempDir())
	terminal := newTerminal(t, nil)
	for _, args := range [][]string{{"topics"}, {"doctor"}, {"dead-letters", "show", "content:1"}, {"events", "trace", "7"}, {"audit", "--repair"}, {"keys"}} {
		require.Equal(t, 6, terminal.run(args...), args)
		require.Contains(t, terminal.err.String(), "make up")
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	terminal := newTerminal(t, nil)
	for _, command := range [][]string{
		{},
		{"events"},
		{"events", "tail"},
		{"events", "trace"},
		{"dead-letters"},
		{"dead-letters", "list"},
		{"dead-letters", "show"},
		{"dead-letters", "retry"},
		{"dead-letters", "discard"},
		{"topics"},
		{"keys"},
		{"audit"},
		{"doctor"},
	} {
		require.Contains(t, terminal.ok(t, append(command, "--help")...), "Usage:")
	}
	require.Equal(t, 1, terminal.run("dead-letters", "list", "-o", "xml"))
	require.Equal(t, 1, terminal.run("topics", "all"))
}
