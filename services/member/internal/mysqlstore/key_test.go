package mysqlstore_test

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
	"github.com/dailyfeed/dailyfeed/services/member/internal/signing"
	"github.com/dailyfeed/dailyfeed/support/auth"
)

var kek = bytes.Repeat([]byte{7}, 32)

// smithy makes, replaces and holds keys on a real database.
type smithy struct {
	*house
	rotator *signing.Rotator
	ring    *signing.Ring
}

var times = signing.Settings{AccessTTL: 2 * time.Hour, Rotation: time.Hour, CacheTTL: time.Minute}

func newSmithy(t *testing.T) smithy {
	t.Helper()
	h := newHouse(t)
	return h.smithy(t, kek)
}

func (h *house) smithy(t *testing.T, current []byte, previous ...[]byte) smithy {
	t.Helper()
	sealer, err := signing.NewSealer(rand.Reader, current, previous...)
	require.NoError(t, err)
	return smithy{h, signing.NewRotator(h.store, sealer, rand.Reader, times, h.watch.now), signing.NewRing(h.store, sealer, times, h.watch.now)}
}

func (s smithy) rotate(t *testing.T) signing.Rotation {
	t.Helper()
	done, err := s.rotator.Rotate(t.Context(), false)
	require.NoError(t, err)
	return done
}

// signs is the id of the key that signs now.
func (s smithy) signs(t *testing.T) string {
	t.Helper()
	token, err := s.ring.SignAccess(t.Context(), member.AccessClaims{MemberID: 1, SessionID: 2, TokenID: "j", IssuedAt: s.watch.now(), ExpiresAt: s.watch.now().Add(time.Hour)})
	require.NoError(t, err)
	keys, _, err := s.ring.FetchKeys(t.Context())
	require.NoError(t, err)
	for _, key := range keys {
		if bytes.Contains(decodeHead(t, token), []byte(key.ID)) {
			return key.ID
		}
	}
	require.Fail(t, "signed with a key that is not published")
	return ""
}

func (s smithy) published(t *testing.T) []auth.Key {
	t.Helper()
	require.NoError(t, s.ring.Reload(t.Context()))
	document, err := s.ring.JWKS(t.Context())
	require.NoError(t, err)
	keys, err := auth.DecodeKeys(document)
	require.NoError(t, err)
	return keys
}

func TestTheFirstKeyIsMadeOnceHoweverManyStartAtOnce(t *testing.T) {
	t.Parallel()
	s := newSmithy(t)
	made := make([]bool, 30)
	errs := together(len(made), func(i int) (err error) {
		made[i], err = s.rotator.EnsureFirst(t.Context())
		return err
	})
	require.Equal(t, len(made), succeeded(errs), errs)
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM jwt_keys"))
	require.Len(t, s.published(t), 1)
	s.signs(t)
}

func TestANewKeyIsPublishedAMinuteBeforeItSignsAndTheOldOneOutlivesItsTokens(t *testing.T) {
	t.Parallel()
	s := newSmithy(t)
	require.Empty(t, s.rotate(t).NewKey, "the first is not old enough")
	old := s.signs(t)
	s.watch.advance(time.Hour)
	done := s.rotate(t)
	require.NotEmpty(t, done.NewKey)
	require.GreaterOrEqual(t, done.SignsFrom.Sub(s.watch.now()), time.Minute)
	require.Empty(t, s.rotate(t).NewKey, "again in the same minute changes nothing")
	forced, err := s.rotator.Rotate(t.Context(), true)
	require.NoError(t, err)
	require.Empty(t, forced.NewKey, "one that does not sign yet is not replaced")

	keys := s.published(t)
	require.Equal(t, []string{done.NewKey, old}, []string{keys[0].ID, keys[1].ID}, "the newest first")
	require.Equal(t, old, s.signs(t))
	s.watch.advance(done.SignsFrom.Sub(s.watch.now()) - time.Microsecond)
	require.Equal(t, old, s.signs(t))
	s.watch.advance(time.Microsecond)
	require.Equal(t, done.NewKey, s.signs(t))

	s.watch.advance(2 * time.Hour)
	require.Zero(t, s.rotate(t).Retired, "a token of the old key may still be valid")
	require.Len(t, s.published(t), 3)
	s.watch.advance(2 * time.Minute)
	require.Equal(t, 1, s.rotate(t).Retired)
	require.Len(t, s.published(t), 2)
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM jwt_keys WHERE NOT is_active AND private_key = ''"), "what is retired can sign no more")
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM jwt_keys WHERE is_primary AND expires_at IS NULL"))
}

