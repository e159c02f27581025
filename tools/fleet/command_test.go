package fleet_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/fleet"
)

func TestASubcommandIsToldWhatItsServiceIsTold(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	f := h.up(t)
	served := h.environmentOf(t, f, "/api/posts")
	config, out := h.config, &lockedBuffer{}
	config.Out, config.PortOffset = out, 0 // as somebody who does not know it would call

	require.NoError(t, fleet.Command(t.Context(), config, "content", "say", "--from", "2026-11-21"))
	told := variables(out.String())
	require.Equal(t, "say --from 2026-11-21", told["ARGS"])
	for _, name := range []string{"MYSQL_DSN", "REDIS_ADDR", "KAFKA_BOOTSTRAP_SERVERS", "MEMBER_URL", "INTERNAL_TOKEN"} {
		require.NotEmpty(t, served[name], name)
		require.Equal(t, served[name], told[name], name)
	}
	require.NotContains(t, told, "MYSQL_MIGRATE_DSN")
	require.NotContains(t, told, "JWT_KEK")
}

func TestASubcommandThatFailsFails(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.up(t)
	out := &lockedBuffer{}
	h.config.Out = out
	require.ErrorContains(t, fleet.Command(t.Context(), h.config, "content", "say", "--fail"), "content say --fail: exit status 1")
	require.Contains(t, out.String(), "content: as it was told")
	require.ErrorContains(t, fleet.Command(t.Context(), h.config, "posts", "say"), `"posts" is none of member, content`)
}

func TestASubcommandNeedsARunningFleet(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, fleet.Command(t.Context(), newHome(t).config, "content", "say"), fleet.ErrNotRunning)
}

func TestAStandInForMongoDBIsSaidLoudly(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.up(t)
	_, err := exec.LookPath("mongod")
	require.Equal(t, err != nil, strings.Contains(h.out.String(), "!!! this is NOT MongoDB"), h.out.String())
}

func variables(text string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		found[name] = value
	}
	return found
}
