package mysqlstore_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

func decodeHead(t *testing.T, token string) []byte {
	t.Helper()
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	require.NoError(t, err)
	return raw
}

// gallery deletes pictures, or does not.
type gallery struct {
	mu      sync.Mutex
	down    bool
	deleted map[member.MemberID][]string
}

func (g *gallery) DeleteImages(_ context.Context, id member.MemberID, urls []string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down {
		return errors.New("image is down")
	}
	g.deleted[id] = append(g.deleted[id], urls...)
	return nil
}

// tally counts what becomes of removals.
type tally struct{ done, delayed, dropped int }

func (t *tally) RemovalsDone(n int)             { t.done += n }
func (t *tally) RemovalsDelayed(n int, _ error) { t.delayed += n }
func (t *tally) RemovalsDropped(n int)          { t.dropped += n }

func TestPicturesAreDeletedWhenImageIsBackHoweverLongItIsAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, b := h.member(t, "a1"), h.member(t, "b1")
	images, counts := &gallery{down: true, deleted: map[member.MemberID][]string{}}, new(tally)
	removals := member.NewImageRemovalService(h.store, images, counts, h.watch.now)
	_, err := h.profiles.Edit(t.Context(), a, member.ProfileEdit{PreviousAvatarURLs: []string{"/1", "/2"}})
	require.NoError(t, err)
	_, err = h.profiles.Edit(t.Context(), b, member.ProfileEdit{PreviousAvatarURLs: []string{"/3"}})
	require.NoError(t, err)
	work := func() int {
		t.Helper()
		n, err := removals.RemoveDue(t.Context())
		require.NoError(t, err)
		return n
	}
	require.Equal(t, 3, work())
	require.Zero(t, work(), "not before its time")
	for _, seconds := range []int64{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300} {
		wait := time.Duration(seconds) * time.Second
		h.watch.advance(wait - time.Millisecond)
		require.Zero(t, work(), wait)
		h.watch.advance(time.Millisecond)
		require.Equal(t, 3, work(), wait)
	}
	images.down = false
	h.watch.advance(5 * time.Minute)
	require.Equal(t, 3, work())
	require.Equal(t, map[member.MemberID][]string{a: {"/1", "/2"}, b: {"/3"}}, images.deleted)
	require.Equal(t, tally{done: 3, delayed: 36}, *counts)
	require.EqualValues(t, 0, h.count(t, "SELECT COUNT(*) FROM member_image_removals"))
}

func TestRemovalsOfAProcessThatDiedAreTakenOverAfterItsLease(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.member(t, "a1")
	require.NoError(t, h.store.AddImageRemovals(t.Context(), id, []string{"/1"}, h.watch.now()))
	now := h.watch.now()
	claimed, err := h.store.ClaimImageRemovals(t.Context(), now, now.Add(time.Minute), 10)
	require.NoError(t, err)
	require.Len(t, claimed, 1)
	again, err := h.store.ClaimImageRemovals(t.Context(), now, now.Add(time.Minute), 10)
	require.NoError(t, err)
	require.Empty(t, again)
	again, err = h.store.ClaimImageRemovals(t.Context(), now.Add(time.Minute), now.Add(2*time.Minute), 10)
	require.NoError(t, err)
	require.Equal(t, claimed, again)
}

func TestALeavingMembersPictureIsToBeDeleted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.member(t, "a1")
	url := "/api/proxy/images/view/1f6f1c0c-2f1e-4b57-9c0e-3a8d5d3f9b10"
	_, err := h.profiles.Edit(t.Context(), id, member.ProfileEdit{AvatarURL: &url})
	require.NoError(t, err)
	used, err := h.store.FindUsedImages(t.Context(), []string{"1F6F1C0C-2f1e-4b57-9c0e-3a8d5d3f9b10"})
	require.NoError(t, err)
	require.Len(t, used, 1)
	require.NoError(t, h.accounts.Deactivate(t.Context(), id))
	require.EqualValues(t, 1, h.count(t, "SELECT COUNT(*) FROM member_image_removals WHERE image_url = ?", url))
}
