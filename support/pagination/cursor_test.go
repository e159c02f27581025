package pagination_test

import (
	"bytes"
	"encoding/base64"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/pagination"
)

var scope = pagination.Scope{"timeline:posts", "member=7", "window=24h"}

func TestSealedPositionOpensAsItWas(t *testing.T) {
	t.Parallel()
	sealer := newSealer(t)
	for _, position := range []pagination.Position{
		{},
		{Page: 1, Numbers: []int64{0}},
		{Page: 12345, Numbers: []int64{math.MinInt64, -1, math.MaxInt64}, Texts: []string{"", "한글", strings.Repeat("x", 300)}},
	} {
		cursor := sealer.Seal(scope, position)
		require.Regexp(t, `^[A-Za-z0-9_-]+$`, cursor)
		require.Equal(t, cursor, sealer.Seal(scope, position), "equal positions have equal cursors")
		opened, err := sealer.Open(cursor, scope)
		require.NoError(t, err)
		require.Equal(t, position, opened)
	}
}

func TestEveryChangedBitIsRefused(t *testing.T) {
	t.Parallel()
	sealer := newSealer(t)
	sealed, err := base64.RawURLEncoding.DecodeString(sealer.Seal(scope, pagination.Position{Page: 2, Numbers: []int64{1719000000123456, 42}, Texts: []string{"id"}}))
	require.NoError(t, err)
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			_, err := sealer.Open(base64.RawURLEncoding.EncodeToString(changed), scope)
			require.ErrorIs(t, err, pagination.ErrBadCursor)
		}
	}
	for cut := range sealed {
		_, err := sealer.Open(base64.RawURLEncoding.EncodeToString(sealed[:cut]), scope)
		require.ErrorIs(t, err, pagination.ErrBadCursor)
	}
}

func TestCursorOfAnotherListIsRefused(t *testing.T) {
	t.Parallel()
	sealer := newSealer(t)
	cursor := sealer.Seal(scope, pagination.Position{Numbers: []int64{1}})
	for _, other := range []pagination.Scope{
		nil,
		{"timeline:posts"},
		{"timeline:posts", "member=8", "window=24h"},
		{"timeline:comments", "member=7", "window=24h"},
		{"timeline:posts", "member=7", "window=24h", ""},
		{"timeline:posts", "member=7window=24h"},
		{"timeline:postsm", "ember=7", "window=24h"},
	} {
		_, err := sealer.Open(cursor, other)
		require.ErrorIs(t, err, pagination.ErrBadCursor, "%q", other)
	}
}

func TestCursorOfAnotherKeyIsRefused(t *testing.T) {
	t.Parallel()
	other, err := pagination.NewSealer(bytes.Repeat([]byte{8}, 32))
	require.NoError(t, err)
	_, err = newSealer(t).Open(other.Seal(scope, pagination.Position{}), scope)
	require.ErrorIs(t, err, pagination.ErrBadCursor)
}

func TestOnlyOneSpellingOfACursorIsTaken(t *testing.T) {
	t.Parallel()
	sealer := newSealer(t)
	cursor := sealer.Seal(scope, pagination.Position{Numbers: []int64{1, 2}})
	require.NotZero(t, len(cursor)%4, "the case below needs trailing bits")
	last := cursor[len(cursor)-1]
	for _, spelling := range []string{
		cursor + "=", cursor + "==", cursor + "\n", cursor[:4] + "\r\n" + cursor[4:], " " + cursor, cursor + "A",
		cursor[:len(cursor)-1] + string(last+1), strings.Repeat("A", 5000), "",
	} {
		_, err := sealer.Open(spelling, scope)
		require.ErrorIs(t, err, pagination.ErrBadCursor, "%q", spelling)
	}
}

func TestShortKeyIsRefused(t *testing.T) {
	t.Parallel()
	_, err := pagination.NewSealer(make([]byte, 31))
	require.ErrorIs(t, err, pagination.ErrShortKey)
}

func FuzzOpen(f *testing.F) {
	sealer, err := pagination.NewSealer(bytes.Repeat([]byte{7}, 32))
	require.NoError(f, err)
	f.Add(sealer.Seal(scope, pagination.Position{Page: 1, Numbers: []int64{5}, Texts: []string{"a"}}))
	f.Add("AQAAAA")
	f.Fuzz(func(t *testing.T, cursor string) {
		position, err := sealer.Open(cursor, scope)
		if err == nil {
			require.Equal(t, cursor, sealer.Seal(scope, position))
		}
	})
}
