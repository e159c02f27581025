package guard_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	// password and wrongPassword are what everybody here uses.
	password      = "Lantern#2026q"
	wrongPassword = "Lantern#2026w"
	mailDomain    = "@guard-mail.example"
	// canary is in every text that is written here, and in every keyword.
	canary = "kanarienvogel"
)

// secretsInLogs are what no line of any program may hold, at any level: a
// password, an e-mail, a token, a cookie, a hash, a text.
var secretsInLogs = []string{password, wrongPassword, mailDomain, "eyJhbGciOi", "refresh_token=", "device=", "argon2id", canary}

var errLeak = errors.New("a log holds what it must not")

// findLeaks reads the logs of all programs of a fleet.
func findLeaks(folder string) error {
	logs, err := filepath.Glob(filepath.Join(folder, "*.log"))
	if err != nil {
		return err
	}
	secrets := append([]string{}, secretsInLogs...)
	for _, name := range []string{"INTERNAL_TOKEN", "JWT_KEK", "CURSOR_KEY"} {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(folder), "secrets.env"))
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			if value, found := strings.CutPrefix(strings.TrimSpace(line), name+"="); found && value != "" {
				secrets = append(secrets, value)
			}
		}
	}
	var leaks []error
	lines := 0
	for _, log := range logs {
		text, err := os.ReadFile(log)
		if err != nil {
			return err
		}
		lines += bytes.Count(text, []byte("\n"))
		for _, secret := range secrets {
			if at := bytes.Index(text, []byte(secret)); at >= 0 {
				leaks = append(leaks, fmt.Errorf("%w: %s: %s", errLeak, filepath.Base(log), lineAt(text, at)))
			}
		}
	}
	if lines == 0 {
		return fmt.Errorf("%w: there is no line at all in %s", errLeak, folder)
	}
	return errors.Join(leaks...)
}

func lineAt(text []byte, at int) string {
	begin := bytes.LastIndexByte(text[:at], '\n') + 1
	end := bytes.IndexByte(text[at:], '\n')
	if end < 0 {
		end = len(text) - at
	}
	const longest = 1000
	return string(text[begin:min(at+end, begin+longest)])
}

func TestASecretInALogIsFound(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"a token":              `{"error":"bad eyJhbGciOiJFUzI1NiJ9.e30.x"}`,
		"a password":           `{"body":"` + password + `"}`,
		"an e-mail":            `{"who":"a` + mailDomain + `"}`,
		"a cookie":             `{"cookie":"refresh_token=abc"}`,
		"a text":               `{"path":"/api/search/posts?keyword=` + canary + `"}`,
		"a secret of settings": `{"settings":"0123456789abcdef"}`,
		"nothing at all":       "",
	} {
		folder := filepath.Join(t.TempDir(), "logs")
		require.NoError(t, os.Mkdir(folder, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(folder), "secrets.env"), []byte("INTERNAL_TOKEN=0123456789abcdef\n"), 0o600))
		text := ""
		if line != "" {
			text = "fine\n" + line + "\nfine\n"
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, "member.log"), []byte(text), 0o600))
		require.ErrorIs(t, findLeaks(folder), errLeak, name)
		require.NoError(t, os.WriteFile(filepath.Join(folder, "member.log"), []byte("fine\n"), 0o600))
		require.NoError(t, findLeaks(folder))
	}
}
