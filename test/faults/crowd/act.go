package crowd

import (
	"context"
	"slices"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// ownKept is how many of its own things a member remembers.
const ownKept = 60

// do does an act, or writes a post where there is nothing to do it to.
func (m *member) do(ctx context.Context, act Act) error {
	m.busy.Lock()
	defer m.busy.Unlock()
	able, err := m.try(ctx, act)
	if err == nil && !able {
		_, err = m.createPost(ctx)
	}
	return err
}

func (m *member) try(ctx context.Context, act Act) (able bool, err error) {
	switch act.Verb {
	case ledger.CreatePost:
		return m.createPost(ctx)
	case ledger.EditPost, ledger.DeletePost:
		return m.changePost(ctx, act)
	case ledger.CreateComment:
		return m.createComment(ctx, act.Pick)
	case ledger.EditComment, ledger.DeleteComment:
		return m.changeComment(ctx, act)
	case ledger.LikePost, ledger.UnlikePost:
		return m.likePost(ctx, act)
	case ledger.LikeComment, ledger.UnlikeComment:
		return m.likeComment(ctx, act)
	case ledger.Follow, ledger.Unfollow:
		return m.changeFollow(ctx, act)
	default:
		m.glance(ctx)
		return true, nil
	}
}

func (m *member) createPost(ctx context.Context) (bool, error) {
	e := ledger.Entry{Verb: ledger.CreatePost, Text: m.text()}
	result, err := m.insist(ctx, &e, func(ctx context.Context, replica int) error {
		post, err := m.contentAt(replica).CreatePost(ctx, contentrest.WritePostRequest{Content: e.Text}, rest.IdempotencyKey(e.Key))
		e.Post = post.ID
		return err
	})
	if result == acknowledged {
		m.posts = keep(m.posts, e.Post)
		m.crowd.board.addPost(e.Post)
	}
	return true, err
}

func (m *member) changePost(ctx context.Context, act Act) (bool, error) {
	id, found := at(m.posts, act.Pick)
	if !found {
		return false, nil
	}
	e := ledger.Entry{Verb: act.Verb, Post: id}
	if act.Verb == ledger.EditPost {
		e.Text = m.text()
	}
	result, err := m.insist(ctx, &e, func(ctx context.Context, replica int) (err error) {
		if act.Verb == ledger.EditPost {
			_, err = m.contentAt(replica).UpdatePost(ctx, id, contentrest.WritePostRequest{Content: e.Text}, rest.IdempotencyKey(e.Key))
			return err
		}
		_, err = m.contentAt(replica).DeletePost(ctx, id, rest.IdempotencyKey(e.Key))
		return err
	})
	if act.Verb == ledger.DeletePost || result == refused {
		m.posts = without(m.posts, id)
		m.crowd.board.drop(id, 0)
	}
	return true, err
}

func (m *member) createComment(ctx context.Context, pick uint32) (bool, error) {
	const replies = 4 // one in so many comments is one
	post, found := m.crowd.board.post(pick)
	parent := thread{depth: -1}
	if t, there := m.crowd.board.comment(pick / replies); there && pick%replies == 0 && t.depth < 2 {
		parent, post, found = t, t.post, true
	}
	if !found {
		return false, nil
	}
	e := ledger.Entry{Verb: ledger.CreateComment, Post: post, Parent: parent.id, Text: m.text()}
	result, err := m.insist(ctx, &e, func(ctx context.Context, replica int) error {
		var comment contentrest.Comment
		var err error
		if parent.id == 0 {
			comment, err = m.contentAt(replica).CreateComment(ctx, contentrest.CreateCommentRequest{PostID: post, Content: e.Text}, rest.IdempotencyKey(e.Key))
		} else {
			comment, err = m.contentAt(replica).CreateReply(ctx, contentrest.CreateReplyRequest{PostID: post, ParentID: parent.id, Content: e.Text}, rest.IdempotencyKey(e.Key))
		}
		e.Comment = comment.ID
		return err
	})
	switch result {
	case acknowledged:
		t := thread{e.Comment, post, parent.depth + 1}
		m.comments = keep(m.comments, t)
		m.crowd.board.addComment(t)
	case refused:
		m.crowd.board.drop(0, parent.id)
	case unanswered:
	}
	return true, err
}

func (m *member) changeComment(ctx context.Context, act Act) (bool, error) {
	own, found := at(m.comments, act.Pick)
	if !found {
		return false, nil
	}
	e := ledger.Entry{Verb: act.Verb, Post: own.post, Comment: own.id}
	if act.Verb == ledger.EditComment {
		e.Text = m.text()
	}
	result, err := m.insist(ctx, &e, func(ctx context.Context, replica int) (err error) {
		if act.Verb == ledger.EditComment {
			_, err = m.contentAt(replica).UpdateComment(ctx, own.id, contentrest.UpdateCommentRequest{Content: e.Text}, rest.IdempotencyKey(e.Key))
			return err
		}
		_, err = m.contentAt(replica).DeleteComment(ctx, own.id, rest.IdempotencyKey(e.Key))
		return err
	})
	if act.Verb == ledger.DeleteComment || result == refused {
		m.comments = without(m.comments, own)
		m.crowd.board.drop(0, own.id)
	}
	return true, err
}

func keep[T any](all []T, one T) []T {
	all = append(all, one)
	return all[max(0, len(all)-ownKept):]
}

func without[T comparable](all []T, one T) []T {
	return slices.DeleteFunc(all, func(other T) bool { return other == one })
}
