package httpapi

import (
	"context"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

const (
	// knownBylines bounds the memory of Bylines: about 0.3 KiB each.
	knownBylines = 16_384
	// bylineLife is how long a replica uses a name without looking into Redis,
	// where member deletes it when it changes. Nobody's own name is on its home
	// page, and others may see one up to 10 s late (spec 02).
	bylineLife = 5 * time.Second
)

// Bylines remembers how authors sign, as JSON.
type Bylines struct {
	authors timeline.AuthorBook
	now     timeline.Clock
	known   *lru.Cache[timeline.MemberID, bylineText]
}

type bylineText struct {
	json  []byte
	until time.Time
}

// NewBylines asks authors for names that it does not know.
func NewBylines(authors timeline.AuthorBook, now timeline.Clock) (*Bylines, error) {
	known, err := lru.New[timeline.MemberID, bylineText](knownBylines)
	if err != nil {
		return nil, fmt.Errorf("make bylines: %w", err)
	}
	return &Bylines{authors: authors, now: now, known: known}, nil
}

// of are the bylines of cards, one each.
func (b *Bylines) of(ctx context.Context, cards []timeline.Card) [][]byte {
	now, found := b.now(), make([][]byte, len(cards))
	var missing []timeline.MemberID
	for i, card := range cards {
		// Peek: what is used is added again soon, so there is no need to note each use
		if text, ok := b.known.Peek(card.AuthorID); ok && now.Before(text.until) {
			found[i] = text.json
		} else {
			missing = append(missing, card.AuthorID)
		}
	}
	if len(missing) == 0 {
		return found
	}
	asked := b.ask(ctx, missing, now)
	for i, card := range cards {
		if found[i] == nil {
			found[i] = asked[card.AuthorID]
		}
	}
	return found
}

func (b *Bylines) ask(ctx context.Context, ids []timeline.MemberID, now time.Time) map[timeline.MemberID][]byte {
	texts := make(map[timeline.MemberID][]byte, len(ids))
	for id, author := range b.authors.FindAuthors(ctx, ids) {
		texts[id] = encodeByline(toByline(author))
		if author.Standing != timeline.Unknown { // else the next page asks again
			b.known.Add(id, bylineText{texts[id], now.Add(bylineLife)})
		}
	}
	for _, id := range ids {
		if texts[id] == nil {
			texts[id] = encodeByline(byline{})
		}
	}
	return texts
}

func encodeByline(b byline) []byte {
	var out []byte
	for _, field := range []struct {
		name string
		text *string
	}{{`,"authorName":`, b.name}, {`,"authorHandle":`, b.handle}, {`,"authorAvatarUrl":`, b.avatarURL}} {
		out = append(out, field.name...)
		if field.text == nil {
			out = append(out, "null"...)
		} else {
			out = appendText(out, *field.text)
		}
	}
	return out
}
