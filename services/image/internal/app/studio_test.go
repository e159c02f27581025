package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/services/image/internal/bucketstore"
	"github.com/dailyfeed/dailyfeed/services/image/internal/config"
	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// contract is image's document; every answer of every test is held to it.
var contract = contracttest.MustParse(imagerest.Document())

type studio struct {
	service *service
	issuer  *authtest.Issuer
	tokens  map[int64]string // of members that signed in
	url     string
	environ process.Environ
	cfg     config.Config
	bucket  string
}

// objects are the names of what is kept of each picture.
func (s *studio) objects(t *testing.T) map[string][]string {
	t.Helper()
	raw, err := blob.OpenBucket(t.Context(), bucketstore.WithDefaults(s.bucket))
	require.NoError(t, err)
	defer func() { require.NoError(t, raw.Close()) }()
	found := map[string][]string{}
	for objects := raw.List(nil); ; {
		object, err := objects.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		parts := strings.Split(object.Key, "/")
		require.Len(t, parts, 3, object.Key)
		require.Equal(t, "pictures", parts[0])
		found[parts[1]] = append(found[parts[1]], parts[2])
	}
}

// put writes one object past the service, or removes it where data is nil.
func (s *studio) put(t *testing.T, key string, data []byte) {
	t.Helper()
	raw, err := blob.OpenBucket(t.Context(), bucketstore.WithDefaults(s.bucket))
	require.NoError(t, err)
	defer func() { require.NoError(t, raw.Close()) }()
	if data == nil {
		require.NoError(t, raw.Delete(t.Context(), key))
		return
	}
	require.NoError(t, raw.WriteAll(t.Context(), key, data, nil))
}

func open(t *testing.T, settings ...string) *studio {
	t.Helper()
	return openOn(t, "file://"+t.TempDir(), settings...)
}

// onEachBucket runs a test on a volume, and on a server that speaks S3.
func onEachBucket(t *testing.T, run func(t *testing.T, s *studio)) {
	t.Helper()
	for kind, address := range map[string]func(t *testing.T) string{
		"file": func(t *testing.T) string { t.Helper(); return "file://" + t.TempDir() },
		"s3":   s3Bucket,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			run(t, openOn(t, address(t)))
		})
	}
}

// s3Bucket is a bucket on a server in this process.
func s3Bucket(t *testing.T) string {
	t.Helper()
	backend := s3mem.New()
	require.NoError(t, backend.CreateBucket("pictures"))
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	query := url.Values{
		"endpoint": {server.URL}, "region": {"us-east-1"}, "use_path_style": {"true"}, "anonymous": {"true"},
		"request_checksum_calculation": {"when_required"}, "response_checksum_validation": {"when_required"},
	}
	return "s3://pictures?" + query.Encode()
}

func openOn(t *testing.T, bucket string, settings ...string) *studio {
	t.Helper()
	s := &studio{issuer: authtest.NewIssuer(t), bucket: bucket}
	cache := testenv.Redis(t)
	var err error
	s.environ = append(process.Environ{
		"IMAGE_BUCKET=" + bucket, "REDIS_ADDR=" + cache.Addr, "REDIS_DB=" + strconv.Itoa(cache.DB),
		"MEMBER_URL=" + s.issuer.URL, "INTERNAL_TOKEN=" + authtest.InternalToken,
	}, settings...)
	s.cfg, err = process.Load[config.Config](s.environ)
	require.NoError(t, err)
	s.join(t)
	return s
}

// join starts one more replica on the same bucket, which answers from now on.
func (s *studio) join(t *testing.T) {
	t.Helper()
	var err error
	s.service, err = wire(t.Context(), s.cfg)
	require.NoError(t, err)
	server := httptest.NewServer(contracttest.Handler(t, contract, s.service.server))
	s.url = server.URL
	closing := s.service
	t.Cleanup(func() { server.Close(); closing.close() })
}

// signIn leaves in Redis what member leaves there at a login, so that nobody has to
// ask member about the session.
func (s *studio) signIn(t *testing.T, member int64) {
	t.Helper()
	require.NoError(t, s.service.redis.Conn().Set(t.Context(), auth.SessionKey(member), auth.SessionLive, time.Hour).Err())
	if s.tokens == nil {
		s.tokens = map[int64]string{}
	}
	s.tokens[member] = s.issuer.Token(member, authtest.Session(member))
}

type answer struct {
	status int
	header http.Header
	body   string
	Code   string          `json:"code"`
	Data   json.RawMessage `json:"data"`
}

func (s *studio) send(t *testing.T, member int64, method, path, contentType string, body io.Reader, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, body)
	require.NoError(t, err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if token, signedIn := s.tokens[member]; signedIn {
		request.Header.Set("Authorization", "Bearer "+token)
	} else if member != 0 {
		s.issuer.Authorize(request, member)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	got := answer{status: response.StatusCode, header: response.Header, body: string(raw)}
	if strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
		require.NoError(t, json.Unmarshal(raw, &got))
	}
	return got
}

func (s *studio) upload(t *testing.T, member int64, path, part, name string, data []byte) answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(t, form.WriteField("note", "skipped"))
	file, err := form.CreateFormFile(part, name)
	require.NoError(t, err)
	_, err = file.Write(data)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	return s.send(t, member, "POST", path, form.FormDataContentType(), &body)
}

// photo is an opaque PNG.
func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = byte(i)
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	m.SetRGBA(0, 0, color.RGBA{R: 255, A: 255})
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

func (s *studio) keep(t *testing.T, member int64) string {
	t.Helper()
	got := s.upload(t, member, "/api/images/upload", "image", "a.png", photo(t, 400, 300))
	require.Equal(t, 200, got.status, got.body)
	var id string
	require.NoError(t, json.Unmarshal(got.Data, &id))
	return id
}
