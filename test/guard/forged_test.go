package guard_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/support/auth/authtest/forgery"
)

const (
	// forgeries are sent to each service.
	forgeries    = 100_000
	forgerySeed  = 20261121
	forgeryChunk = 2000
)

// door is an endpoint that needs a token, and where it is.
type door struct{ service, method, path string }

// doors are one of each service.
var doors = []door{
	{"member", http.MethodGet, "/api/members"},
	{"content", http.MethodPost, "/api/posts"},
	{"timeline", http.MethodGet, "/api/timeline/posts"},
	{"search", http.MethodGet, "/api/search/posts?keyword=x"},
	{"image", http.MethodPost, "/api/images/view/command/delete/in"},
	{"activity", http.MethodGet, "/api/activity"},
}

// newForger speaks for a member with two live sessions.
func newForger(t *testing.T) (forger *forgery.Forger, good []string) {
	t.Helper()
	thief, me := newThief(t), newAccount(t)
	good = []string{me.token}
	me.logIn(t)
	good = append(good, me.token)
	forger, err := forgery.New(forgerySeed, forgery.Victim{Good: good, KeyID: thief.keyID, Key: thief.key, At: time.Now()})
	require.NoError(t, err)
	return forger, good
}

func TestNoServiceAcceptsAForgedToken(t *testing.T) {
	t.Parallel()
	forger, good := newForger(t)
	services := stateOf(t).URLs
	began := time.Now()
	opens := func() { // all doors open with a good one, before and after
		for _, d := range doors {
			for _, token := range good {
				answers := knock(t, services[d.service], d, []string{"Bearer " + token})
				require.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, answers[0], d.service)
			}
		}
	}
	opens()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	queues := make([]chan []forgery.Forgery, len(doors))
	accepted := make([][]string, len(doors))
	for i, d := range doors {
		queues[i] = make(chan []forgery.Forgery, 2)
		group.Go(func() (err error) {
			accepted[i], err = tryAll(ctx, services[d.service], d, queues[i])
			return err
		})
	}
	families := map[forgery.Family]int{}
	group.Go(func() error {
		defer func() {
			for _, queue := range queues {
				close(queue)
			}
		}()
		for range forgeries / forgeryChunk {
			chunk := make([]forgery.Forgery, forgeryChunk)
			for i := range chunk {
				chunk[i] = forger.Next()
				families[chunk[i].Family]++
			}
			for _, queue := range queues {
				select {
				case queue <- chunk:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	require.NoError(t, group.Wait())
	for i, d := range doors {
		require.Empty(t, accepted[i], d.service)
	}
	require.Len(t, families, len(forger.Families()))
	opens()
	t.Logf("%d forgeries to each of %d services in %.1f s: %v", forgeries, len(doors), time.Since(began).Seconds(), families)
}

// tryAll sends what comes, and returns what was not refused.
func tryAll(ctx context.Context, base string, d door, queue <-chan []forgery.Forgery) (accepted []string, err error) {
	k, err := newKnocker(ctx, base, d)
	if err != nil {
		return nil, err
	}
	defer k.close()
	const shown = 10
	for chunk := range queue {
		values := make([]string, len(chunk))
		for i, one := range chunk {
			values[i] = one.Authorization
		}
		answers, err := k.knock(values)
		if err != nil {
			return accepted, fmt.Errorf("%s: %w", d.service, err)
		}
		for i, status := range answers {
			if status != http.StatusUnauthorized && len(accepted) < shown {
				accepted = append(accepted, fmt.Sprintf("%d: %s: %.3000s", status, chunk[i].Family, values[i]))
			}
		}
	}
	return accepted, nil
}

func knock(t *testing.T, base string, d door, values []string) []int {
	t.Helper()
	k, err := newKnocker(t.Context(), base, d)
	require.NoError(t, err)
	defer k.close()
	answers, err := k.knock(values)
	require.NoError(t, err)
	return answers
}

// knocker sends many requests that differ in their Authorization over one
// connection, some ahead of their answers: a client that waits for each would
// measure the network.
type knocker struct {
	connection net.Conn
	in         *bufio.Reader
	head       string
}

func newKnocker(ctx context.Context, base string, d door) (*knocker, error) {
	where, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", where.Host)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := connection.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	head := d.method + " " + d.path + " HTTP/1.1\r\nHost: " + where.Host + "\r\nContent-Length: 0\r\nAuthorization: "
	return &knocker{connection: connection, in: bufio.NewReader(connection), head: head}, nil
}

func (k *knocker) close() { _ = k.connection.Close() }

// knock returns the statuses of the answers.
func (k *knocker) knock(values []string) (answers []int, err error) {
	const ahead, aheadBytes = 32, 48 << 10 // less than the kernel takes without anybody reading
	for len(values) > 0 {
		var out bytes.Buffer
		n := 0
		for ; n < len(values) && n < ahead && (n == 0 || out.Len()+len(values[n]) < aheadBytes); n++ {
			out.WriteString(k.head + values[n] + "\r\n\r\n")
		}
		if _, err := k.connection.Write(out.Bytes()); err != nil {
			return answers, fmt.Errorf("send after %d answers: %w", len(answers), err)
		}
		for range n {
			status, err := k.read()
			if err != nil {
				return answers, fmt.Errorf("read answer %d: %w", len(answers), err)
			}
			answers = append(answers, status)
		}
		values = values[n:]
	}
	return answers, nil
}

var errOddAnswer = errors.New("not an answer")

// read takes an answer off the connection.
func (k *knocker) read() (status int, err error) {
	line, err := k.in.ReadString('\n')
	if err != nil {
		return 0, err
	}
	words := strings.SplitN(line, " ", 3)
	if len(words) < 2 {
		return 0, fmt.Errorf("%w: %q", errOddAnswer, line)
	}
	if status, err = strconv.Atoi(words[1]); err != nil {
		return 0, fmt.Errorf("%w: %q", errOddAnswer, line)
	}
	length := -1
	for {
		line, err := k.in.ReadSlice('\n')
		switch {
		case err != nil:
			return status, err
		case len(line) <= 2 && length < 0:
			return status, fmt.Errorf("%w: of no length", errOddAnswer)
		case len(line) <= 2:
			_, err = k.in.Discard(length)
			return status, err
		}
		if name, value, _ := strings.Cut(string(line), ":"); strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return status, fmt.Errorf("%w: %q", errOddAnswer, line)
			}
		}
	}
}

// A service that forgot one check is found out.
func TestForgedTokensFindAWeakDoor(t *testing.T) {
	t.Parallel()
	forger, _ := newForger(t)
	weak := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		status := http.StatusUnauthorized
		if strings.HasSuffix(r.Header.Get("Authorization"), ".") { // it takes an empty signature for a good one
			status = http.StatusOK
		}
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, "x")
	}))
	t.Cleanup(weak.Close)
	chunk := make([]forgery.Forgery, forgeryChunk)
	for i := range chunk {
		chunk[i] = forger.Next()
	}
	queue := make(chan []forgery.Forgery, 1)
	queue <- chunk
	close(queue)
	accepted, err := tryAll(t.Context(), weak.URL, doors[0], queue)
	require.NoError(t, err)
	require.NotEmpty(t, accepted)
}
