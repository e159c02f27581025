package app

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

func TestI1I2AnUploadIsViewedByAnyone(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		id := s.keep(t, 7)
		require.Regexp(t, `^[0-9a-f-]{36}$`, id)
		view := "/api/images/view/" + id
		got := s.send(t, 0, "GET", view, "", nil)
		require.Equal(t, 200, got.status)
		require.Equal(t, "image/jpeg", got.header.Get("Content-Type"))
		require.Equal(t, strconv.Itoa(len(got.body)), got.header.Get("Content-Length"))
		require.Equal(t, []string{"public, max-age=31536000, immutable"}, got.header.Values("Cache-Control"))
		require.Equal(t, "default-src 'none'", got.header.Get("Content-Security-Policy"))
		require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
		require.Equal(t, "inline", got.header.Get("Content-Disposition"))
		m, _, err := image.Decode(strings.NewReader(got.body))
		require.NoError(t, err)
		require.Equal(t, image.Pt(400, 300), m.Bounds().Size())

		small := s.send(t, 0, "GET", view+"?thumbnail=true", "", nil)
		m, _, err = image.Decode(strings.NewReader(small.body))
		require.NoError(t, err)
		require.Equal(t, image.Pt(150, 150), m.Bounds().Size())
		require.NotEqual(t, got.header.Get("ETag"), small.header.Get("ETag"))

		head := s.send(t, 0, "HEAD", view, "", nil)
		require.Equal(t, 200, head.status)
		require.Empty(t, head.body)
		require.Equal(t, got.header.Get("Content-Length"), head.header.Get("Content-Length"))
		require.Equal(t, 304, s.send(t, 0, "GET", view, "", nil, "If-None-Match", got.header.Get("ETag")).status)
		part := s.send(t, 0, "GET", view, "", nil, "Range", "bytes=0-9")
		require.Equal(t, 206, part.status)
		require.Equal(t, got.body[:10], part.body)
		require.Equal(t, 416, s.send(t, 0, "GET", view, "", nil, "Range", "bytes=99999999-").status)
	})
}

func TestAnyReplicaSeesEveryPicture(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		id := s.keep(t, 7)
		s.join(t)
		require.Equal(t, 200, s.send(t, 0, "GET", "/api/images/view/"+id, "", nil).status)
	})
}

func TestI1UploadForProfilesIsTheSame(t *testing.T) {
	t.Parallel()
	s := open(t)
	require.Equal(t, 200, s.upload(t, 7, "/api/images/upload/profile", "image", "a.png", photo(t, 10, 10)).status)
}

func TestI1TheNameOfAFileMeansNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	names := corpus.Names()
	for _, name := range names {
		require.Equal(t, 200, s.upload(t, 7, "/api/images/upload", "image", name, photo(t, 10, 10)).status, name)
	}
	kept := s.objects(t)
	require.Len(t, kept, len(names))
	for id := range kept {
		require.Regexp(t, `^[0-9a-f-]{36}$`, id)
	}
}

func TestI1RefusesWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		for name, tc := range map[string]struct {
			part   string
			data   []byte
			status int
			code   string
		}{
			"no part":     {"other", photo(t, 10, 10), 400, "VALIDATION_FAILED"},
			"empty":       {"image", nil, 400, "EMPTY_IMAGE_FILE"},
			"too large":   {"image", append(photo(t, 10, 10), make([]byte, 5<<20)...), 413, "FILE_TOO_LARGE"},
			"text":        {"image", []byte("hello"), 415, "UNSUPPORTED_IMAGE_TYPE"},
			"half header": {"image", []byte("\x89PNG\r\n\x1a\nxx"), 400, "INVALID_IMAGE_SIGNATURE"},
			"truncated":   {"image", photo(t, 50, 50)[:200], 400, "CORRUPTED_IMAGE"},
		} {
			got := s.upload(t, 7, "/api/images/upload", tc.part, "a.png", tc.data)
			require.Equal(t, tc.code, got.Code, name)
			require.Equal(t, tc.status, got.status, name)
		}
		got := s.send(t, 7, "POST", "/api/images/upload", "application/json", strings.NewReader("{}"))
		require.Equal(t, "VALIDATION_FAILED", got.Code)
		got = s.send(t, 7, "POST", "/api/images/upload", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nbroken"))
		require.Equal(t, "MALFORMED_REQUEST", got.Code)
		require.Equal(t, "BEARER_TOKEN_MISSING", s.upload(t, 0, "/api/images/upload", "image", "a", photo(t, 10, 10)).Code)
		require.Empty(t, s.objects(t), "what is refused is not kept")
	})
}

