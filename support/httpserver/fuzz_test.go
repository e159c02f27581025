package httpserver_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

type fuzzed struct {
	Name  string   `json:"name"`
	Count int64    `json:"count"`
	Flag  *bool    `json:"flag"`
	Texts []string `json:"texts"`
	IDs   []int64  `json:"ids"`
	Inner struct {
		Name string `json:"name"`
	} `json:"inner"`
}

// FuzzBody: a body is bound or refused with 400, and what is bound is what any
// other reader of JSON would read.
func FuzzBody(f *testing.F) {
	for _, body := range []string{
		`{"name":"한강","count":1,"flag":true,"texts":["a"],"ids":[1,2],"inner":{"name":"b"}}`, `{}`, `null`, ``, ` `, `[]`, `"x"`, `1`, `{"name":null}`, `{"NAME":"x"}`, `{"name":"a","name":"b"}`, `{"name":"a","n\u0061me":"b"}`,
		`{"count":1.0}`, `{"count":"1"}`, `{"count":1e3}`, `{"count":9223372036854775808}`, `{"ids":[null]}`, `{"texts":null}`, `{}{}`, `{} x`, `{"name":"\ud800"}`, "{\"name\":\"\xff\"}", `{"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "\ufeff{}", `{"name":"a",}`, `{'name':'a'}`, `{"inner":[]}`, `{"inner":null}`, `{"name":"\u0000"}`,
	} {
		f.Add([]byte(body))
	}
	var bound *fuzzed
	server, err := httpserver.New(httpserver.Config{Service: "test", Settings: httpserver.Settings{CORSAllowedOrigins: []string{"http://localhost:3000"}}})
	require.NoError(f, err)
	server.Public().POST("/api/things", server.Action(func(c *gin.Context) (httpserver.Reply, error) {
		target := &fuzzed{}
		if err := httpserver.Bind(c, target); err != nil {
			return httpserver.Reply{}, err
		}
		bound = target
		return httpserver.OK(true), nil
	}))
	f.Fuzz(func(t *testing.T, body []byte) {
		bound = nil
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/api/things", bytes.NewReader(body)))
		if bound == nil {
			require.Equal(t, http.StatusBadRequest, answer.Code, answer.Body)
			require.Contains(t, answer.Body.String(), "MALFORMED_REQUEST")
			return
		}
		require.Equal(t, http.StatusOK, answer.Code)
		require.True(t, utf8.Valid(body) && json.Valid(body))
		var again map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &again), "an object")
		for name, value := range map[string]any{"name": bound.Name, "count": bound.Count, "texts": bound.Texts, "ids": bound.IDs} {
			raw, given := again[name]
			if !given || string(raw) == "null" {
				require.Empty(t, value, name)
				continue
			}
			encoded, err := json.Marshal(value)
			require.NoError(t, err)
			require.JSONEq(t, string(raw), string(encoded), name)
		}
	})
}
