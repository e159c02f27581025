package installertest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhereTheClusterDoesNotSayWhatItKeepsNothingIsMadeAnew(t *testing.T) {
	t.Parallel()
	for _, unknown := range []string{"mysql-secret .*root-password", "dailyfeed-secret .*cursor-key", "member-secret .*jwt-kek", "mongodb-secret .*root-password"} {
		m := newMachine(t)
		require.Zero(t, m.install(tag).code)
		before := m.secrets()
		m.put("fail", "get secret "+unknown)
		got := m.install(tag)
		require.Equal(t, 1, got.code, unknown)
		require.Equal(t, before, m.secrets(), unknown)
		m.forget("fail")
		require.Zero(t, m.install(tag).code)
		require.Equal(t, before, m.secrets(), unknown)
	}
}

// checksum is the part of the fleet's values that replaces pods.
func (m *machine) checksum() string {
	for line := range strings.SplitSeq(m.read("values.yaml"), "\n") {
		if strings.Contains(line, "secretsChecksum") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func TestPodsAreReplacedForASecretOfTheirsAndForNoOther(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	require.Zero(t, m.install(tag).code)
	before := m.checksum()
	require.NotEmpty(t, before)
	require.Zero(t, m.install(tag, "--seed").code)
	require.Zero(t, m.install(tag).code)
	require.Equal(t, before, m.checksum(), "the demo member's password is not theirs")
	m.forget("secrets/dailyfeed.dailyfeed-secret")
	require.Zero(t, m.install(tag).code)
	require.NotEqual(t, before, m.checksum())
}

// pending says that a Helm changes the fleet's release since then.
func (m *machine) pending(since time.Time) {
	m.put("pending", fmt.Sprintf("sh.helm.release.v1.dailyfeed.v2 %d\n", since.Unix()))
}

func TestWhatAKilledHelmLeftIsTakenOver(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.pending(time.Unix(1, 0))
	got := m.install(tag)
	require.Zero(t, got.code, got.output)
	require.Contains(t, got.output, "a change of dailyfeed was broken off")
	taken := slices.IndexFunc(m.changes(), func(call string) bool {
		return strings.Contains(call, "delete secret sh.helm.release.v1.dailyfeed.v2")
	})
	again := slices.IndexFunc(m.changes(), func(call string) bool { return strings.Contains(call, "upgrade --install dailyfeed ") })
	require.Positive(t, taken)
	require.Less(t, taken, again)
}

func TestAHelmAtWorkIsAwaited(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.pending(time.Now().Add(time.Hour))
	got := m.install(tag)
	require.Zero(t, got.code, got.output)
	require.Contains(t, got.output, "taken over in")
	require.NotContains(t, m.read("changes"), "delete secret")
}

func TestTokensAreCheckedByTheMeshOnceThereAreKeys(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	got := m.install(tag, "--mesh", "on")
	require.Zero(t, got.code, got.output)
	rules := func() []string {
		var all []string
		for call := range strings.SplitSeq(m.read("calls"), "\n") {
			if strings.Contains(call, "upgrade --install dailyfeed-istio ") || strings.HasSuffix(call, "/.well-known/jwks.json") {
				all = append(all, call)
			}
		}
		return all
	}
	first := rules()
	require.GreaterOrEqual(t, len(first), 3)
	require.Contains(t, first[0], "jwt.enabled=false")
	require.Contains(t, first[1], "curl")
	require.NotContains(t, first[2], "jwt.enabled=false")
	require.Contains(t, first[2], "jwt.jwksUri=http://gateway.istio-ingress.svc.cluster.local/.well-known/jwks.json?installation=")

	m.forget("calls")
	require.Zero(t, m.install(tag, "--mesh", "on").code)
	require.NotContains(t, strings.Join(rules(), "\n"), "jwt.enabled=false", "checks that are there stay")
}

func TestWithoutSidecarsTheGatewayIsBelieved(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	require.Zero(t, m.install(tag).code)
	require.Contains(t, m.read("values.yaml"), `TRUSTED_PROXIES: "10.244.1.0/24,10.244.0.0/24"`)
	require.Zero(t, m.install(tag, "--mesh", "on").code)
	require.NotContains(t, m.read("values.yaml"), "TRUSTED_PROXIES")
}

func TestWhatTakesLongIsSeenWhileItDoes(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.put("slow", "upgrade --install dailyfeed ")
	m.put("pods", "dailyfeed-member-migrate-x  0/1  ImagePullBackOff  0  1m\n")
	got := m.install(tag)
	require.Zero(t, got.code, got.output)
	require.Regexp(t, `dailyfeed: \d+s  dailyfeed-member-migrate-x ImagePullBackOff`, got.output)
}

func TestAClusterOfKindsThatIsNotThereNeedsNoRemoving(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	got := m.run("local-uninstall.sh")
	require.Zero(t, got.code, got.output)
	require.Contains(t, got.output, "nothing to remove")
	require.Empty(t, m.changes())
}