func TestI2WhatCannotBeAPictureIsNotFound(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, id := range []string{"foo", "1f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10", "0", "%00", "A1F6F1C0-2F1E-4B57-9C0E-3A8D5D3F9B10"} {
		got := s.send(t, 0, "GET", "/api/images/view/"+id, "", nil)
		require.Equal(t, 404, got.status, id)
	}
	require.Equal(t, "IMAGE_NOT_FOUND", s.send(t, 0, "GET", "/api/images/view/foo", "", nil).Code)
	for _, query := range []string{"thumbnail=maybe", "thumbnail=", "thumbnail=1", "thumbnail=true&thumbnail=true"} {
		require.Equal(t, "VALIDATION_FAILED", s.send(t, 0, "GET", "/api/images/view/"+s.keep(t, 7)+"?"+query, "", nil).Code, query)
	}
}

func TestI2AnswersOneRangeAndIgnoresOthers(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		path := "/api/images/view/" + s.keep(t, 7)
		for value, status := range map[string]int{
			"bytes=0-0": 206, "bytes=5-": 206, "bytes=-5": 206, "bytes=99999999-": 416,
			"bytes=0-0,2-2": 200, "bytes=5-1": 200, "bytes=a-b": 200, "bytes=-": 200, "bytes=9223372036854775808-": 200, "items=0-1": 200, "": 200,
		} {
			require.Equal(t, status, s.send(t, 0, "GET", path, "", nil, "Range", value).status, value)
		}
		require.Equal(t, 200, s.send(t, 0, "GET", path, "", nil, "If-Match", `"x"`).status)
		require.Equal(t, 200, s.send(t, 0, "GET", path, "", nil, "If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT").status)
	})
}

func TestI3DeletesOnesOwnByAnyFormOfURL(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		mine := []string{s.keep(t, 7), s.keep(t, 7), s.keep(t, 7), s.keep(t, 7)}
		others := s.keep(t, 8)
		body, err := json.Marshal(map[string][]string{"imageUrls": {
			mine[0], "/api/proxy/images/view/" + mine[1], "http://localhost:8080/api/images/view/" + mine[2] + "?thumbnail=true", "/images/view/" + mine[3],
			others, "no-image", "https://example.com/a.png", "",
		}})
		require.NoError(t, err)
		got := s.send(t, 7, "POST", "/api/images/view/command/delete/in", "application/json", bytes.NewReader(body), "Idempotency-Key", "k")
		require.Equal(t, 200, got.status, got.body)
		require.Equal(t, "true", string(got.Data))
		for _, id := range mine {
			require.Equal(t, 404, s.send(t, 0, "GET", "/api/images/view/"+id, "", nil).status)
		}
		require.Equal(t, 200, s.send(t, 0, "GET", "/api/images/view/"+others, "", nil).status, "others' pictures are never deleted")
		again := s.send(t, 7, "POST", "/api/images/view/command/delete/in", "application/json", bytes.NewReader(body), "Idempotency-Key", "k")
		require.Equal(t, got.body, again.body)
		require.Equal(t, "true", again.header.Get("Idempotency-Replayed"))
		many, err := json.Marshal(map[string][]string{"imageUrls": make([]string, 101)})
		require.NoError(t, err)
		require.Equal(t, "VALIDATION_FAILED", s.send(t, 7, "POST", "/api/images/view/command/delete/in", "", bytes.NewReader(many)).Code)
	})
}

