package feed

import (
	"encoding/binary"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// A stored post is a form, the variant of its wire in 4 bytes, the time of
// creation and the author, each in 8, and then the wire. Form and variant tell
// apart what another release, or one with other settings, stored.
const (
	postForm   = 1
	postHeader = 1 + 4 + 8 + 8
)

func encodePost(variant uint32, post timeline.StoredPost) string {
	out := make([]byte, 0, postHeader+len(post.Wire))
	out = append(out, postForm)
	out = binary.LittleEndian.AppendUint32(out, variant)
	out = binary.LittleEndian.AppendUint64(out, uint64(post.CreatedAt.UnixMicro()))
	out = binary.LittleEndian.AppendUint64(out, uint64(post.AuthorID))
	return string(append(out, post.Wire...))
}

// decodePost reads what encodePost wrote of post id; ok is false for anything
// else, such as a mark. The wire stays part of stored.
func decodePost(variant uint32, id timeline.PostID, stored []byte) (post timeline.StoredPost, ok bool) {
	if len(stored) < postHeader || stored[0] != postForm || binary.LittleEndian.Uint32(stored[1:]) != variant {
		return post, false
	}
	return timeline.StoredPost{
		ID:        id,
		CreatedAt: time.UnixMicro(int64(binary.LittleEndian.Uint64(stored[5:]))).UTC(),
		AuthorID:  timeline.MemberID(binary.LittleEndian.Uint64(stored[13:])),
		Wire:      stored[postHeader:],
	}, true
}

// Stored likes are a form, the floor, and the distance of each id to the one before.
const likesForm = 1

func encodeLikes(likes timeline.Likes) string {
	out := []byte{likesForm}
	out = binary.AppendUvarint(out, uint64(likes.Floor))
	var above timeline.PostID
	for i, id := range likes.Posts {
		if i == 0 {
			out = binary.AppendUvarint(out, uint64(id))
		} else {
			out = binary.AppendUvarint(out, uint64(above-id))
		}
		above = id
	}
	return string(out)
}

func decodeLikes(stored []byte) (likes timeline.Likes, ok bool) {
	if len(stored) == 0 || stored[0] != likesForm {
		return likes, false
	}
	rest := stored[1:]
	next := func() (value uint64) {
		value, n := binary.Uvarint(rest)
		if n <= 0 {
			rest, ok = nil, false
			return 0
		}
		rest = rest[n:]
		return value
	}
	ok = true
	likes.Floor = timeline.PostID(next())
	likes.Posts = make([]timeline.PostID, 0, len(rest))
	var above timeline.PostID
	for len(rest) > 0 {
		if id := timeline.PostID(next()); above == 0 {
			above = id
		} else {
			above -= id
		}
		likes.Posts = append(likes.Posts, above)
	}
	return likes, ok
}
