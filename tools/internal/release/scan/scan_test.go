package scan_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/scan"
)

// database is one of a single weakness: of fmt.Sprint in every standard library.
func database(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, "GO-2999-0001.json", `{
		"schema_version": "1.3.1", "id": "GO-2999-0001", "modified": "2026-11-20T00:00:00Z", "published": "2026-11-20T00:00:00Z",
		"summary": "planted", "details": "planted",
		"affected": [{
			"package": {"name": "stdlib", "ecosystem": "Go"},
			"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.999.0"}]}],
			"ecosystem_specific": {"imports": [{"path": "fmt", "symbols": ["Sprint"]}]}
		}]}`)
	return "file://" + folder
}

func write(t *testing.T, folder, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
}

// program is the folder of a module that says something.
func program(t *testing.T, code string) string {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, "go.mod", "module example.org/shop\n\ngo 1.26.0\n")
	write(t, folder, "main.go", "package main\n\n"+code)
	return folder
}

const (
	weak  = "import \"fmt\"\n\nfunc main() { println(fmt.Sprint(1)) }\n"
	sound = "func main() { println(1) }\n"
)

func compile(t *testing.T, folder string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "shop")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w -buildid=", "-o", file, ".")
	build.Dir = folder
	build.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0", "GOFLAGS=")
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	return file
}

func TestAWeaknessIsFoundInAFinishedProgram(t *testing.T) {
	t.Parallel()
	found, err := scan.Program(t.Context(), compile(t, program(t, weak)), database(t))
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "GO-2999-0001", found[0].ID)
	require.Equal(t, "stdlib", found[0].Module)
	require.Equal(t, "v1.999.0", found[0].Fixed)
	require.Contains(t, found[0].String(), strings.TrimPrefix(runtime.Version(), "go"))
}

func TestAProgramWithoutWeaknessesIsWell(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	write(t, empty, "GO-2999-0002.json", `{"id": "GO-2999-0002", "modified": "2026-11-20T00:00:00Z", "affected": [{"package": {"name": "example.org/other", "ecosystem": "Go"}}]}`)
	found, err := scan.Program(t.Context(), compile(t, program(t, weak)), "file://"+empty)
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestInCodeOnlyWhatIsCalledCounts(t *testing.T) {
	t.Parallel()
	known := database(t)
	found, err := scan.Source(t.Context(), program(t, weak), known)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "fmt.Sprint", found[0].Symbol)
	found, err = scan.Source(t.Context(), program(t, sound), known)
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestWhatCannotBeLookedAtIsNotWell(t *testing.T) {
	t.Parallel()
	known := database(t)
	folder := t.TempDir()
	write(t, folder, "text", "no program")
	_, err := scan.Program(t.Context(), filepath.Join(folder, "text"), known)
	require.Error(t, err)
	_, err = scan.Program(t.Context(), compile(t, program(t, sound)), "file://"+filepath.Join(folder, "absent"))
	require.Error(t, err)
	_, err = scan.Source(t.Context(), program(t, "func main() { nothing() }\n"), known)
	require.Error(t, err)
}

func TestCertificatesEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	text := append(certificate(t, "old", now.AddDate(0, 0, -1)), certificate(t, "good", now.AddDate(0, 0, 1))...)
	ended, err := scan.Expired(text, now)
	require.NoError(t, err)
	require.Equal(t, []string{"CN=old"}, ended)
	_, err = scan.Expired([]byte("none"), now)
	require.Error(t, err)
}

func certificate(t *testing.T, name string, end time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: end.AddDate(-1, 0, 0), NotAfter: end}
	made, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made})
}
