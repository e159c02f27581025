package app

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestI1AMemberUploadsSoManyPicturesADay(t *testing.T) {
	t.Parallel()
	s := open(t, "IMAGE_UPLOADS_PER_DAY=2")
	s.keep(t, 7)
	require.Equal(t, "UNSUPPORTED_IMAGE_TYPE", s.upload(t, 7, "/api/images/upload", "image", "a", []byte("text")).Code, "what is refused does not count")
	s.keep(t, 7)
	got := s.upload(t, 7, "/api/images/upload/profile", "image", "a.png", photo(t, 10, 10))
	require.Equal(t, 429, got.status)
	require.Equal(t, "TOO_MANY_REQUESTS", got.Code)
	require.NotEmpty(t, got.header.Get("Retry-After"))
	s.keep(t, 8)
}
