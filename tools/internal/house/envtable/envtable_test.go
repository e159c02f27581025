package envtable_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/envtable"
	"github.com/dailyfeed/dailyfeed/tools/internal/house/housetest"
)

const config = `package config

import (
	"time"

	web "example.org/support/httpserver"
)

// Config is all settings.
type Config struct {
	web.Settings
	// DSN is how to reach the database.
	DSN process.Secret ` + "`env:\"MYSQL_DSN,required\"`" + `
	// Wait for a lock,
	// at most.
	Wait time.Duration ` + "`env:\"LOCK_WAIT\" envDefault:\"5s\"`" + `
	Queue queue ` + "`envPrefix:\"QUEUE_\"`" + `
	// Key signs cursors | cookies.
	Key  process.Secret ` + "`env:\"CURSOR_KEY\"`" + `
	Clock func() time.Time
}

type queue struct {
	Length int ` + "`env:\"LENGTH\" envDefault:\"10\"`" + ` // how many events wait
}
`

const table = "| variable | default | meaning |\n|---|---|---|\n" +
	"| `PORT` | `8080` | Port of the public listener; 0 takes a free one |\n" +
	"| `MYSQL_DSN` | required, secret | How to reach the database |\n" +
	"| `LOCK_WAIT` | `5s` | Wait for a lock, at most |\n" +
	"| `QUEUE_LENGTH` | `10` | How many events wait |\n" +
	"| `CURSOR_KEY` | secret | Signs cursors \\| cookies |\n"

func house() map[string]string {
	return map[string]string{
		"go.work":                    "go 1.26.0\nuse ./services/shop\nuse ./support/httpserver\n",
		"services/shop/go.mod":       "module example.org/services/shop\n",
		"services/shop/README.md":    "# shop\n",
		"support/httpserver/go.mod":  "module example.org/support/httpserver\n",
		"support/httpserver/http.go": "package httpserver\n\ntype Settings struct {\n\t// Port of the public listener; 0 takes a free one.\n\tPort int `env:\"PORT\" envDefault:\"8080\"`\n}\n",

		"services/shop/internal/config/config.go": config,
	}
}

func TestFixWritesTheTableAndIsThenContent(t *testing.T) {
	t.Parallel()
	w := housetest.Workspace(t, house())

	_, findings, err := envtable.Check(w, false)
	require.NoError(t, err)
	require.Equal(t, []string{"services/shop/README.md: the table of settings is not what internal/config says"}, housetest.Faults(findings))

	written, findings, err := envtable.Check(w, true)
	require.NoError(t, err)
	require.Empty(t, findings)
	require.Equal(t, []string{"services/shop/README.md"}, written)
	require.Equal(t, "# shop\n\n## Settings\n\n"+envtable.Begin+"\n"+table+envtable.End+"\n", housetest.Read(t, w.Root, "services/shop/README.md"))

	written, findings, err = envtable.Check(w, true)
	require.NoError(t, err)
	require.Empty(t, findings)
	require.Empty(t, written)
}

func TestTheTableIsReplacedWhereItStands(t *testing.T) {
	t.Parallel()
	text, err := envtable.Insert("# a\n"+envtable.Begin+"\nold\n"+envtable.End+"\nmore\n", "new\n")
	require.NoError(t, err)
	require.Equal(t, "# a\n"+envtable.Begin+"\nnew\n"+envtable.End+"\nmore\n", text)

	_, err = envtable.Insert("# a\n"+envtable.Begin+"\nold\n", "new\n")
	require.ErrorIs(t, err, envtable.ErrNoMarks)
}

func TestSettingsWithoutCommentsAreFound(t *testing.T) {
	t.Parallel()
	files := house()
	files["services/shop/internal/config/config.go"] = "package config\n\ntype Config struct {\n\tPort int `env:\"PORT\"`\n}\n"
	_, findings, err := envtable.Check(housetest.Workspace(t, files), true)
	require.NoError(t, err)
	require.Equal(t, []string{"services/shop/internal/config: PORT has no comment that says what it means"}, housetest.Faults(findings))
}

func TestServicesWithoutSettingsOrReadmeAreFound(t *testing.T) {
	t.Parallel()
	files := house()
	delete(files, "services/shop/internal/config/config.go")
	_, findings, err := envtable.Check(housetest.Workspace(t, files), false)
	require.NoError(t, err)
	require.Equal(t, []string{"services/shop/internal/config: has no struct named Config"}, housetest.Faults(findings))

	files = house()
	delete(files, "services/shop/README.md")
	_, findings, err = envtable.Check(housetest.Workspace(t, files), false)
	require.NoError(t, err)
	require.Equal(t, []string{"services/shop/README.md: is missing"}, housetest.Faults(findings))
}
