package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// diary is everything that the tests of this package make the service log.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *diary) Write(line []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(line)
}

// secrets are what no line may hold: passwords, addresses, tokens, cookies, hashes.
var secrets = regexp.MustCompile(regexp.QuoteMeta(goodPassword) + `|` + regexp.QuoteMeta(otherPassword) +
	`|(?i:@dailyfeed\.example)|eyJ[A-Za-z0-9_-]{10}|refresh_token=|device=|argon2id|` + internalToken)

// overdue is what a statement in a transaction that is over fails with.
var overdue = regexp.MustCompile(`connection is already closed|transaction has already been`)

// TestMain runs the tests, and then reads everything that they logged: no
// password, token, cookie or e-mail at any level, and nothing that worked with
// a transaction after its end.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == helpCommand { // this program, as its own helper
		os.Exit(process.Main("member", Commands()))
	}
	logged := new(diary)
	logger, err := process.NewLogger(logged, "member", "debug")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	slog.SetDefault(logger)
	code := testenv.With(m).Run()
	if found := secrets.FindString(logged.text.String()); found != "" && code == 0 {
		fmt.Println("a log line holds what it must not:", found)
		code = 1
	}
	if found := overdue.FindString(logged.text.String()); found != "" && code == 0 {
		fmt.Println("something went on with a transaction that was over:", found)
		code = 1
	}
	os.Exit(code)
}

// contract is member's document; every answer of every test is held to it.
var contract = contracttest.MustParse(memberrest.Document())

const (
	goodPassword  = "Riverside7!"
	otherPassword = "Hilltop#28"
	internalToken = "test-internal-token"
	noKafka       = "127.0.0.1:1"
)

// fleet is the service with real stores.
type fleet struct {
	service *service
	url     string
	cfg     config.Config
}

// start runs the service with a real MySQL and Redis; its events wait in the
// table. Settings may be changed.
func start(t *testing.T, change ...func(*config.Config)) *fleet {
	t.Helper()
	f := &fleet{cfg: settings(t)}
	for _, c := range change {
		c(&f.cfg)
	}
	require.NoError(t, migrate(t.Context(), f.cfg, nil))
	f.join(t)
	return f
}

// join starts one more replica on the same stores, which answers from now on.
func (f *fleet) join(t *testing.T) {
	t.Helper()
	s, err := wire(f.cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	loops := []func(context.Context) error{s.signals.Run, s.announceRevocations, s.keys.Run, s.keepKeys, s.helpers.Run}
	if f.cfg.PublishesByHTTP() || f.cfg.KafkaBootstrapServers[0] != noKafka {
		loops = append(loops, s.publisher.Run, func(ctx context.Context) error { return s.drain.Run(ctx, 50*time.Millisecond) })
	}
	var running sync.WaitGroup
	for _, run := range loops {
		running.Go(func() { _ = run(ctx) })
	}
	require.Eventually(t, s.signing.Load, 10*time.Second, time.Millisecond)
	server := httptest.NewServer(contracttest.Handler(t, contract, s.server))
	f.service, f.url = s, server.URL
	t.Cleanup(func() {
		server.Close()
		cancel()
		running.Wait()
		s.close()
	})
}

func settings(t *testing.T) config.Config {
	t.Helper()
	database, cache := testenv.MySQL(t), testenv.Redis(t)
	cfg, err := process.Load[config.Config](process.Environ{
		"MYSQL_DSN=" + database.DSN, "REDIS_ADDR=" + cache.Addr, "REDIS_DB=" + strconv.Itoa(cache.DB),
		"KAFKA_BOOTSTRAP_SERVERS=" + noKafka, "IMAGE_URL=http://127.0.0.1:1", "INTERNAL_TOKEN=" + internalToken,
		"JWT_KEK=" + randomKey(), "CURSOR_KEY=" + randomKey(), "TRUSTED_PROXIES=127.0.0.1/32",
		"DAILYFEED_TIME_ZONE=Asia/Seoul", "LOG_LEVEL=error", "PASSWORD_HASH_WAIT=20s", "WRITE_BURST=100000", "ADDRESS_WRITE_BURST=100000",
	})
	require.NoError(t, err)
	return cfg
}

func randomKey() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}

// person is a member with what a login left at its client.
type person struct {
	id      int64
	email   string
	handle  string
	bearer  string
	refresh *http.Cookie
	device  *http.Cookie
}

// unique is a text that no other test uses.
func unique() string { return strings.ToLower(rand.Text()[:12]) }

// signUpBody is a correct sign-up, with some properties changed ("-" takes one away).
func signUpBody(email, handle string, change ...string) string {
	fields := map[string]any{
		"email": email, "password": goodPassword, "memberName": "김하늘", "handle": handle, "gender": "FEMALE", "countryCode": "KR",
	}
	for i := 0; i+1 < len(change); i += 2 {
		if change[i+1] == "-" {
			delete(fields, change[i])
			continue
		}
		fields[change[i]] = json.RawMessage(change[i+1])
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return err.Error() // and be refused
	}
	return string(body)
}

