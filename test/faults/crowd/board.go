package crowd

import (
	"slices"
	"sync"
)

// board is what members know of each other's posts and comments: enough to find
// something to do, not a source of truth.
type board struct {
	mu       sync.Mutex
	posts    []int64
	comments []thread
}

// thread is a comment and where it stands.
type thread struct {
	id, post int64
	depth    int
}

const boardSize = 400 // what is older is left alone, so that things are contended for

func (b *board) addPost(id int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.posts = append(b.posts, id)
	b.posts = b.posts[max(0, len(b.posts)-boardSize):]
}

func (b *board) addComment(t thread) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.comments = append(b.comments, t)
	b.comments = b.comments[max(0, len(b.comments)-boardSize):]
}

func (b *board) drop(post, comment int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.posts = slices.DeleteFunc(b.posts, func(id int64) bool { return id == post })
	b.comments = slices.DeleteFunc(b.comments, func(t thread) bool { return t.id == comment || post != 0 && t.post == post })
}

func (b *board) post(pick uint32) (int64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return at(b.posts, pick)
}

func (b *board) comment(pick uint32) (thread, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return at(b.comments, pick)
}

func at[T any](all []T, pick uint32) (one T, found bool) {
	if len(all) == 0 {
		return one, false
	}
	return all[int(pick)%len(all)], true
}
