package pagination

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A sealed payload can still be of another time: each of these would pass the seal.
func TestBrokenPayloadsAreRefused(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string][]byte{
		"another format":        {2, 0, 0, 0},
		"no counts":             {1},
		"no texts":              {1, 0, 0},
		"fewer numbers":         {1, 0, 2, 2},
		"huge number of texts":  {1, 0, 0, 255, 255, 255, 255, 15},
		"text longer than rest": {1, 0, 0, 1, 9, 'a'},
		"more behind":           {1, 0, 0, 0, 0},
		"endless varint":        {1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
		"page beyond int32":     {1, 255, 255, 255, 255, 15, 0, 0},
	} {
		_, err := decodePosition(payload)
		require.ErrorIs(t, err, ErrBadCursor, name)
	}
}
