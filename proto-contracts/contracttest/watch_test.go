package contracttest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
)

// notebook is a Reporter that remembers.
type notebook struct {
	mu     sync.Mutex
	faults []string
}

func (n *notebook) Helper() {}

func (n *notebook) Errorf(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = append(n.faults, fmt.Sprintf(format, args...))
}

// fixed answers every request alike, once it has read the body.
func fixed(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for name, values := range apiHeader() {
			w.Header()[name] = values
		}
		r.URL.Path = "/rewritten"
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func send(t *testing.T, client *http.Client, target, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer a.b.c")
	response, err := client.Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(answer)
}

func TestHandlerLetsAnswersThroughAndReportsWrongOnes(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	for name, test := range map[string]struct{ sent, answer, fault string }{
		"right":           {`{"content":"안녕"}`, postBody, ""},
		"a wrong answer":  {`{"content":"안녕"}`, doneBody, "/data: got boolean, want object"},
		"a wrong request": {`{"title":"x"}`, postBody, "was served with body: missing property 'content'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			notes := &notebook{}
			server := httptest.NewServer(contracttest.Handler(notes, content, fixed(201, test.answer)))
			answer := send(t, server.Client(), server.URL+"/api/posts", test.sent)
			server.Close()
			require.Equal(t, test.answer, answer)
			if test.fault == "" {
				require.Empty(t, notes.faults)
				return
			}
			require.Len(t, notes.faults, 1)
			require.Contains(t, notes.faults[0], test.fault)
		})
	}
}

func TestHandlerIsSafeForParallelUse(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	server := httptest.NewServer(contracttest.Handler(t, content, fixed(201, postBody)))
	defer server.Close()
	var done sync.WaitGroup
	for range 20 {
		done.Go(func() { send(t, server.Client(), server.URL+"/api/posts", `{"content":"안녕"}`) })
	}
	done.Wait()
	for _, entry := range content.Coverage() {
		if entry.OperationID == "createPost" && entry.Status == 201 {
			require.Equal(t, 20, entry.Times)
		}
	}
}

func TestTransportReportsWrongAnswersAndHandsThemOn(t *testing.T) {
	t.Parallel()
	content := contracttest.MustParse(contentrest.Document())
	server := httptest.NewServer(fixed(201, doneBody))
	defer server.Close()
	notes := &notebook{}
	client := &http.Client{Transport: contracttest.Transport(notes, content, server.Client().Transport)}
	require.Equal(t, doneBody, send(t, client, server.URL+"/api/posts", `{}`))
	require.Len(t, notes.faults, 1)
	require.Contains(t, notes.faults[0], "/data: got boolean, want object")
	require.Contains(t, notes.faults[0], "was served with body: missing property 'content'")
}
