package member

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzDeviceToken: nothing but what was made for a member's present password
// makes a device known.
func FuzzDeviceToken(f *testing.F) {
	secrets := NewSecrets(bytes.NewReader(bytes.Repeat([]byte{7}, 1<<20)), bytes.Repeat([]byte{9}, 32))
	changed := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	good, err := secrets.newDeviceToken(42, changed)
	require.NoError(f, err)
	for _, token := range []string{good, "", ".", good + "=", strings.ToLower(good), good[:len(good)-1], "." + good, good + ".", strings.Replace(good, ".", "..", 1)} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		require.Equal(t, token == good, secrets.knowsDevice(token, 42, changed), "%q", token)
		require.False(t, secrets.knowsDevice(token, 43, changed))
		require.False(t, secrets.knowsDevice(token, 42, changed.Add(time.Microsecond)))
	})
}

// FuzzRefreshTokenHash: a hash is read only as it is written.
func FuzzRefreshTokenHash(f *testing.F) {
	for _, text := range []string{"", "00", strings.Repeat("a", 64), strings.Repeat("A", 64), strings.Repeat("g", 64), strings.Repeat("0", 65), " " + strings.Repeat("0", 63)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hash, ok := ParseTokenHash(text)
		if ok {
			require.Equal(t, text, hex.EncodeToString(hash[:]))
		}
	})
}
