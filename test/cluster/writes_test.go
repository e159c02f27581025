//go:build cluster

package cluster_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// written is what the prober's writes came to.
type written struct {
	Posts     []int64        `json:"posts"`
	Repeats   int            `json:"repeats"`
	Different []string       `json:"different"`
	Failed    []string       `json:"failed"`
	Statuses  map[string]int `json:"statuses"`
	Seconds   float64        `json:"seconds"`
}

const writesWanted = 20000

// spoiltWrites puts two probers before content, which refuse requests, lose answers
// and make them 5xx, and writes through sidecars: what the mesh tries again is done
// once, and its answer is the first one's.
func spoiltWrites(t *testing.T, i installation, r *report) {
	fronts := putFrontsBefore(t, i)
	var tokens []string
	for range 40 {
		tokens = append(tokens, signUp(t, i.url, http.DefaultTransport).Token())
	}
	writer := i.startProber(t, prober{pod: "prober-writer", account: "dailyfeed-search"})
	got := writer.writes(t, map[string]any{
		"url": "http://dailyfeed-content:8080/api/posts", "name": "spoilt", "tokens": tokens, "n": writesWanted, "at": 16,
	})
	require.Empty(t, got.Failed)
	require.Empty(t, got.Different, "a repeat is answered as the first time")

	db := open(t, i.stores.mysql.DSN("dailyfeed"))
	rows, err := db.QueryContext(t.Context(), "SELECT id, content FROM posts WHERE content LIKE 'spoilt %' ORDER BY id")
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	texts, ids := map[string]bool{}, []int64{}
	for rows.Next() {
		var id int64
		var text string
		require.NoError(t, rows.Scan(&id, &text))
		require.False(t, texts[text], "%s is there twice", text)
		texts[text] = true
		ids = append(ids, id)
	}
	require.NoError(t, rows.Err())
	slices.Sort(got.Posts)
	require.Equal(t, ids, got.Posts, "what was answered is what is there")
	require.Len(t, ids, writesWanted)

	faults := map[string]int64{}
	for _, front := range fronts {
		one := map[string]int64{}
		require.NoError(t, json.Unmarshal([]byte(front.told(t, "/faults")), &one))
		for name, n := range one {
			faults[name] += n
		}
	}
	for _, name := range []string{"refused", "replaced", "lost", "late"} {
		require.Greater(t, faults[name], int64(writesWanted/1000), "%v", faults)
	}
	r.add("| %d writes through sidecars, each sent again afterwards: spoilt on the way | %d refused, %d done and answered 5xx, %d done and cut off, %d done and not answered in time |",
		writesWanted, faults["refused"], faults["replaced"], faults["lost"], faults["late"])
	r.add("| of them: done twice, not done, repeats answered otherwise | 0, 0, 0; the client tried %d again by itself; %.0f writes and repeats a second |",
		got.Repeats, 2*writesWanted/got.Seconds)
}

// putFrontsBefore makes probers the pods of content, and content's own pods those of
// another Service, which the probers ask.
func putFrontsBefore(t *testing.T, i installation) []prober {
	t.Helper()
	selector := i.kubectl(t, "-n", app, "get", "service", "dailyfeed-content", "-o", "jsonpath={.spec.selector}")
	i.apply(t, `
apiVersion: v1
kind: Service
metadata: {name: content-behind, namespace: dailyfeed}
spec: {selector: `+selector+`, ports: [{name: http, port: 8080, targetPort: http, appProtocol: http}]}
`)
	var fronts []prober
	for _, name := range []string{"prober-front-one", "prober-front-two"} {
		fronts = append(fronts, i.startProber(t, prober{
			pod: name, account: "dailyfeed-search", upstream: "http://content-behind:8080",
			labels: `, app: dailyfeed-content, version: v1, e2e-front: content`,
		}))
	}
	selects := func(selector string) []string {
		return []string{"-n", app, "patch", "service", "dailyfeed-content", "--type=json", "-p", `[{"op":"replace","path":"/spec/selector","value":` + selector + `}]`}
	}
	i.kubectl(t, selects(`{"e2e-front":"content"}`)...)
	t.Cleanup(func() {
		_, _ = i.try(t, selects(selector)...)
		_, _ = i.try(t, "-n", app, "delete", "service", "content-behind")
	})
	return fronts
}

func (p prober) writes(t *testing.T, orders map[string]any) written {
	t.Helper()
	body, err := json.Marshal(orders)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.control+"/write", bytes.NewReader(body))
	require.NoError(t, err)
	response, err := (&http.Client{Timeout: 25 * time.Minute}).Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, http.StatusOK, response.StatusCode)
	var got written
	require.NoError(t, json.NewDecoder(response.Body).Decode(&got))
	return got
}
