package guard_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"database/sql"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql" // the store of the keys and members
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth"
	"github.com/dailyfeed/dailyfeed/test/signingkey"
)

// thief has what an attacker would have after everything else went wrong: the
// database and the key-encryption key. Only so can tokens be forged that are
// wrong in one way and right in all others.
type thief struct {
	db    *sql.DB
	keyID string
	key   *ecdsa.PrivateKey
}

func newThief(t *testing.T) *thief {
	t.Helper()
	db, err := sql.Open("mysql", stateOf(t).Stores.MySQL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	key, err := signingkey.Primary(t.Context(), db, secretsOf(t)["JWT_KEK"])
	require.NoError(t, err)
	return &thief{db: db, keyID: key.ID, key: key.Private}
}

// token is signed as member would, for a session that may or may not be.
func (th *thief) token(t *testing.T, member, session int64, issued time.Time, life time.Duration) string {
	t.Helper()
	token, err := auth.Sign(auth.Claims{
		MemberID: member, SessionID: session, TokenID: rand.Text(), Roles: []string{"MEMBER"},
		IssuedAt: issued.UTC().Truncate(time.Second), ExpiresAt: issued.Add(life).UTC().Truncate(time.Second),
	}, th.keyID, th.key)
	require.NoError(t, err)
	return token
}

// members makes n members as rows, copies of one, each with two sessions: to sign
// up and log in a thousand would cost three thousand hashes.
func (th *thief) members(t *testing.T, like *account, n int) []*account {
	t.Helper()
	tx, err := th.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	insert := func(query string, args ...any) int64 {
		done, err := tx.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
		id, err := done.LastInsertId()
		require.NoError(t, err)
		return id
	}
	now := time.Now()
	made := make([]*account, n)
	for i := range made {
		a := &account{handle: "r" + unique()}
		a.email = a.handle + mailDomain
		a.id = insert(`INSERT INTO dailyfeed.members (password, roles, status, password_changed_at, created_at, updated_at)
			SELECT password, roles, status, password_changed_at, created_at, updated_at FROM dailyfeed.members WHERE id = ?`, like.id)
		insert(`INSERT INTO dailyfeed.member_emails (member_id, email, email_given, created_at, updated_at) VALUES (?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`, a.id, a.email, a.email)
		insert(`INSERT INTO dailyfeed.member_profiles (member_id, member_name, handle, gender, timezone, language_code, country_code, verification_status, privacy_level, version, created_at, updated_at)
			SELECT ?, member_name, ?, gender, timezone, language_code, country_code, verification_status, privacy_level, version, created_at, updated_at FROM dailyfeed.member_profiles WHERE member_id = ?`, a.id, a.handle, like.id)
		const session = `INSERT INTO dailyfeed.member_sessions (member_id, last_used_at, created_at, updated_at) VALUES (?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`
		a.session = insert(session, a.id)
		a.token = th.token(t, a.id, a.session, now, time.Hour)
		made[i] = a
	}
	require.NoError(t, tx.Commit())
	return made
}

// another is one more session of the same member.
func (th *thief) another(t *testing.T, a *account) *account {
	t.Helper()
	done, err := th.db.ExecContext(t.Context(), `INSERT INTO dailyfeed.member_sessions (member_id, last_used_at, created_at, updated_at) VALUES (?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`, a.id)
	require.NoError(t, err)
	id, err := done.LastInsertId()
	require.NoError(t, err)
	other := *a
	other.session = id
	other.token = th.token(t, a.id, id, time.Now(), time.Hour)
	return &other
}
