package search

import "context"

// Source is content's current state, in the order of ids, deleted things too.
type Source interface {
	// ListPosts returns the posts after that id; next is 0 where there are no more.
	ListPosts(ctx context.Context, after PostID) (posts []Post, next PostID, err error)
	// ListComments returns the comments after that id. Comments of deleted posts
	// are deleted.
	ListComments(ctx context.Context, after CommentID) (comments []Comment, next CommentID, err error)
}

// Progress remembers how far a rebuild has come.
type Progress interface {
	// LoadProgress returns the last id that was done, 0 where none was.
	LoadProgress(ctx context.Context, kind Kind) (after int64, err error)
	// SaveProgress remembers an id; 0 forgets.
	SaveProgress(ctx context.Context, kind Kind, after int64) error
}

// Rebuilder takes content's current state into the projection, while it serves
// and follows events: by version, whichever comes first.
type Rebuilder struct {
	source     Source
	projection Projection
	progress   Progress
}

// NewRebuilder rebuilds projection from source.
func NewRebuilder(source Source, projection Projection, progress Progress) *Rebuilder {
	return &Rebuilder{source: source, projection: projection, progress: progress}
}

// Rebuild goes on where the last one ended before its end, or from the
// beginning. Posts come first, because deleted ones hide their comments. It
// returns how many of each it has looked at.
func (r *Rebuilder) Rebuild(ctx context.Context) (posts, comments int, err error) {
	posts, err = r.run(ctx, Posts, func(after int64) (int, int64, error) {
		batch, next, err := r.source.ListPosts(ctx, PostID(after))
		if err != nil {
			return 0, 0, err
		}
		return len(batch), int64(next), r.projection.ApplyPosts(ctx, batch)
	})
	if err != nil {
		return posts, 0, err
	}
	comments, err = r.run(ctx, Comments, func(after int64) (int, int64, error) {
		batch, next, err := r.source.ListComments(ctx, CommentID(after))
		if err != nil {
			return 0, 0, err
		}
		return len(batch), int64(next), r.projection.ApplyComments(ctx, batch)
	})
	if err != nil {
		return posts, comments, err
	}
	return posts, comments, r.Restart(ctx)
}

// done is progress of a kind that has none left.
const done = -1

func (r *Rebuilder) run(ctx context.Context, kind Kind, step func(after int64) (n int, next int64, err error)) (total int, err error) {
	after, err := r.progress.LoadProgress(ctx, kind)
	if err != nil {
		return 0, err
	}
	for after != done {
		n, next, err := step(after)
		if err != nil {
			return total, err
		}
		total += n
		if after = next; next == 0 {
			after = done
		}
		if err := r.progress.SaveProgress(ctx, kind, after); err != nil {
			return total, err
		}
	}
	return total, nil
}

// Restart lets the next rebuild begin at the beginning.
func (r *Rebuilder) Restart(ctx context.Context) error {
	for _, kind := range []Kind{Posts, Comments} {
		if err := r.progress.SaveProgress(ctx, kind, 0); err != nil {
			return err
		}
	}
	return nil
}
