package content

import (
	"context"
	"errors"
	"fmt"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// PostService is what members do with posts.
type PostService struct {
	store Store
	facts FactLog
	now   Clock
}

// NewPostService joins the use cases of posts to their store.
func NewPostService(store Store, facts FactLog, now Clock) *PostService {
	return &PostService{store: store, facts: facts, now: now}
}

// Publish writes a new post of author. An absent title is "".
// Fails with VALIDATION_FAILED; anything else is a fault of the store.
func (s *PostService) Publish(ctx context.Context, author MemberID, text PostText) (view PostView, err error) {
	if err := text.check(); err != nil {
		return PostView{}, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		now := s.now()
		post := Post{AuthorID: author, Content: text.Content, CreatedAt: now, UpdatedAt: now, Version: 1}
		if text.Title != nil {
			post.Title = *text.Title
		}
		if post.ID, err = s.store.AddPost(ctx, post); err != nil {
			return err
		}
		view = PostView{Post: post}
		return s.facts.Record(ctx, PostFact{Change: Created, Actor: author, At: now, Post: post})
	})
	return view, err
}

// Revise replaces the texts of a live post and returns it as member sees it.
// Fails with POST_NOT_FOUND, POST_UPDATE_FORBIDDEN or VALIDATION_FAILED.
func (s *PostService) Revise(ctx context.Context, member MemberID, id PostID, text PostText) (view PostView, err error) {
	if err := text.check(); err != nil {
		return PostView{}, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		post, err := s.lockOwnPost(ctx, member, id, CodePostUpdateForbidden)
		if err != nil {
			return err
		}
		if text.Title != nil {
			post.Title = *text.Title
		}
		post.Content = text.Content
		post.UpdatedAt = s.now()
		post.Version++
		if err := s.store.UpdatePost(ctx, post); err != nil {
			return err
		}
		if view, err = s.view(ctx, post, member); err != nil {
			return err
		}
		return s.facts.Record(ctx, PostFact{Change: Revised, Actor: member, At: post.UpdatedAt, Post: post})
	})
	return view, err
}

// Delete hides a live post with its comments and likes.
// Fails with POST_NOT_FOUND or POST_DELETE_FORBIDDEN.
func (s *PostService) Delete(ctx context.Context, member MemberID, id PostID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		post, err := s.lockOwnPost(ctx, member, id, CodePostDeleteForbidden)
		if err != nil {
			return err
		}
		post.Deleted = true
		post.Version++
		if err := s.store.UpdatePost(ctx, post); err != nil {
			return err
		}
		return s.facts.Record(ctx, PostFact{Change: Deleted, Actor: member, At: s.now(), Post: post})
	})
}

// Like makes member like a live post.
// Fails with POST_NOT_FOUND or POST_LIKE_ALREADY_EXISTS.
func (s *PostService) Like(ctx context.Context, member MemberID, id PostID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.shareLivePostOrNotFound(ctx, id); err != nil {
			return err
		}
		now := s.now()
		version, err := s.store.AddPostLike(ctx, id, member, now)
		if errors.Is(err, ErrPresent) {
			return CodePostLiked.Wrap(err)
		}
		if err != nil {
			return err
		}
		fact := LikeFact{Liked: true, Actor: member, At: now, PostID: id, Version: version}
		if err := s.facts.Record(ctx, fact); err != nil {
			return err
		}
		return s.store.AddToPost(ctx, id, 1, 0, now)
	})
}

// Unlike takes member's like of a live post back.
// Fails with POST_NOT_FOUND or POST_LIKE_CANCEL_ALREADY_COMMITTED.
func (s *PostService) Unlike(ctx context.Context, member MemberID, id PostID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.shareLivePostOrNotFound(ctx, id); err != nil {
			return err
		}
		version, err := s.store.RemovePostLike(ctx, id, member)
		if errors.Is(err, ErrAbsent) {
			return CodePostNotLiked.Wrap(err)
		}
		if err != nil {
			return err
		}
		fact := LikeFact{Actor: member, At: s.now(), PostID: id, Version: version}
		if err := s.facts.Record(ctx, fact); err != nil {
			return err
		}
		return s.store.TakeFromPost(ctx, id, 1, 0)
	})
}

func (s *PostService) view(ctx context.Context, post Post, viewer MemberID) (PostView, error) {
	counters, liked, err := s.store.FindCounters(ctx, post.ID, viewer)
	if err != nil {
		return PostView{}, err
	}
	return PostView{Post: post, PostCounters: counters, Liked: liked}, nil
}

func (s *PostService) lockOwnPost(ctx context.Context, member MemberID, id PostID, forbidden *apierr.Code) (Post, error) {
	post, err := s.store.LockPost(ctx, id)
	if err := livePostOrNotFound(post, err); err != nil {
		return Post{}, err
	}
	if post.AuthorID != member {
		return Post{}, forbidden.Wrap(fmt.Errorf("post %d is of member %d, not %d", id, post.AuthorID, member))
	}
	return post, nil
}

// shareLivePostOrNotFound keeps a live post live until the transaction ends.
func (s *PostService) shareLivePostOrNotFound(ctx context.Context, id PostID) error {
	post, err := s.store.SharePost(ctx, id)
	return livePostOrNotFound(post, err)
}

// livePostOrNotFound turns the outcome of a look-up into POST_NOT_FOUND where
// there is no such post or it is deleted.
func livePostOrNotFound(post Post, err error) error {
	switch {
	case errors.Is(err, ErrAbsent):
		return CodePostNotFound.Wrap(err)
	case err != nil:
		return err
	case post.Deleted:
		return CodePostNotFound.Wrap(fmt.Errorf("post %d is deleted", post.ID))
	}
	return nil
}
