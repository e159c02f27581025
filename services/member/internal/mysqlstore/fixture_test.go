package mysqlstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/mysqlstore"
	"github.com/dailyfeed/dailyfeed/services/member/internal/password"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/mysql"
	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// ledger is a FactLog that only remembers; it cannot roll back, so tests look
// at it after what succeeded.
type ledger struct {
	mu    sync.Mutex
	facts []member.Fact
}

func (l *ledger) Record(_ context.Context, facts ...member.Fact) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.facts = append(l.facts, facts...)
	return nil
}

func (l *ledger) all() []member.Fact {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]member.Fact(nil), l.facts...)
}

// watch is a clock that stands until it is moved.
type watch struct {
	mu sync.Mutex
	at time.Time
}

func (w *watch) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *watch) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// redis is what the fleet has been told; it can be down.
type redis struct {
	mu    sync.Mutex
	down  bool
	ended map[member.SessionID]bool
	live  map[member.SessionID]bool
	epoch map[member.MemberID]member.SessionID
}

var errDown = errors.New("redis is down")

func (r *redis) SessionLive(_ context.Context, id member.SessionID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down {
		return errDown
	}
	r.live[id] = true
	return nil
}

func (r *redis) SessionsEnded(_ context.Context, of member.MemberID, ids []member.SessionID, epoch member.SessionID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down {
		return errDown
	}
	for _, id := range ids {
		r.ended[id] = true
	}
	r.epoch[of] = max(r.epoch[of], epoch)
	return nil
}

func (r *redis) TokenEnded(context.Context, member.TokenID, time.Time) error { return nil }

func (r *redis) setDown(down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = down
}

func (r *redis) hasEnded(id member.SessionID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended[id]
}

// signals remembers which sets of followings have changed.
type signals struct {
	mu       sync.Mutex
	versions map[member.MemberID]int64
	many     []member.MemberID
}

func (s *signals) ProfileChanged(context.Context, member.MemberID) {}

func (s *signals) FollowingsChanged(_ context.Context, id member.MemberID, version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions[id] = max(s.versions[id], version)
}

func (s *signals) FollowingsChangedMany(_ context.Context, ids []member.MemberID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.many = append(s.many, ids...)
}

// signer makes tokens that say what they are.
type signer struct{}

func (signer) SignAccess(_ context.Context, c member.AccessClaims) (string, error) {
	return fmt.Sprintf("member %d, session %d, token %s, until %s", c.MemberID, c.SessionID, c.TokenID, c.ExpiresAt.Format(time.RFC3339)), nil
}

// security remembers what was reported.
type security struct {
	mu     sync.Mutex
	events []member.SecurityEvent
}

func (s *security) Report(_ context.Context, e member.SecurityEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}

// house is the domain on a real database.
type house struct {
	pool     *mysql.Pool
	store    *mysqlstore.Store
	accounts *member.AccountService
	logins   *member.LoginService
	sessions *member.SessionService
	profiles *member.ProfileService
	follows  *member.FollowService
	lists    *member.DirectoryService
	ledger   *ledger
	watch    *watch
	redis    *redis
	signals  *signals
	security *security
	deps     member.SessionDeps
	account  member.AccountDeps
}

const pass = "Riverside7!"

func newHouse(t *testing.T) *house {
	t.Helper()
	schema := testenv.MySQL(t)
	migrations, err := mysqlstore.Migrations()
	require.NoError(t, err)
	_, err = mysql.Migrate(t.Context(), schema.DSN, migrations, mysqlstore.VersionTable)
	require.NoError(t, err)
	pool, err := mysql.Open(mysql.Config{DSN: schema.DSN})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	h := &house{
		pool: pool, store: mysqlstore.New(pool), ledger: new(ledger), security: new(security),
		watch:   &watch{at: time.Date(2026, 11, 20, 9, 0, 0, 123456000, time.UTC)},
		redis:   &redis{ended: map[member.SessionID]bool{}, live: map[member.SessionID]bool{}, epoch: map[member.MemberID]member.SessionID{}},
		signals: &signals{versions: map[member.MemberID]int64{}},
	}
	hasher := h.hasher(t, password.Params{MemoryKiB: 8, Passes: 1, Lanes: 1})
	h.deps = member.SessionDeps{
		Facts: h.ledger, Hasher: hasher, Limiter: mysqlstore.NewBudgets(h.store, h.watch.now), Announcer: h.redis, Signer: signer{},
		Secrets: member.NewSecrets(rand.Reader, []byte("the key of now")), Security: h.security, AccessTTL: 2 * time.Hour, Now: h.watch.now,
	}
	today := func() member.Date { return member.DateOf(h.watch.now()) }
	h.account = member.AccountDeps{Store: h.store, Facts: h.ledger, Hasher: hasher, Signals: h.signals, Announcer: h.redis, Now: h.watch.now, Today: today}
	h.accounts = member.NewAccountService(h.account)
	h.open()
	h.profiles = member.NewProfileService(h.store, h.ledger, h.signals, h.watch.now, today)
	h.follows = member.NewFollowService(h.store, h.ledger, h.signals, h.watch.now)
	h.lists = member.NewDirectoryService(h.store, h.signals)
	return h
}

// open makes the services of logins and sessions of h.deps, which a test may have changed.
func (h *house) open() {
	h.logins = member.NewLoginService(h.store, h.deps)
	h.sessions = member.NewSessionService(h.store, h.deps)
}

func (h *house) hasher(t *testing.T, params password.Params) *password.Hasher {
	t.Helper()
	hasher, err := password.New(params, password.Limits{Slots: 8, Queue: 1000, Wait: time.Minute}, password.Within{}, rand.Reader)
	require.NoError(t, err)
	return hasher
}

func (h *house) member(t *testing.T, name string) member.MemberID {
	t.Helper()
	profile, err := h.accounts.SignUp(t.Context(), member.SignUp{
		Email: name + "@dailyfeed.example", Password: pass, MemberName: name, Handle: "h_" + name, Gender: "OTHER", CountryCode: "KR",
	})
	require.NoError(t, err)
	return profile.MemberID
}

func (h *house) logIn(t *testing.T, name string) member.Login {
	t.Helper()
	login, err := h.logins.LogIn(t.Context(), member.LoginRequest{Email: name + "@dailyfeed.example", Password: pass, Client: member.Client{Address: "203.0.113.1"}})
	require.NoError(t, err)
	return login
}

func (h *house) count(t *testing.T, query string, args ...any) int64 {
	t.Helper()
	var n int64
	require.NoError(t, h.pool.DB(t.Context()).Raw(query, args...).Scan(&n).Error)
	return n
}

func (h *house) requireExactCounters(t *testing.T) {
	t.Helper()
	require.EqualValues(t, 0, h.count(t, `SELECT COUNT(*) FROM member_profiles p
		WHERE p.followers_count <> (SELECT COUNT(*) FROM member_follows f WHERE f.following_id = p.member_id)
		   OR p.followings_count <> (SELECT COUNT(*) FROM member_follows f WHERE f.follower_id = p.member_id)`))
}

func requireCode(t *testing.T, code *apierr.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Truef(t, apierr.HasCode(err, code), "wants %s, got %v", code.Name(), err)
}

// together runs n calls at once and returns their errors.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			errs[i] = call(i)
		})
	}
	start.Done()
	done.Wait()
	return errs
}

func succeeded(errs []error) int {
	n := 0
	for _, err := range errs {
		if err == nil {
			n++
		}
	}
	return n
}
