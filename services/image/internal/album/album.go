// Package album keeps members' pictures: what was uploaded by whom, and what may
// be deleted.
package album

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// CodeImageNotFound is a picture that does not exist (spec 07).
var CodeImageNotFound = apierr.Define("IMAGE_NOT_FOUND", apierr.NotFound, "이미지를 찾을 수 없습니다", "The picture does not exist")

// MemberID identifies a member.
type MemberID int64

// ImageID identifies a picture: a random UUID in its text form.
type ImageID string

// ParseID reads an id; ok is false for what cannot be one, and so is not found:
// anything but 8-4-4-4-12 digits of 0-9 a-f. Stores make names of files of it.
func ParseID(text string) (id ImageID, ok bool) {
	const form = "00000000-0000-0000-0000-000000000000"
	if len(text) != len(form) {
		return "", false
	}
	for i := range len(text) {
		c := text[i]
		isDigit := '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
		if (form[i] == '-') != (c == '-') || form[i] != '-' && !isDigit {
			return "", false
		}
	}
	return ImageID(text), true
}

// urlForm is an id at the end of any of our URLs: with or without host, of the
// API or of the frontend's proxy, with or without a query.
var urlForm = regexp.MustCompile(`^(?:https?://[^/?#]+)?(?:/api(?:/proxy)?)?/images/view/([^/?#]+)(?:[?#].*)?$`)

// FindID is the id in an id or in one of our URLs.
func FindID(idOrURL string) (id ImageID, ok bool) {
	if m := urlForm.FindStringSubmatch(idOrURL); m != nil {
		return ParseID(m[1])
	}
	return ParseID(idOrURL)
}

// Variant is which of the two kept pictures is meant.
type Variant uint8

// The variants; the zero value is the picture itself.
const (
	Full Variant = iota
	Thumbnail
)

// About is what is known of a picture.
type About struct {
	ID         ImageID
	Owner      MemberID
	UploadedAt time.Time
	FullType   string
	ThumbType  string
}

// Content is an open picture; whoever has it closes it.
type Content struct {
	io.ReadSeekCloser
	Type       string
	UploadedAt time.Time
}

// ErrAbsent is what stores return for a picture that does not exist.
var ErrAbsent = errors.New("album: absent")

// Store keeps pictures. A picture exists from the moment that Add has returned
// until Remove begins; nobody ever sees half of one.
type Store interface {
	Add(ctx context.Context, about About, developed picture.Developed) error
	// Open fails with ErrAbsent.
	Open(ctx context.Context, id ImageID, variant Variant) (Content, error)
	// FindAbout fails with ErrAbsent.
	FindAbout(ctx context.Context, id ImageID) (About, error)
	// Remove removes everything of a picture; nothing there is no failure.
	Remove(ctx context.Context, id ImageID) error
}

// Lister walks over everything that is kept.
type Lister interface {
	// EachBefore calls visit for each picture, complete or not, all of whose
	// parts were written before that time, until visit fails.
	EachBefore(ctx context.Context, before time.Time, visit func(id ImageID, complete bool) error) error
}

// Shelf is a store that can be walked over.
type Shelf interface {
	Store
	Lister
}

// Album is what members do with pictures.
type Album struct {
	store  Shelf
	newID  func() ImageID
	now    func() time.Time
	limits picture.Limits
	room   Room
}

// Room bounds the work on pictures.
type Room interface {
	picture.Room
	// Sit waits for a place to work; it fails like Enter.
	Sit(ctx context.Context) (leave func(), err error)
}

// New is an album over store. newID makes random UUIDs.
func New(store Shelf, newID func() ImageID, now func() time.Time, limits picture.Limits, room Room) *Album {
	return &Album{store: store, newID: newID, now: now, limits: limits, room: room}
}

// Limits are those of an upload.
func (a *Album) Limits() picture.Limits { return a.limits }

