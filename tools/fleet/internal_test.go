package fleet

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

func TestSecretsAreMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets.env")
	first, err := loadSecrets(path)
	require.NoError(t, err)
	again, err := loadSecrets(path)
	require.NoError(t, err)
	require.Equal(t, first, again)

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	for _, name := range []string{secretJWTKEK, secretCursorKey} {
		key, err := base64.StdEncoding.DecodeString(first[name])
		require.NoError(t, err)
		require.Len(t, key, 32, name)
	}
}

func TestSecretsKeepWhatIsThereAndAddWhatIsNot(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets.env")
	require.NoError(t, os.WriteFile(path, []byte("# mine\n\nINTERNAL_TOKEN=mine=1\n"), 0o600))
	s, err := loadSecrets(path)
	require.NoError(t, err)
	require.Equal(t, "mine=1", s[secretInternalToken])
	require.Len(t, s, len(generators))
}

func TestSecretsRefuseABrokenFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets.env")
	require.NoError(t, os.WriteFile(path, []byte("INTERNAL_TOKEN\n"), 0o600))
	_, err := loadSecrets(path)
	require.ErrorIs(t, err, errSecretLine)
	require.ErrorContains(t, err, ":1:")
}

func TestTheDemoPasswordKeepsTheRules(t *testing.T) {
	t.Parallel()
	for range 100 {
		password := generators[secretDemoPassword]()
		require.GreaterOrEqual(t, len(password), 8)
		for _, rule := range []string{`[a-z]`, `[A-Z]`, `[0-9]`, `[@$!%*?&#]`, `^[A-Za-z0-9@$!%*?&#]+$`} {
			require.Regexp(t, rule, password)
		}
	}
}

func TestRightsForEachTable(t *testing.T) {
	t.Parallel()
	const member, content, timeline = "dailyfeed_member", "dailyfeed_content", "dailyfeed_timeline"
	for table, want := range map[string]map[string]string{
		"members":                        {member: readWrite},
		"member_follows":                 {member: readWrite},
		"member_publisher_dead_letters":  {member: readWrite},
		"jwt_refresh_tokens":             {member: readWrite},
		"posts":                          {content: readWrite, timeline: readOnly},
		"post_likes":                     {content: readWrite, timeline: readOnly},
		"comments":                       {content: readWrite, timeline: readOnly},
		"comment_likes":                  {content: readWrite, timeline: readOnly},
		"content_publisher_dead_letters": {content: readWrite},
		"content_idempotency_keys":       {content: readWrite},
	} {
		all, err := rightsFor(table)
		require.NoError(t, err)
		got := map[string]string{}
		for _, r := range all {
			require.Equal(t, table, r.table)
			got[r.user] = r.verbs
		}
		require.Equal(t, want, got, table)
	}
	_, err := rightsFor("postscripts")
	require.ErrorIs(t, err, errNobodysTable)
}

func TestALogLineBecomesReadable(t *testing.T) {
	t.Parallel()
	c := newConsole(&bytes.Buffer{}, false, nil)
	line := `{"time":"2026-11-21T01:02:03.004Z","level":"WARN","msg":"slow","service":"content","took":12,"error":"a b","path":"/api"}`
	local := time.Date(2026, 11, 21, 1, 2, 3, 4e6, time.UTC).Local().Format("15:04:05.000")
	require.Equal(t, local+` WARN  slow error="a b" path=/api took=12`, c.readable([]byte(line)))
	for _, other := range []string{"plain", "{broken", `["x"]`} {
		require.Equal(t, other, c.readable([]byte(other)))
	}
}

func TestThePartsShareTheTerminalLineByLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	folder := t.TempDir()
	c := newConsole(&out, false, func(name string) string { return filepath.Join(folder, name) })
	one, two := c.writer("one"), c.writer("two")
	write(t, one, "before\n")
	c.goLive()
	write(t, one, "first ha")
	write(t, two, "whole\n")
	write(t, one, "lf\nsecond\n")
	write(t, one, strings.Repeat("x", maxLine+1))
	require.NoError(t, c.close())

	lines := strings.Split(out.String(), "\n")
	require.Equal(t, []string{"two        | whole", "one        | first half", "one        | second"}, lines[:3])
	require.Len(t, lines[3], len("one        | ")+maxLine+1)
	kept, err := os.ReadFile(filepath.Join(folder, "one"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(kept), "before\nfirst half\nsecond\n"))
}

