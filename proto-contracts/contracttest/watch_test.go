package contracttest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
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
		maps.Copy(w.Header(), apiHeader())
		r.URL.Path = "/rewritten"
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// send posts body with a token and returns what was answered.
func send(ctx context.Context, client *http.Client, target, body string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer a.b.c")
	response, err := client.Do(r)
	if err != nil {
		return "", err
	}
	answer, err := io.ReadAll(response.Body)
	return string(answer), errors.Join(err, response.Body.Close())
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
			answer, err := send(t.Context(), server.Client(), server.URL+"/api/posts", test.sent)
			server.Close()
			require.NoError(t, err)
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
	errs := make([]error, 20)
	for i := range errs {
		done.Go(func() {
			_, errs[i] = send(t.Context(), server.Client(), server.URL+"/api/posts", `{"content":"안녕"}`)
		})
	}
	done.Wait()
	require.NoError(t, errors.Join(errs...))
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
	answer, err := send(t.Context(), client, server.URL+"/api/posts", `{}`)
	require.NoError(t, err)
	require.Equal(t, doneBody, answer)
	require.Len(t, notes.faults, 1)
	require.Contains(t, notes.faults[0], "/data: got boolean, want object")
	require.Contains(t, notes.faults[0], "was served with body: missing property 'content'")
}

func TestStreamsPassAsTheyGrow(t *testing.T) {
	t.Parallel()
	activity := contracttest.MustParse(activityrest.Document())
	ended := make(chan struct{})
	stream := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), apiHeader())
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, ": hello\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // as long as the reader is there
		close(ended)
	})
	notes := &notebook{}
	server := httptest.NewServer(contracttest.Handler(notes, activity, stream))
	client := &http.Client{Transport: contracttest.Transport(notes, activity, server.Client().Transport)}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/activity/stream?ticket=x", http.NoBody)
	require.NoError(t, err)
	response, err := client.Do(r)
	require.NoError(t, err)
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, ": hello\n", line)
	require.NoError(t, response.Body.Close())
	<-ended
	server.Close()
	require.Empty(t, notes.faults)
}
