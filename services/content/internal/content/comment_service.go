package content

import (
	"context"
	"errors"
	"fmt"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// CommentService is what members do with comments and replies.
type CommentService struct {
	store Store
	facts FactLog
	now   Clock
}

// NewCommentService joins the use cases of comments to their store.
func NewCommentService(store Store, facts FactLog, now Clock) *CommentService {
	return &CommentService{store: store, facts: facts, now: now}
}

// Publish writes a comment or reply of author on a live post.
// Fails with VALIDATION_FAILED, POST_NOT_FOUND, PARENT_COMMENT_NOT_FOUND,
// PARENT_COMMENT_POST_ID_NOT_EQUALS or COMMENT_DEPTH_LIMIT_EXCEEDS.
func (s *CommentService) Publish(ctx context.Context, author MemberID, draft CommentDraft) (view CommentView, err error) {
	if err := checkComment(draft.Content); err != nil {
		return CommentView{}, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		post, err := s.store.SharePost(ctx, draft.PostID)
		if err := livePostOrNotFound(post, err); err != nil {
			return err
		}
		now := s.now()
		comment := Comment{
			PostID: draft.PostID, ParentID: draft.ParentID, AuthorID: author, Content: draft.Content,
			CreatedAt: now, UpdatedAt: now, Version: 1,
		}
		if draft.ParentID != 0 {
			if comment.Depth, err = s.answerDepth(ctx, draft); err != nil {
				return err
			}
		}
		if comment.ID, err = s.store.AddComment(ctx, comment); err != nil {
			return err
		}
		view = CommentView{Comment: comment}
		return s.countNew(ctx, comment)
	})
	return view, err
}

func (s *CommentService) countNew(ctx context.Context, comment Comment) error {
	if comment.ParentID != 0 {
		if err := s.store.AddReplies(ctx, comment.ParentID, 1); err != nil {
			return err
		}
	}
	fact := CommentFact{Change: Created, Actor: comment.AuthorID, At: comment.CreatedAt, Comment: comment}
	if err := s.facts.Record(ctx, fact); err != nil {
		return err
	}
	return s.store.AddToPost(ctx, comment.PostID, 0, 1, comment.CreatedAt)
}

// answerDepth locks the parent of draft and says how deep its answer is.
func (s *CommentService) answerDepth(ctx context.Context, draft CommentDraft) (int, error) {
	found, err := s.store.LockComments(ctx, draft.ParentID)
	if err != nil {
		return 0, err
	}
	switch {
	case len(found) == 0 || found[0].Deleted:
		return 0, CodeParentCommentNotFound.Wrap(fmt.Errorf("no live comment %d", draft.ParentID))
	case found[0].PostID != draft.PostID:
		return 0, CodeParentOnOtherPost.Wrap(fmt.Errorf("comment %d is on post %d, not %d", draft.ParentID, found[0].PostID, draft.PostID))
	case found[0].Depth >= MaxDepth:
		return 0, CodeCommentTooDeep.Wrap(fmt.Errorf("comment %d has depth %d", draft.ParentID, found[0].Depth))
	}
	return found[0].Depth + 1, nil
}

// Revise replaces the text of a live comment and returns it as member sees it.
// Fails with VALIDATION_FAILED, COMMENT_NOT_FOUND or
// COMMENT_MODIFICATION_PERMISSION_DENIED.
func (s *CommentService) Revise(ctx context.Context, member MemberID, id CommentID, content string) (view CommentView, err error) {
	if err := checkComment(content); err != nil {
		return CommentView{}, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		comment, err := s.lockLiveCommentOrNotFound(ctx, id)
		if err != nil {
			return err
		}
		if err := requireAuthor(comment, member, CodeCommentNotModifiable); err != nil {
			return err
		}
		comment.Content, comment.UpdatedAt = content, s.now()
		comment.Version++
		if err := s.store.UpdateComment(ctx, comment); err != nil {
			return err
		}
		liked, err := s.store.HasLikedComment(ctx, id, member)
		if err != nil {
			return err
		}
		view = CommentView{Comment: comment, Liked: liked}
		return s.facts.Record(ctx, CommentFact{Change: Revised, Actor: member, At: comment.UpdatedAt, Comment: comment})
	})
	return view, err
}

// Delete hides a live comment and all its replies, and states a fact for each.
// Fails with COMMENT_NOT_FOUND or COMMENT_DELETION_PERMISSION_DENIED.
func (s *CommentService) Delete(ctx context.Context, member MemberID, id CommentID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		comment, err := s.lockLiveCommentOrNotFound(ctx, id)
		if err != nil {
			return err
		}
		if err := requireAuthor(comment, member, CodeCommentNotDeletable); err != nil {
			return err
		}
		doomed, err := s.lockWithReplies(ctx, comment)
		if err != nil {
			return err
		}
		if err := s.deleteAll(ctx, member, doomed); err != nil {
			return err
		}
		if comment.ParentID != 0 {
			if err := s.store.AddReplies(ctx, comment.ParentID, -1); err != nil {
				return err
			}
		}
		return s.store.TakeFromPost(ctx, comment.PostID, 0, int64(len(doomed)))
	})
}