func TestWithoutTheJobNothingExpires(t *testing.T) {
	t.Parallel()
	s := newSmithy(t)
	_, err := s.rotator.EnsureFirst(t.Context())
	require.NoError(t, err)
	first := s.signs(t)
	s.watch.advance(365 * 24 * time.Hour)
	require.Equal(t, first, s.signs(t))
}

func TestManyJobsAtOnceReplaceTheKeyOnce(t *testing.T) {
	t.Parallel()
	s := newSmithy(t)
	s.rotate(t)
	s.watch.advance(2 * time.Hour)
	errs := together(12, func(int) error {
		_, err := s.rotator.Rotate(t.Context(), false)
		return err
	})
	require.Equal(t, 12, succeeded(errs), errs)
	require.EqualValues(t, 2, s.count(t, "SELECT COUNT(*) FROM jwt_keys"))
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM jwt_keys WHERE is_primary"))
}

func TestKeysAreSealedAndSealedAnewWhenTheKeyEncryptionKeyChanges(t *testing.T) {
	t.Parallel()
	s := newSmithy(t)
	s.rotate(t)
	first := s.signs(t)
	require.EqualValues(t, 0, s.count(t, "SELECT COUNT(*) FROM jwt_keys WHERE INSTR(private_key, UNHEX('2A8648CE3D0201')) > 0"), "no private key in the clear")

	next := bytes.Repeat([]byte{9}, 32)
	stranger := s.smithy(t, next)
	require.ErrorIs(t, stranger.ring.Reload(t.Context()), signing.ErrSealed)
	heir := s.smithy(t, next, kek)
	require.NoError(t, heir.ring.Reload(t.Context()))
	require.Equal(t, 1, heir.rotate(t).Resealed)
	require.Zero(t, heir.rotate(t).Resealed)
	stranger = s.smithy(t, next)
	require.NoError(t, stranger.ring.Reload(t.Context()))
	require.Equal(t, first, stranger.signs(t))
}

func TestASealedKeyIsBoundToItsRow(t *testing.T) {
	t.Parallel()
	s := newSmithy(t)
	s.rotate(t)
	require.NoError(t, s.pool.DB(t.Context()).Exec("UPDATE jwt_keys SET key_id = 'another'").Error)
	require.ErrorIs(t, s.ring.Reload(t.Context()), signing.ErrSealed)
}

func TestWhenTheKeyEncryptionKeyIsLostTheNextRotationRecovers(t *testing.T) {
	t.Parallel()
	s := newSmithy(t)
	s.rotate(t)
	s.watch.advance(time.Minute)
	heir := s.smithy(t, bytes.Repeat([]byte{9}, 32))
	done, err := heir.rotator.Rotate(t.Context(), true)
	require.NoError(t, err)
	require.ErrorIs(t, heir.ring.Reload(t.Context()), signing.ErrNoKey, "not before its time: tokens that nobody can verify yet would be refused")
	s.watch.advance(done.SignsFrom.Sub(s.watch.now()))
	require.NoError(t, heir.ring.Reload(t.Context()))
	require.Equal(t, done.NewKey, heir.signs(t))
}

func TestAReplicaThatCouldNotReloadAsksBeforeItSigns(t *testing.T) {
	t.Parallel()
	s := newSmithy(t)
	s.rotate(t)
	old := s.signs(t)
	s.watch.advance(time.Hour)
	done := s.rotate(t)
	s.watch.advance(2 * time.Minute) // and this ring has not looked since
	require.NotEqual(t, old, s.signs(t))
	require.Equal(t, done.NewKey, s.signs(t))
}
