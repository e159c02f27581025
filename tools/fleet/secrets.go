package fleet

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Names in the file of secrets.
//
//nolint:gosec // names, not values (2026-11-21)
const (
	secretInternalToken = "INTERNAL_TOKEN"
	secretJWTKEK        = "JWT_KEK"
	secretCursorKey     = "CURSOR_KEY"
	secretMySQLRoot     = "MYSQL_ROOT_PASSWORD" // of the server in a container
	secretMySQLMigrate  = "MYSQL_MIGRATE_PASSWORD"
	secretMySQLMember   = "MYSQL_MEMBER_PASSWORD"
	secretMySQLContent  = "MYSQL_CONTENT_PASSWORD"
	secretMySQLTimeline = "MYSQL_TIMELINE_PASSWORD"
	secretDemoPassword  = "DEMO_PASSWORD"
)

// generators make each secret's first value.
var generators = map[string]func() string{
	secretInternalToken: randomHex,
	secretJWTKEK:        randomKey,
	secretCursorKey:     randomKey,
	secretMySQLRoot:     randomHex,
	secretMySQLMigrate:  randomHex,
	secretMySQLMember:   randomHex,
	secretMySQLContent:  randomHex,
	secretMySQLTimeline: randomHex,
	// What the contract asks of a password: both cases, a digit, a sign.
	secretDemoPassword: func() string { return "Demo!1" + randomHex()[:10] },
}

func randomKey() string { return base64.StdEncoding.EncodeToString(randomBytes(32)) }
func randomHex() string { return hex.EncodeToString(randomBytes(16)) }

func randomBytes(n int) []byte {
	bytes := make([]byte, n)
	_, _ = rand.Read(bytes) // never fails, by its contract
	return bytes
}

type secrets map[string]string

// loadSecrets reads the file and adds what is missing: a secret is made once
// and kept, since stored data depends on it.
func loadSecrets(path string) (secrets, error) {
	known, err := readSecrets(path)
	if err != nil {
		return nil, err
	}
	added := false
	for name, generate := range generators {
		if known[name] == "" {
			known[name], added = generate(), true
		}
	}
	if !added {
		return known, nil
	}
	return known, known.write(path)
}

var errSecretLine = errors.New("not a line NAME=value")

// ReadSecrets is what a fleet made for its services, by the names of their settings;
// empty where it has not made anything yet.
func ReadSecrets(c Config) (map[string]string, error) { return readSecrets(c.layout().secrets()) }

func readSecrets(path string) (secrets, error) {
	known := secrets{}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return known, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read secrets: %w", err)
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		if !found {
			return nil, fmt.Errorf("read secrets %s:%d: %w", path, n, errSecretLine)
		}
		known[name] = value
	}
	return known, lines.Err()
}

// write replaces the file as a whole, readable by its owner only.
func (s secrets) write(path string) error {
	var text strings.Builder
	text.WriteString("# Made by the local fleet. Data under data/ depends on it: lose both or none.\n")
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&text, "%s=%s\n", name, s[name])
	}
	return writeWhole(path, []byte(text.String()), 0o600)
}

// writeWhole replaces a file so that a reader sees the old or the new one.
func writeWhole(path string, text []byte, mode os.FileMode) error {
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, writeErr := draft.Write(text)
	err = errors.Join(writeErr, draft.Chmod(mode), draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(draft.Name()))
	}
	return nil
}
