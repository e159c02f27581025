package httpapi

import (
	"bytes"
	"hash/fnv"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// A wire is the JSON of a post without its author's names and the viewer's like,
// with a gap where each belongs: a zero byte, which no JSON has.
const gap = 0

// Encode makes the wire of a post, for timeline.HomePages.
func (a *API) Encode(post timeline.Post) []byte {
	const numbers = 320
	out := make([]byte, 0, len(post.Title)+len(post.Content)+numbers)
	out = appendNumber(out, `{"id":`, int64(post.ID))
	out = appendText(append(out, `,"title":`...), post.Title)
	out = appendText(append(out, `,"content":`...), post.Content)
	out = appendNumber(out, `,"authorId":`, int64(post.AuthorID))
	out = append(out, gap)
	out = appendNumber(out, `,"viewCount":`, post.Views)
	out = appendNumber(out, `,"likeCount":`, post.Likes)
	out = appendNumber(out, `,"commentCount":`, post.PostCounters.Comments)
	out = append(append(out, `,"liked":`...), gap)
	out = appendText(append(out, `,"createdAt":`...), a.Zone.Spaced(post.CreatedAt))
	out = appendText(append(out, `,"updatedAt":`...), a.Zone.Spaced(post.UpdatedAt))
	return append(out, '}')
}

// WireVariant tells apart wires whose dates are of different zones.
func WireVariant(zone string) uint32 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(zone)) // never fails
	return hash.Sum32()
}

// appendCard fills the gaps of a wire; byline is what belongs in the first.
func appendCard(out []byte, card timeline.Card, byline []byte) []byte {
	head, rest, _ := bytes.Cut(card.Wire, []byte{gap})
	middle, tail, _ := bytes.Cut(rest, []byte{gap})
	out = append(append(out, head...), byline...)
	out = strconv.AppendBool(append(out, middle...), card.Liked)
	return append(out, tail...)
}

func appendNumber(out []byte, name string, value int64) []byte {
	return strconv.AppendInt(append(out, name...), value, 10)
}

// appendText appends a JSON string; what is not UTF-8 becomes U+FFFD.
func appendText(out []byte, text string) []byte {
	quoted, _ := jsontext.AppendQuote(out, text) // it fails for what is not UTF-8, and has written it then
	return quoted
}
