package password

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

var cheap = Params{MemoryKiB: 8, Passes: 1, Lanes: 1}

func newHasher(t *testing.T, params Params, limits Limits) *Hasher {
	t.Helper()
	h, err := New(params, limits, Within{}, rand.Reader)
	require.NoError(t, err)
	return h
}

func verdict(t *testing.T, h *Hasher, hash member.PasswordHash, text string) member.Verdict {
	t.Helper()
	v, err := h.Verify(t.Context(), hash, text)
	require.NoError(t, err)
	return v
}

func TestAHashKnowsItsPasswordAndNoOther(t *testing.T) {
	t.Parallel()
	h := newHasher(t, OWASP, Limits{Slots: 1, Wait: time.Minute})
	hash, err := h.Hash(t.Context(), "Riverside7!")
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, string(hash))
	again, err := h.Hash(t.Context(), "Riverside7!")
	require.NoError(t, err)
	require.NotEqual(t, string(hash), string(again), "salted")
	require.Equal(t, member.RightPassword, verdict(t, h, hash, "Riverside7!"))
	require.Equal(t, member.WrongPassword, verdict(t, h, hash, "riverside7!"))
	require.Equal(t, member.WrongPassword, verdict(t, h, hash, ""))
}

func TestNothingOfALongPasswordIsCut(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, Limits{Slots: 1, Wait: time.Minute})
	long := strings.Repeat("가", 1000)
	hash, err := h.Hash(t.Context(), long+"a")
	require.NoError(t, err)
	require.Equal(t, member.WrongPassword, verdict(t, h, hash, long+"b"))
	require.Equal(t, member.RightPassword, verdict(t, h, hash, long+"a"))
}

func TestNoPasswordBelongsToAnAccountThatDoesNotExist(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, Limits{Slots: 1, Wait: time.Minute})
	for _, text := range []string{"", "a password that nobody has", "x"} {
		require.Equal(t, member.WrongPassword, verdict(t, h, "", text))
	}
}

func TestAHashOfOtherParametersIsRightButWeak(t *testing.T) {
	t.Parallel()
	old := newHasher(t, cheap, Limits{Slots: 1, Wait: time.Minute})
	hash, err := old.Hash(t.Context(), "Riverside7!")
	require.NoError(t, err)
	h := newHasher(t, Params{MemoryKiB: 16, Passes: 2, Lanes: 1}, Limits{Slots: 1, Wait: time.Minute})
	require.Equal(t, member.RightButWeak, verdict(t, h, hash, "Riverside7!"))
	require.Equal(t, member.WrongPassword, verdict(t, h, hash, "other"))
}

func TestAStoredHashThatIsNotOneOfOursIsAFaultAndStaysUntold(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, Limits{Slots: 1, Wait: time.Minute})
	for _, text := range []string{
		"x", "$2a$10$abcdefghijklmnopqrstuv", "$argon2id$v=18$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA", "$argon2id$v=19$m=8,t=1,p=1$!$aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA", "$argon2id$v=19$m=8,t=0,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$aGFz", "$argon2id$v=19$m=8,t=1,p=1$$",
	} {
		_, err := h.Verify(t.Context(), member.PasswordHash(text), "x")
		require.ErrorIs(t, err, ErrUnreadable, text)
		require.NotContains(t, err.Error(), text)
	}
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, Limits{Slots: 1, Queue: 2, Wait: 50 * time.Millisecond})
	_, release, err := h.Reserve(t.Context())
	require.NoError(t, err)
	_, err = h.Hash(t.Context(), "x")
	require.ErrorIs(t, err, member.ErrBusy, "no slot in time")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = h.Hash(ctx, "x")
	require.ErrorIs(t, err, context.Canceled, "nobody waits for it any more")

	release()
	_, err = h.Hash(t.Context(), "x")
	require.NoError(t, err)
}

func TestAFullQueueRefusesAtOnce(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, Limits{Slots: 1, Queue: 2, Wait: time.Hour})
	_, release, err := h.Reserve(t.Context())
	require.NoError(t, err)
	var waiting sync.WaitGroup
	for range 2 {
		waiting.Go(func() { _, _ = h.Hash(t.Context(), "x") })
	}
	require.Eventually(t, func() bool { return h.InUse() == 3 }, 10*time.Second, time.Millisecond)
	_, err = h.Hash(t.Context(), "x")
	require.ErrorIs(t, err, member.ErrBusy, "it would wait for an hour otherwise")
	release()
	waiting.Wait()
	_, err = h.Hash(t.Context(), "x")
	require.NoError(t, err)
	require.Zero(t, h.InUse())
}

func TestAReservedSlotServesAllHashesOfItsContext(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, Limits{Slots: 1, Wait: time.Millisecond})
	ctx, release, err := h.Reserve(t.Context())
	require.NoError(t, err)
	hash, err := h.Hash(ctx, "x")
	require.NoError(t, err)
	v, err := h.Verify(ctx, hash, "x")
	require.NoError(t, err)
	require.Equal(t, member.RightPassword, v)
	_, err = h.Hash(t.Context(), "x")
	require.ErrorIs(t, err, member.ErrBusy)
	release()
}

func TestCommonPasswordsAreKnownWithoutCase(t *testing.T) {
	t.Parallel()
	require.Greater(t, len(common), 300)
	for _, word := range []string{"Password1!", "P@ssw0rd1", "PASSWORD123!", "Qwer1234!", "Welcome1!", "iLoveYou1!", "Zaq1@wsx", "Dkssud123!"} {
		require.True(t, IsCommon(word), word)
	}
	for _, word := range []string{"Riverside7!", "Hilltop#28", "", "password"} {
		require.False(t, IsCommon(word), word)
	}
	for word := range common {
		require.Equal(t, strings.ToLower(word), word)
	}
}
