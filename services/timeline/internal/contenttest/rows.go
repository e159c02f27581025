package contenttest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Post is a post with its counters. Zero times are filled in: an update and the
// last activity at the creation.
type Post struct {
	ID                     int64
	Author                 int64
	Title                  string
	Content                string
	CreatedAt              time.Time
	UpdatedAt              time.Time
	LastActivityAt         time.Time
	Views, Likes, Comments int64
	Deleted                bool
}

// Comment is a comment or reply; Parent is 0 at top level.
type Comment struct {
	ID, Post, Parent, Author int64
	Depth                    int
	Content                  string
	CreatedAt, UpdatedAt     time.Time
	Likes, Replies           int64
	Deleted                  bool
}

// AddPosts inserts posts.
func (s Tables) AddPosts(t testing.TB, posts ...Post) {
	t.Helper()
	var rows, stats [][]any
	for _, p := range posts {
		p = p.filled()
		rows = append(rows, []any{p.ID, p.Title, p.Content, p.Author, p.Deleted, 1, p.CreatedAt, p.UpdatedAt})
		stats = append(stats, []any{p.ID, p.Views, p.Likes, p.Comments, p.LastActivityAt, p.Deleted, p.CreatedAt})
	}
	s.insert(t, "posts (id, title, content, author_id, is_deleted, version, created_at, updated_at)", rows)
	s.insert(t, "post_stats (post_id, view_count, like_count, comment_count, last_activity_at, is_deleted, post_created_at)", stats)
}

func (p Post) filled() Post {
	if p.Content == "" {
		p.Content = "오늘의 글"
	}
	if p.UpdatedAt.IsZero() {
		p.UpdatedAt = p.CreatedAt
	}
	if p.LastActivityAt.IsZero() {
		p.LastActivityAt = p.CreatedAt
	}
	return p
}

// AddComments inserts comments; counters of posts and parents stay as they are.
func (s Tables) AddComments(t testing.TB, comments ...Comment) {
	t.Helper()
	var rows [][]any
	for _, c := range comments {
		if c.Content == "" {
			c.Content = "댓글"
		}
		if c.UpdatedAt.IsZero() {
			c.UpdatedAt = c.CreatedAt
		}
		rows = append(rows, []any{c.ID, c.Post, c.Parent, c.Author, c.Content, c.Depth, c.Deleted, c.Likes, c.Replies, 1, c.CreatedAt, c.UpdatedAt})
	}
	s.insert(t, "comments (id, post_id, parent_id, author_id, content, depth, is_deleted, like_count, reply_count, version, created_at, updated_at)", rows)
}

// Like makes member like a post; the post's counter stays as it is.
func (s Tables) Like(t testing.TB, post, member int64, at time.Time) {
	t.Helper()
	s.insert(t, "post_likes (post_id, member_id, created_at, updated_at)", [][]any{{post, member, at, at}})
}

// LikeComment makes member like a comment; its counter stays as it is.
func (s Tables) LikeComment(t testing.TB, comment, member int64, at time.Time) {
	t.Helper()
	s.insert(t, "comment_likes (comment_id, member_id, created_at, updated_at)", [][]any{{comment, member, at, at}})
}

// Exec runs a statement as content would.
func (s Tables) Exec(t testing.TB, query string, args ...any) {
	t.Helper()
	require.NoError(t, s.Pool.DB(t.Context()).Exec(query, args...).Error)
}

// DeletePost does what content does when a post is deleted.
func (s Tables) DeletePost(t testing.TB, id int64) {
	t.Helper()
	s.Exec(t, "UPDATE posts p JOIN post_stats s ON s.post_id = p.id SET p.is_deleted = TRUE, s.is_deleted = TRUE, p.version = p.version + 1 WHERE p.id = ?", id)
}

const rowsPerInsert = 500

func (s Tables) insert(t testing.TB, into string, rows [][]any) {
	t.Helper()
	for chunk := range slices.Chunk(rows, rowsPerInsert) {
		places := strings.TrimSuffix(strings.Repeat("("+strings.TrimSuffix(strings.Repeat("?,", len(chunk[0])), ",")+"),", len(chunk)), ",")
		s.Exec(t, "INSERT INTO "+into+" VALUES "+places, slices.Concat(chunk...)...)
	}
}
