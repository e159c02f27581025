package feed

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"time"
	"unsafe"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/rediscache"
)

// Shelf stores posts and likes ready for home pages. It implements timeline.Shelf.
type Shelf struct {
	*Store
	client  *rediscache.Client
	variant uint32
}

var _ timeline.Shelf = (*Shelf)(nil)

// NewShelf keeps posts and likes beside the feeds of store, in client. variant
// tells wires apart: posts that were stored with another one are not found.
func NewShelf(store *Store, client *rediscache.Client, variant uint32) *Shelf {
	return &Shelf{store, client, variant}
}

// ticket is what a look saw in the keys whose values it could not use.
type ticket struct {
	at     time.Time
	reader timeline.MemberID
	posts  map[timeline.PostID]string
	likes  string
}

// ReadHome implements timeline.ShelfReader.
func (s *Shelf) ReadHome(ctx context.Context, reader timeline.MemberID, part timeline.FeedRange, proof []string) (shelf timeline.HomeShelf, err error) {
	keys := append(make([]string, 0, len(proof)+4), feedKey(reader), versionKey(reader), streamKey, likesKey(reader))
	looked := &ticket{at: s.now(), reader: reader}
	text, err := shelfScript.Run(ctx, s.redis, append(keys, proof...), append(s.runArgs(part), postPrefix, part.Needed())...).Text()
	if err != nil {
		s.metrics.failed()
		return shelf, fmt.Errorf("read home page of member %d: %w", reader, err)
	}
	// nobody else has the text, and nobody writes to it
	answer := packed{unsafe.Slice(unsafe.StringData(text), len(text)), s.variant, true} //nolint:gosec // saves a copy of the page (2026-11-21)
	shelf = answer.shelf(len(proof), part.Count, looked)
	if !answer.ok {
		return timeline.HomeShelf{}, fmt.Errorf("read home page of member %d: %w", reader, errAnswer)
	}
	s.metrics.read(shelf.State)
	return shelf, nil
}

// packed is what is left to read of shelfScript's answer; ok is false where it
// was too short.
type packed struct {
	rest    []byte
	variant uint32
	ok      bool
}

func (p *packed) take(n int) []byte {
	if !p.ok || len(p.rest) < n {
		p.ok = false
		return make([]byte, min(n, 8)) //nolint:mnd // the longest number
	}
	taken := p.rest[:n:n]
	p.rest = p.rest[n:]
	return taken
}

func (p *packed) uint32() uint32 { return binary.LittleEndian.Uint32(p.take(4)) } //nolint:mnd // its size

// value is nil where there is none.
func (p *packed) value() []byte {
	length := p.uint32()
	if length == math.MaxUint32 {
		return nil
	}
	if int64(length) > int64(len(p.rest)) {
		p.ok = false
		return nil
	}
	return p.take(int(length))
}

func (p *packed) shelf(proof, count int, looked *ticket) (shelf timeline.HomeShelf) {
	for range proof {
		var value *string
		if found := p.value(); found != nil {
			text := string(found)
			value = &text
		}
		shelf.Proof = append(shelf.Proof, value)
	}
	switch p.take(1)[0] {
	case '0':
		return shelf
	case '1':
		shelf.State = timeline.FeedUnproven
	case '2':
		shelf.State = timeline.FeedReady
	default:
		p.ok = false
	}
	var err error
	if shelf.Version, err = strconv.ParseInt(string(p.value()), 10, 64); err != nil {
		p.ok = false
	}
	shelf.Whole = p.take(1)[0] == '1'
	likes := p.value()
	if shelf.Likes, shelf.HasLikes = decodeLikes(likes); !shelf.HasLikes {
		looked.likes = string(likes)
	}
	shelf.Ticket = looked
	p.entries(&shelf, count, looked)
	return shelf
}

func (p *packed) entries(shelf *timeline.HomeShelf, count int, looked *ticket) {
	n := int(p.uint32())
	if n > count+1 {
		p.ok = false
		return
	}
	shelf.Bottom = n <= count
	shelf.Entries, shelf.Posts = make([]timeline.FeedEntry, n), make([]timeline.StoredPost, n)
	alone := int(p.uint32())
	for i := range n { // the newest comes last
		entry, ok := unpackEntry(p.value())
		p.ok = p.ok && ok
		shelf.Entries[n-1-i] = entry
		if i >= alone {
			shelf.Posts[n-1-i] = p.post(entry.PostID, looked)
		}
	}
	if n > 0 && p.ok && shelf.Entries[n-1].PostID == 0 { // below it nothing exists
		shelf.Bottom, shelf.Whole, n = true, true, n-1
	}
	n = min(n, count) // one more only tells that there is more
	shelf.Entries, shelf.Posts = shelf.Entries[:n], shelf.Posts[:n]
}

// post is a stored post that can be used; that of another one is kept in mind.
func (p *packed) post(id timeline.PostID, looked *ticket) timeline.StoredPost {
	stored := p.value()
	post, ok := decodePost(p.variant, id, stored)
	if !ok && id != 0 {
		looked.see(id, string(stored))
	}
	return post
}

func (t *ticket) see(id timeline.PostID, stored string) {
	if t.posts == nil {
		t.posts = map[timeline.PostID]string{}
	}
	t.posts[id] = stored
}

// KeepPosts implements timeline.ShelfKeeper.
func (s *Shelf) KeepPosts(ctx context.Context, of timeline.ShelfTicket, posts []timeline.StoredPost) {
	looked, ok := of.(*ticket)
	if !ok {
		return
	}
	values := make([]rediscache.Kept, 0, len(posts))
	for _, post := range posts {
		if seen, ok := looked.posts[post.ID]; ok {
			values = append(values, rediscache.Kept{Key: postKey(post.ID), Seen: seen, Value: encodePost(s.variant, post)})
		}
	}
	s.keep(ctx, looked, values...)
}

// KeepLikes implements timeline.ShelfKeeper.
func (s *Shelf) KeepLikes(ctx context.Context, of timeline.ShelfTicket, likes timeline.Likes) {
	if looked, ok := of.(*ticket); ok {
		s.keep(ctx, looked, rediscache.Kept{Key: likesKey(looked.reader), Seen: looked.likes, Value: encodeLikes(likes)})
	}
}

func (s *Shelf) keep(ctx context.Context, looked *ticket, values ...rediscache.Kept) {
	if err := s.client.Keep(ctx, itemLife, looked.at, values...); err != nil {
		slog.WarnContext(ctx, "page not kept", "values", len(values), "error", err)
		s.metrics.failed()
	}
}

// PostsChanged forgets stored posts: what was written about them before this
// call is seen by the next read.
func (s *Shelf) PostsChanged(ctx context.Context, posts ...timeline.PostID) error {
	keys := make([]string, len(posts))
	for i, post := range posts {
		keys[i] = postKey(post)
	}
	return s.client.Forget(ctx, keys...)
}

// LikesChanged forgets what a member likes, and the post whose counter that is.
func (s *Shelf) LikesChanged(ctx context.Context, member timeline.MemberID, post timeline.PostID) error {
	return s.client.Forget(ctx, likesKey(member), postKey(post))
}