// Upload develops and keeps a picture of owner, and returns its id. load reads
// it, once there is a place to work on it.
// Fails with the codes of picture.Develop.
func (a *Album) Upload(ctx context.Context, owner MemberID, load func() ([]byte, error)) (ImageID, error) {
	developed, err := a.develop(ctx, load)
	if err != nil {
		return "", err
	}
	about := About{
		ID: a.newID(), Owner: owner, UploadedAt: a.now().UTC().Truncate(time.Second),
		FullType: developed.Full.ContentType, ThumbType: developed.Thumbnail.ContentType,
	}
	if err := a.store.Add(ctx, about, developed); err != nil {
		return "", err
	}
	return about.ID, nil
}

func (a *Album) develop(ctx context.Context, load func() ([]byte, error)) (picture.Developed, error) {
	leave, err := a.room.Sit(ctx)
	if err != nil {
		return picture.Developed{}, err
	}
	defer leave()
	data, err := load()
	if err != nil {
		return picture.Developed{}, err
	}
	return picture.Develop(ctx, data, a.limits, a.room)
}

// View opens a picture. Fails with IMAGE_NOT_FOUND.
func (a *Album) View(ctx context.Context, text string, variant Variant) (Content, error) {
	id, ok := ParseID(text)
	if !ok {
		return Content{}, CodeImageNotFound.New()
	}
	content, err := a.store.Open(ctx, id, variant)
	if errors.Is(err, ErrAbsent) {
		return Content{}, CodeImageNotFound.Wrap(err)
	}
	return content, err
}

// Delete removes those of the pictures that member uploaded, named by id or
// URL, and returns how many were skipped: others', and those that are gone.
func (a *Album) Delete(ctx context.Context, member MemberID, idsOrURLs []string) (deleted, skipped int, err error) {
	for _, text := range idsOrURLs {
		mine, err := a.isOwn(ctx, member, text)
		if err != nil {
			return deleted, skipped, err
		}
		if !mine {
			skipped++
			continue
		}
		id, _ := FindID(text)
		if err := a.store.Remove(ctx, id); err != nil {
			return deleted, skipped, err
		}
		deleted++
	}
	return deleted, skipped, nil
}

func (a *Album) isOwn(ctx context.Context, member MemberID, text string) (bool, error) {
	id, ok := FindID(text)
	if !ok {
		return false, nil
	}
	about, err := a.store.FindAbout(ctx, id)
	if errors.Is(err, ErrAbsent) {
		return false, nil
	}
	return about.Owner == member, err
}

// Profiles knows which pictures are in use.
type Profiles interface {
	// UsedPictures returns those of ids that a profile shows.
	UsedPictures(ctx context.Context, ids []ImageID) ([]ImageID, error)
}

const askAtOnce = 500

// CleanOrphans removes pictures from before that time that no profile uses,
// and what is left of uploads that never ended. Where profiles cannot be
// asked it removes no complete picture.
func (a *Album) CleanOrphans(ctx context.Context, profiles Profiles, before time.Time) (removed int, err error) {
	var asking []ImageID
	ask := func() error {
		n, err := a.removeUnused(ctx, profiles, asking)
		removed += n
		asking = asking[:0]
		return err
	}
	err = a.store.EachBefore(ctx, before, func(id ImageID, complete bool) error {
		if !complete {
			removed++
			return a.store.Remove(ctx, id)
		}
		if asking = append(asking, id); len(asking) == askAtOnce {
			return ask()
		}
		return nil
	})
	if err == nil {
		err = ask()
	}
	return removed, err
}

func (a *Album) removeUnused(ctx context.Context, profiles Profiles, ids []ImageID) (removed int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	used, err := profiles.UsedPictures(ctx, ids)
	if err != nil {
		return 0, fmt.Errorf("ask which of %d pictures are used: %w", len(ids), err)
	}
	isUsed := make(map[ImageID]bool, len(used))
	for _, id := range used {
		isUsed[id] = true
	}
	for _, id := range ids {
		if isUsed[id] {
			continue
		}
		if err := a.store.Remove(ctx, id); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