// signUp makes a member; change as for signUpBody.
func (f *fleet) signUp(t *testing.T, change ...string) *person {
	t.Helper()
	p := &person{email: unique() + "@Dailyfeed.example", handle: "H_" + unique()}
	got := f.do(t, nil, "POST", "/api/authentication/signup", signUpBody(p.email, p.handle, change...)).requireOK(t, 201)
	p.id = got.member(t).ID
	return p
}

// person signs up and logs in.
func (f *fleet) person(t *testing.T, change ...string) *person {
	t.Helper()
	return f.logIn(t, f.signUp(t, change...))
}

// logIn opens a session of p and returns p with it.
func (f *fleet) logIn(t *testing.T, p *person, headers ...string) *person {
	t.Helper()
	got := f.tryLogIn(t, p.email, goodPassword, headers...).requireOK(t, 200)
	logged := *p
	logged.take(t, got)
	return &logged
}

func (f *fleet) tryLogIn(t *testing.T, email, password string, headers ...string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"email": email, "password": password})
	require.NoError(t, err)
	return f.do(t, nil, "POST", "/api/authentication/login", string(body), headers...)
}

// take keeps what an answer hands out.
func (p *person) take(t *testing.T, got answer) {
	t.Helper()
	p.bearer = got.header.Get("Authorization")
	require.NotEmpty(t, p.bearer)
	if c := got.cookie("refresh_token"); c != nil {
		p.refresh = c
	}
	if c := got.cookie("device"); c != nil {
		p.device = c
	}
}

// answer is what a request got.
type answer struct {
	http    int
	header  http.Header
	cookies []*http.Cookie
	raw     string
	Status  int             `json:"status"`
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
	Errors  []struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	} `json:"errors"`
}

// do sends a request of p, nil for nobody.
func (f *fleet) do(t *testing.T, p *person, method, path, body string, headers ...string) answer {
	t.Helper()
	got, err := f.send(t.Context(), p, method, path, body, headers...)
	require.NoError(t, err)
	return got
}

// send is do for goroutines.
func (f *fleet) send(ctx context.Context, p *person, method, path, body string, headers ...string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, f.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if p != nil {
		request.Header.Set("Authorization", p.bearer)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	got := answer{http: response.StatusCode, header: response.Header, cookies: response.Cookies(), raw: string(raw)}
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&got); err != nil {
		return answer{}, fmt.Errorf("%w: %s", err, raw)
	}
	return got, nil
}

// fleetOnly sends a request with the fleet's own credential.
func (f *fleet) fleetOnly(t *testing.T, method, path, body string) answer {
	t.Helper()
	return f.do(t, nil, method, path, body, "X-Internal-Token", internalToken)
}

func (a answer) cookie(name string) *http.Cookie {
	for _, c := range a.cookies {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// requireOK wants a success with the contract's status number.
func (a answer) requireOK(t *testing.T, status int) answer {
	t.Helper()
	require.Equal(t, status, a.Status, a.raw)
	want := http.StatusOK
	if status == http.StatusCreated {
		want = http.StatusCreated
	}
	require.Equal(t, want, a.http, a.raw)
	return a
}

func (a answer) requireCode(t *testing.T, status int, code string) answer {
	t.Helper()
	require.Equal(t, code, a.Code, a.raw)
	require.Equal(t, status, a.http, a.raw)
	return a
}

// requireFields wants VALIDATION_FAILED that names exactly these fields.
func (a answer) requireFields(t *testing.T, fields ...string) {
	t.Helper()
	a.requireCode(t, 400, "VALIDATION_FAILED")
	named := map[string]bool{}
	for _, e := range a.Errors {
		named[e.Field] = true
		require.NotEmpty(t, e.Message)
	}
	require.Len(t, named, len(fields), a.raw)
	for _, field := range fields {
		require.True(t, named[field], "%s in %s", field, a.raw)
	}
}

func read[T any](t *testing.T, a answer) (value T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.Data, &value), a.raw)
	return value
}

func (a answer) member(t *testing.T) memberrest.Member {
	t.Helper()
	return read[memberrest.Member](t, a)
}

func (a answer) profile(t *testing.T) memberrest.MemberProfile {
	t.Helper()
	return read[memberrest.MemberProfile](t, a)
}

func (a answer) summary(t *testing.T) memberrest.Summary {
	t.Helper()
	return read[memberrest.Summary](t, a)
}

func (f *fleet) profile(t *testing.T, p *person) memberrest.MemberProfile {
	t.Helper()
	return f.do(t, p, "GET", "/api/members/profile", "").requireOK(t, 200).profile(t)
}

func path(parts ...any) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprint(&b, p)
	}
	return b.String()
}

// count reads one number from the database.
func (f *fleet) count(t *testing.T, query string, args ...any) int64 {
	t.Helper()
	var n int64
	require.NoError(t, f.service.pool.DB(t.Context()).Raw(query, args...).Scan(&n).Error)
	return n
}

// together runs n calls at once and waits for all of them.
func together(n int, call func(i int)) {
	var begin, done sync.WaitGroup
	begin.Add(1)
	for i := range n {
		done.Go(func() {
			begin.Wait()
			call(i)
		})
	}
	begin.Done()
	done.Wait()
}

// replaceID puts an id into a path that has % in its place.
func replaceID(path string, id int64) string {
	return strings.ReplaceAll(path, "%", strconv.FormatInt(id, 10))
}