// lockWithReplies returns comment and every live comment below it.
func (s *CommentService) lockWithReplies(ctx context.Context, comment Comment) ([]Comment, error) {
	all, level := []Comment{comment}, []Comment{comment}
	for depth := comment.Depth; depth < MaxDepth && len(level) > 0; depth++ {
		parents := make([]CommentID, len(level))
		for i, c := range level {
			parents[i] = c.ID
		}
		var err error
		if level, err = s.store.LockReplies(ctx, parents); err != nil {
			return nil, err
		}
		all = append(all, level...)
	}
	return all, nil
}

func (s *CommentService) deleteAll(ctx context.Context, member MemberID, doomed []Comment) error {
	now := s.now()
	facts := make([]Fact, len(doomed))
	ids := make([]CommentID, len(doomed))
	for i, c := range doomed {
		c.Deleted = true
		c.Version++
		facts[i] = CommentFact{Change: Deleted, Actor: member, At: now, Comment: c}
		ids[i] = c.ID
	}
	if err := s.store.DeleteComments(ctx, ids); err != nil {
		return err
	}
	return s.facts.Record(ctx, facts...)
}

// Like makes member like a live comment.
// Fails with COMMENT_NOT_FOUND or COMMENT_LIKE_ALREADY_EXISTS.
func (s *CommentService) Like(ctx context.Context, member MemberID, id CommentID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		comment, err := s.findLiveCommentOrNotFound(ctx, id)
		if err != nil {
			return err
		}
		now := s.now()
		version, err := s.store.AddCommentLike(ctx, id, member, now)
		if errors.Is(err, ErrPresent) {
			return CodeCommentLiked.Wrap(err)
		}
		if err != nil {
			return err
		}
		fact := LikeFact{Liked: true, Actor: member, At: now, PostID: comment.PostID, CommentID: id, Version: version}
		if err := s.facts.Record(ctx, fact); err != nil {
			return err
		}
		return s.changeLikes(ctx, id, 1)
	})
}

// Unlike takes member's like of a live comment back.
// Fails with COMMENT_NOT_FOUND or COMMENT_LIKE_CANCEL_ALREADY_COMMITTED.
func (s *CommentService) Unlike(ctx context.Context, member MemberID, id CommentID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		comment, err := s.findLiveCommentOrNotFound(ctx, id)
		if err != nil {
			return err
		}
		version, err := s.store.RemoveCommentLike(ctx, id, member)
		if errors.Is(err, ErrAbsent) {
			return CodeCommentNotLiked.Wrap(err)
		}
		if err != nil {
			return err
		}
		fact := LikeFact{Actor: member, At: s.now(), PostID: comment.PostID, CommentID: id, Version: version}
		if err := s.facts.Record(ctx, fact); err != nil {
			return err
		}
		return s.changeLikes(ctx, id, -1)
	})
}

// changeLikes fails with COMMENT_NOT_FOUND where the comment was deleted after
// it was looked at.
func (s *CommentService) changeLikes(ctx context.Context, id CommentID, delta int64) error {
	err := s.store.AddCommentLikes(ctx, id, delta)
	if errors.Is(err, ErrAbsent) {
		return CodeCommentNotFound.Wrap(err)
	}
	return err
}

// findLiveCommentOrNotFound finds a live comment on a live post, which stays
// live until the transaction ends; the comment itself is not locked.
func (s *CommentService) findLiveCommentOrNotFound(ctx context.Context, id CommentID) (Comment, error) {
	comment, err := s.store.FindComment(ctx, id)
	if errors.Is(err, ErrAbsent) {
		return Comment{}, CodeCommentNotFound.Wrap(err)
	}
	if err != nil {
		return Comment{}, err
	}
	post, err := s.store.SharePost(ctx, comment.PostID)
	if err := livePostOrNotFound(post, err); apierr.HasCode(err, CodePostNotFound) {
		return Comment{}, CodeCommentNotFound.Wrap(err)
	} else if err != nil {
		return Comment{}, err
	}
	if comment.Deleted {
		return Comment{}, CodeCommentNotFound.Wrap(fmt.Errorf("comment %d is deleted", id))
	}
	return comment, nil
}

// lockLiveCommentOrNotFound locks a live comment, its post and its parent.
func (s *CommentService) lockLiveCommentOrNotFound(ctx context.Context, id CommentID) (Comment, error) {
	seen, err := s.findLiveCommentOrNotFound(ctx, id)
	if err != nil {
		return Comment{}, err
	}
	locked, err := s.store.LockComments(ctx, seen.ParentID, id) // the parent has the lower id
	if err != nil {
		return Comment{}, err
	}
	for _, c := range locked {
		if c.ID == id && !c.Deleted {
			return c, nil
		}
	}
	return Comment{}, CodeCommentNotFound.Wrap(fmt.Errorf("comment %d was deleted meanwhile", id))
}

func requireAuthor(comment Comment, member MemberID, forbidden *apierr.Code) error {
	if comment.AuthorID != member {
		return forbidden.Wrap(fmt.Errorf("comment %d is of member %d, not %d", comment.ID, comment.AuthorID, member))
	}
	return nil
}