func TestColoursAreForTerminalsOnly(t *testing.T) {
	t.Parallel()
	require.Equal(t, "\x1b[31mx\x1b[0m", newConsole(nil, true, nil).paint(red, "x"))
	require.Equal(t, "x", newConsole(nil, false, nil).paint(red, "x"))
}

func TestTheLockNamesItsHolderUntilItIsGivenBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	_, err := holder(path)
	require.ErrorIs(t, err, ErrNotRunning)

	lock, err := takeLock(path)
	require.NoError(t, err)
	pid, err := holder(path)
	require.NoError(t, err)
	require.Equal(t, os.Getpid(), pid)
	_, err = takeLock(path)
	require.ErrorIs(t, err, ErrRunning)

	require.NoError(t, lock.release())
	_, err = holder(path)
	require.ErrorIs(t, err, ErrNotRunning)
}

func TestPasswordsAreNotPrinted(t *testing.T) {
	t.Parallel()
	require.Equal(t, "root:***@tcp(127.0.0.1:13306)/", maskPassword("root:secret@tcp(127.0.0.1:13306)/"))
	require.Equal(t, "root@tcp(127.0.0.1:13306)/", maskPassword("root@tcp(127.0.0.1:13306)/"))
	require.Equal(t, "CREATE USER 'a'@'%'", withoutPassword("CREATE USER 'a'@'%' IDENTIFIED BY 'secret'"))
}

func TestTheCallersStoresDoNotReachServicesByAccident(t *testing.T) {
	t.Parallel()
	env := inherited([]string{"PATH=/bin", "MYSQL_DSN=x", "LOG_LEVEL=debug", "JWT_KEK=y"})
	require.Equal(t, []string{"PATH=/bin", "LOG_LEVEL=debug"}, env)
}

func TestContainersAreStartedAndStoppedByCompose(t *testing.T) {
	// Not parallel: it puts a docker on the PATH that writes down what it is told.
	folder := t.TempDir()
	calls := filepath.Join(folder, "calls")
	script := "#!/bin/sh\necho \"$@ port=$MYSQL_PORT password=$MYSQL_ROOT_PASSWORD\" >> " + calls + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "docker"), []byte(script), 0o700))
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	f, err := open(Config{Root: folder, PortOffset: 7, Environ: []string{"INFRA=docker"}, Out: &bytes.Buffer{}})
	require.NoError(t, err)

	part, err := f.dockerStores()
	require.NoError(t, err)
	require.NoError(t, f.supervisor.Start(t.Context(), part))
	require.NoError(t, f.Stop())

	text, err := os.ReadFile(calls)
	require.NoError(t, err)
	file := filepath.Join(folder, ".local", "compose.yaml")
	environment := " port=13313 password=" + f.secrets[secretMySQLRoot] + "\n"
	require.Equal(t, "compose --file "+file+" --project-name dailyfeed-8087 up --detach --wait"+environment+
		"compose --file "+file+" --project-name dailyfeed-8087 stop --timeout 5"+environment, string(text))
	require.FileExists(t, file)
	require.Equal(t, "root:"+f.secrets[secretMySQLRoot]+"@tcp(127.0.0.1:13313)/?parseTime=true&loc=UTC", f.stores.MySQL)
}

func TestHealthyNeedsEveryPart(t *testing.T) {
	t.Parallel()
	ready := PartHealth{Status: supervisor.Status{State: supervisor.Ready}}
	sick := PartHealth{Status: supervisor.Status{State: supervisor.Ready}, URL: "http://x", Health: "503"}
	require.True(t, Healthy([]PartHealth{ready}))
	require.False(t, Healthy([]PartHealth{ready, sick}))
	require.False(t, Healthy([]PartHealth{ready, {Status: supervisor.Status{State: supervisor.Crashed}}}))
	require.False(t, Healthy(nil))
}

func write(t *testing.T, p *partLog, text string) {
	t.Helper()
	_, err := p.Write([]byte(text))
	require.NoError(t, err)
}