func TestI3ListsKeepTheirRules(t *testing.T) {
	t.Parallel()
	s := open(t)
	for body, code := range map[string]string{
		`{}`: "VALIDATION_FAILED", `{"imageUrls":null}`: "VALIDATION_FAILED", `{"imageUrls":["a\u0007"]}`: "VALIDATION_FAILED",
		`{"imageUrls":[null]}`: "MALFORMED_REQUEST", `{"imageUrls":"a"}`: "MALFORMED_REQUEST", `{"imageUrls":[]}`: "",
	} {
		require.Equal(t, code, s.send(t, 7, "POST", "/api/images/view/command/delete/in", "", strings.NewReader(body)).Code, body)
	}
	got := s.send(t, 0, "POST", "/internal/images/delete", "", strings.NewReader(`{"memberId":7}`), "X-Internal-Token", authtest.InternalToken)
	require.Equal(t, "VALIDATION_FAILED", got.Code)
}

func TestMemberDeletesReplacedPicturesWithoutATokenOfTheirOwner(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		mine, others := s.keep(t, 7), s.keep(t, 8)
		body := `{"memberId":7,"imageUrls":["` + mine + `","` + others + `"]}`
		path := "/internal/images/delete"
		require.Equal(t, 404, s.send(t, 7, "POST", path, "", strings.NewReader(body)).status, "only for the fleet")
		for range 2 {
			require.Equal(t, 200, s.send(t, 0, "POST", path, "", strings.NewReader(body), "X-Internal-Token", authtest.InternalToken).status)
		}
		require.Equal(t, 404, s.send(t, 0, "GET", "/api/images/view/"+mine, "", nil).status)
		require.Equal(t, 200, s.send(t, 0, "GET", "/api/images/view/"+others, "", nil).status)
		got := s.send(t, 0, "POST", path, "", strings.NewReader(`{"memberId":0,"imageUrls":[]}`), "X-Internal-Token", authtest.InternalToken)
		require.Equal(t, "VALIDATION_FAILED", got.Code)
	})
}

func TestEveryRouteOfTheContractIsMountedAndNoOther(t *testing.T) {
	t.Parallel()
	s := open(t)
	want := map[string]bool{}
	for _, r := range contract.Routes() {
		want[r.Method+" "+r.Path] = r.Method != http.MethodHead // served by GET
	}
	for _, route := range s.service.server.Routes() {
		key := strings.ReplaceAll(route, ":imageId", "{imageId}")
		require.Contains(t, want, key)
		delete(want, key)
	}
	for key, needed := range want {
		require.False(t, needed, key)
	}
}

// used is what profiles show.
type used map[album.ImageID]bool

func (u used) UsedPictures(_ context.Context, ids []album.ImageID) (found []album.ImageID, err error) {
	for _, id := range ids {
		if u[id] {
			found = append(found, id)
		}
	}
	return found, nil
}

func TestTheCleanerRemovesOldPicturesThatNoProfileUses(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		shown, unused := s.keep(t, 7), s.keep(t, 7)
		s.put(t, "pictures/1f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10/full", []byte("x"))
		profiles := used{album.ImageID(shown): true}
		removed, err := s.service.album.CleanOrphans(t.Context(), profiles, time.Now().Add(-time.Hour))
		require.NoError(t, err)
		require.Zero(t, removed, "young pictures may be about to be used")
		removed, err = s.service.album.CleanOrphans(t.Context(), profiles, time.Now().Add(time.Hour))
		require.NoError(t, err)
		require.Equal(t, 2, removed)
		require.Equal(t, 200, s.send(t, 0, "GET", "/api/images/view/"+shown, "", nil).status)
		require.Equal(t, 404, s.send(t, 0, "GET", "/api/images/view/"+unused, "", nil).status)
		require.Len(t, s.objects(t), 1)
	})
}

func TestAPictureWithoutItsLastPartDoesNotExist(t *testing.T) {
	t.Parallel()
	onEachBucket(t, func(t *testing.T, s *studio) {
		id := s.keep(t, 7)
		s.put(t, "pictures/"+id+"/about.json", nil)
		require.Equal(t, 404, s.send(t, 0, "GET", "/api/images/view/"+id, "", nil).status)
	})
}
