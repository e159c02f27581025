package mongostore

import (
	"time"

	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/services/search/internal/terms"
)

// words are what both kinds of documents are found by.
type words struct {
	// Analysis is the version of the rules that made what follows.
	Analysis    int            `bson:"analysis"`
	Terms       []string       `bson:"terms"`
	Frequencies map[string]int `bson:"frequencies"`
	Length      int            `bson:"length"`
	Body        string         `bson:"body"`
	Tags        []string       `bson:"tags"`
}

func wordsOf(title, text string) words {
	analyzed := terms.Analyze(title, text)
	return words{
		Analysis:    terms.Version,
		Terms:       analyzed.Terms,
		Frequencies: analyzed.Frequencies,
		Length:      analyzed.Length,
		Body:        analyzed.Body,
		Tags:        analyzed.Tags,
	}
}

// noWords are those of a tombstone: nothing finds it.
func noWords() words {
	return words{Analysis: terms.Version, Terms: []string{}, Frequencies: map[string]int{}, Tags: []string{}}
}

// postDocument is a document of search_posts without its key. Times are in
// milliseconds.
type postDocument struct {
	Version   int64      `bson:"version"`
	AuthorID  int64      `bson:"author_id"`
	CreatedAt time.Time  `bson:"created_at"`
	UpdatedAt time.Time  `bson:"updated_at"`
	GoneAt    *time.Time `bson:"gone_at"`
	Words     words      `bson:",inline"`
}

func fromPost(p search.Post, now time.Time) postDocument {
	d := postDocument{
		Version:   p.Version,
		AuthorID:  int64(p.AuthorID),
		CreatedAt: toStored(p.CreatedAt),
		UpdatedAt: toStored(p.UpdatedAt),
	}
	if p.Deleted {
		d.GoneAt, d.Words = &now, noWords()
		return d
	}
	d.Words = wordsOf(p.Title, p.Content)
	return d
}

// commentDocument is a document of search_comments without its key.
type commentDocument struct {
	Version   int64      `bson:"version"`
	PostID    int64      `bson:"post_id"`
	ParentID  *int64     `bson:"parent_id"`
	Depth     int        `bson:"depth"`
	AuthorID  int64      `bson:"author_id"`
	CreatedAt time.Time  `bson:"created_at"`
	UpdatedAt time.Time  `bson:"updated_at"`
	GoneAt    *time.Time `bson:"gone_at"`
	Words     words      `bson:",inline"`
}

func fromComment(c search.Comment, now time.Time) commentDocument {
	d := commentDocument{
		Version:   c.Version,
		PostID:    int64(c.PostID),
		Depth:     c.Depth,
		AuthorID:  int64(c.AuthorID),
		CreatedAt: toStored(c.CreatedAt),
		UpdatedAt: toStored(c.UpdatedAt),
	}
	if c.ParentID != 0 {
		parent := int64(c.ParentID)
		d.ParentID = &parent
	}
	if c.Deleted {
		d.GoneAt, d.Words = &now, noWords()
		return d
	}
	d.Words = wordsOf("", c.Content)
	return d
}
