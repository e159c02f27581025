package memberapi

import (
	"context"
	"time"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
	"github.com/dailyfeed/dailyfeed/support/memberdirectory"
)

// namesWithin bounds the wait for names: without them a page is still a page.
const namesWithin = time.Second

// Authors implements timeline.AuthorBook with the fleet's directory of members:
// names are those of now, and the last known where member does not answer.
type Authors struct{ directory *memberdirectory.Directory }

var _ timeline.AuthorBook = (*Authors)(nil)

// NewAuthors looks members up in directory.
func NewAuthors(directory *memberdirectory.Directory) *Authors { return &Authors{directory: directory} }

// FindAuthors implements timeline.AuthorBook.
func (a *Authors) FindAuthors(ctx context.Context, ids []timeline.MemberID) map[timeline.MemberID]timeline.Author {
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	plain := make([]int64, len(ids))
	for i, id := range ids {
		plain[i] = int64(id)
	}
	found := make(map[timeline.MemberID]timeline.Author, len(ids))
	for id, signature := range a.directory.Find(ctx, plain...) {
		found[timeline.MemberID(id)] = toAuthor(signature)
	}
	return found
}

func toAuthor(s memberdirectory.Signature) timeline.Author {
	switch {
	case s.Left:
		return timeline.Author{Standing: timeline.Gone}
	case s.Name == nil || s.Handle == nil || s.AvatarURL == nil:
		return timeline.Author{}
	}
	return timeline.Author{Standing: timeline.Present, Name: *s.Name, Handle: *s.Handle, AvatarURL: *s.AvatarURL}
}
