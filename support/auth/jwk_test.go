package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth"
)

func newKey(t *testing.T, id string, signsFrom time.Time) auth.Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return auth.Key{ID: id, Public: &private.PublicKey, SignsFrom: signsFrom}
}

// x and y were computed apart from this code, from the private key 05…05.
func TestKeysOnTheWire(t *testing.T) {
	t.Parallel()
	signer := fixedSigner(t)
	signer.SignsFrom = time.Unix(1700000000, 0)
	document, err := auth.EncodeKeys([]auth.Key{signer.Key})
	require.NoError(t, err)
	require.JSONEq(t, `{"keys":[{"kty":"EC","crv":"P-256","kid":"fixed-key","use":"sig","alg":"ES256","nbf":1700000000,
		"x":"B4EOqXTOpXc-Y7iX83476aCeel_puXGkTRBlrCo6kxE","y":"Y35HpPmUZKD9zkSojsfXA6kYPB0GVS2eLWt2BpSBxXc"}]}`, string(document))
}

func TestKeysComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	keys := []auth.Key{newKey(t, "new", time.Unix(1700003600, 0).UTC()), newKey(t, "old", time.Unix(1700000000, 0).UTC()), newKey(t, "first", time.Time{})}
	document, err := auth.EncodeKeys(keys)
	require.NoError(t, err)
	decoded, err := auth.DecodeKeys(document)
	require.NoError(t, err)
	require.Len(t, decoded, len(keys))
	for i, key := range keys {
		require.Equal(t, key.ID, decoded[i].ID)
		require.Equal(t, key.SignsFrom, decoded[i].SignsFrom)
		require.True(t, key.Public.Equal(decoded[i].Public))
	}
}

func TestNoReaderTakesAKeyForTheSigningOneTooEarly(t *testing.T) {
	t.Parallel()
	document, err := auth.EncodeKeys([]auth.Key{newKey(t, "a", time.Unix(1700000000, 1))})
	require.NoError(t, err)
	decoded, err := auth.DecodeKeys(document)
	require.NoError(t, err)
	require.Equal(t, time.Unix(1700000001, 0).UTC(), decoded[0].SignsFrom)
}

func TestKeysOfAnotherKindAreNotPublished(t *testing.T) {
	t.Parallel()
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	_, err = auth.EncodeKeys([]auth.Key{{ID: "a", Public: &other.PublicKey}})
	require.ErrorIs(t, err, auth.ErrBadKeys)
	_, err = auth.EncodeKeys([]auth.Key{newKey(t, "not an id", time.Time{})})
	require.ErrorIs(t, err, auth.ErrBadKeys)
}

// wireKey is a good key with changes.
func wireKey(t *testing.T, changes map[string]any) string {
	t.Helper()
	document, err := auth.EncodeKeys([]auth.Key{newKey(t, "good", time.Time{})})
	require.NoError(t, err)
	var decoded struct{ Keys []map[string]any }
	require.NoError(t, json.Unmarshal(document, &decoded))
	out, err := json.Marshal(with(decoded.Keys[0], changes))
	require.NoError(t, err)
	return string(out)
}

func TestKeysForOtherUsesAreLeftOut(t *testing.T) {
	t.Parallel()
	var others []string
	for _, changes := range []map[string]any{{"kty": "RSA"}, {"crv": "P-384"}, {"crv": "secp256k1"}, {"use": "enc"}, {"alg": "ECDH-ES"}, {"kty": "oct", "k": "AAAA"}} {
		others = append(others, wireKey(t, changes))
	}
	document := fmt.Sprintf(`{"keys":[%s,%s]}`, strings.Join(others, ","), wireKey(t, map[string]any{"use": nil, "alg": nil, "nbf": nil, "x5t": "ignored"}))
	keys, err := auth.DecodeKeys([]byte(document))
	require.NoError(t, err)
	require.Len(t, keys, 1)
	require.Equal(t, "good", keys[0].ID)
	require.True(t, keys[0].SignsFrom.IsZero())
}

func TestBrokenDocumentsAreRefused(t *testing.T) {
	t.Parallel()
	good := wireKey(t, nil)
	documents := []string{"", "x", "[]", "null", "{}", `{"keys":[]}`, `{"keys":null}`, `{"keys":{}}`, `{"keys":[` + good + `,` + good + `]}`}
	for _, changes := range []map[string]any{
		{"x": ""}, {"x": nil}, {"y": "AAAA"}, {"x": strings.Repeat("A", 43)}, {"x": strings.Repeat("A", 43) + "="}, {"kid": ""}, {"kid": "a b"}, {"kid": nil}, {"kid": 1},
	} {
		documents = append(documents, `{"keys":[`+wireKey(t, changes)+`]}`)
	}
	for _, document := range documents {
		_, err := auth.DecodeKeys([]byte(document))
		require.ErrorIs(t, err, auth.ErrBadKeys, document)
	}
}

func TestEachFetchOfKeysMayReachAnotherReplica(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"keys":[` + wireKey(t, nil) + `]}`))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	source := auth.HTTPKeys{URL: server.URL, Client: server.Client()}
	for range 3 {
		_, _, err := source.FetchKeys(t.Context())
		require.NoError(t, err)
	}
	require.EqualValues(t, 3, connections.Load())
}

func TestHTTPKeys(t *testing.T) {
	t.Parallel()
	status, cache, body := http.StatusOK, "public, Max-Age=30, must-revalidate", `{"keys":[`+wireKey(t, nil)+`]}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", cache)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	source := auth.HTTPKeys{URL: server.URL, Client: server.Client()}

	keys, maxAge, err := source.FetchKeys(context.Background())
	require.NoError(t, err)
	require.Len(t, keys, 1)
	require.Equal(t, 30*time.Second, maxAge)

	for _, none := range []string{"", "no-store", "max-age=x", "max-age=-1", "s-maxage=5", "max-age=99999999999999999999"} {
		cache = none
		_, maxAge, err = source.FetchKeys(context.Background())
		require.NoError(t, err)
		require.Zero(t, maxAge, none)
	}

	status = http.StatusServiceUnavailable
	_, _, err = source.FetchKeys(context.Background())
	require.Error(t, err)
	status, body = http.StatusOK, body+strings.Repeat(" ", 1<<20)
	_, _, err = source.FetchKeys(context.Background())
	require.ErrorIs(t, err, auth.ErrBadKeys)
	server.Close()
	_, _, err = source.FetchKeys(context.Background())
	require.Error(t, err)
}
