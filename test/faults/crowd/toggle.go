package crowd

import (
	"context"
	"slices"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// toggled is a list of what is on for a member, and is kept up to date by flip. Unlike
// other lists it is never cut: a second like of a forgotten one would be refused.
func (m *member) flip(ctx context.Context, list *[]int64, e ledger.Entry, id int64, on bool, call func(ctx context.Context, replica int, key rest.Option) error) error {
	result, err := m.insist(ctx, &e, func(ctx context.Context, replica int) error {
		return call(ctx, replica, rest.IdempotencyKey(m.key(m.keys)))
	})
	switch {
	case result == acknowledged && on:
		*list = append(*list, id)
	case !on: // also when it is gone meanwhile
		*list = without(*list, id)
	}
	return err
}

func (m *member) likePost(ctx context.Context, act Act) (bool, error) {
	on := act.Verb == ledger.LikePost
	id, found := at(m.liked, act.Pick)
	if on {
		id, found = m.crowd.board.post(act.Pick)
		found = found && !slices.Contains(m.liked, id)
	}
	if !found {
		return false, nil
	}
	return true, m.flip(ctx, &m.liked, ledger.Entry{Verb: act.Verb, Post: id}, id, on, func(ctx context.Context, replica int, key rest.Option) (err error) {
		if on {
			_, err = m.contentAt(replica).LikePost(ctx, id, key)
			return err
		}
		_, err = m.contentAt(replica).UnlikePost(ctx, id, key)
		return err
	})
}

func (m *member) likeComment(ctx context.Context, act Act) (bool, error) {
	on := act.Verb == ledger.LikeComment
	id, found := at(m.agreed, act.Pick)
	if on {
		t, there := m.crowd.board.comment(act.Pick)
		id, found = t.id, there && !slices.Contains(m.agreed, t.id)
	}
	if !found {
		return false, nil
	}
	return true, m.flip(ctx, &m.agreed, ledger.Entry{Verb: act.Verb, Comment: id}, id, on, func(ctx context.Context, replica int, key rest.Option) (err error) {
		if on {
			_, err = m.contentAt(replica).LikeComment(ctx, id, key)
			return err
		}
		_, err = m.contentAt(replica).UnlikeComment(ctx, id, key)
		return err
	})
}

func (m *member) changeFollow(ctx context.Context, act Act) (bool, error) {
	on := act.Verb == ledger.Follow
	id, found := at(m.followed, act.Pick)
	if on {
		other, _ := at(m.crowd.members, act.Pick)
		id, found = other.id, other != m && !slices.Contains(m.followed, other.id)
	}
	if !found {
		return false, nil
	}
	return true, m.flip(ctx, &m.followed, ledger.Entry{Verb: act.Verb, Target: id}, id, on, func(ctx context.Context, replica int, key rest.Option) (err error) {
		if on {
			_, err = m.memberAt(replica).Follow(ctx, id, key)
			return err
		}
		_, err = m.memberAt(replica).Unfollow(ctx, id, key)
		return err
	})
}
