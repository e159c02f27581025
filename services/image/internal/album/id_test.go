package album_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
)

func TestAnIDIsAUUIDInItsTextForm(t *testing.T) {
	t.Parallel()
	for range 100 {
		text := uuid.NewString()
		id, ok := album.ParseID(text)
		require.True(t, ok, text)
		require.Equal(t, album.ImageID(text), id)
	}
}

func TestWhatIsNoUUIDNamesNoPicture(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "x", "../../../../../../etc/passwd/../../../..", // 36 and more of a path
		"00000000-0000-0000-0000-00000000000", "00000000-0000-0000-0000-0000000000000",
		"0000000000000-0000-0000-0000-00000000", "00000000-0000-0000-0000-00000000000G",
		"00000000-0000-0000-0000-00000000000A", "00000000/0000-0000-0000-000000000000",
		"-00000000000-0000-0000-0000-00000000", "0000000000000000000000000000000000-0",
		"00000000-0000-0000-0000-0000000000\n0", "사진", "00000000-0000-0000-0000-00000000가",
	} {
		_, ok := album.ParseID(text)
		require.False(t, ok, text)
	}
}
