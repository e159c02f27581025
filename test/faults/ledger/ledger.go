package ledger

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Verb is what a member did.
type Verb string

// The verbs. Each acknowledged one is one change of one thing, and one event.
const (
	CreatePost    Verb = "create-post"
	EditPost      Verb = "edit-post"
	DeletePost    Verb = "delete-post"
	CreateComment Verb = "create-comment"
	EditComment   Verb = "edit-comment"
	DeleteComment Verb = "delete-comment"
	LikePost      Verb = "like-post"
	UnlikePost    Verb = "unlike-post"
	LikeComment   Verb = "like-comment"
	UnlikeComment Verb = "unlike-comment"
	Follow        Verb = "follow"
	Unfollow      Verb = "unfollow"
)

// Entry is an acknowledged request: its first answer that was not a fault of the way.
type Entry struct {
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"took"`
	Tries   int           `json:"tries"`
	Key     string        `json:"key"`
	Verb    Verb          `json:"verb"`
	Member  int64         `json:"member"`
	Post    int64         `json:"post,omitempty"`
	Comment int64         `json:"comment,omitempty"`
	Parent  int64         `json:"parent,omitempty"`
	Target  int64         `json:"target,omitempty"` // of a follow
	Text    string        `json:"text,omitempty"`
}

// Pair is who and whom, or who and what.
type Pair struct{ Member, Of int64 }

type post struct {
	author  int64
	text    string
	version int64
	deleted bool
}

type comment struct {
	post, parent, author int64
	text                 string
	version              int64
	deleted              bool // by its author; a parent's end counts at the check
}

// toggle is something that is switched on and off.
type toggle struct {
	on      bool
	version int64
}

// Ledger is what must be true when all is quiet.
type Ledger struct {
	mu           sync.Mutex
	file         *json.Encoder
	entries      int
	retried      int
	unanswered   []Entry
	members      map[int64]bool
	posts        map[int64]*post
	comments     map[int64]*comment
	postLikes    map[Pair]*toggle
	commentLikes map[Pair]*toggle
	follows      map[Pair]*toggle
	faults       []Violation
}

// New makes a ledger that also writes each entry to file as a line of JSON.
func New(file io.Writer) *Ledger {
	return &Ledger{
		file: json.NewEncoder(file), members: map[int64]bool{}, posts: map[int64]*post{}, comments: map[int64]*comment{},
		postLikes: map[Pair]*toggle{}, commentLikes: map[Pair]*toggle{}, follows: map[Pair]*toggle{},
	}
}

// Join adds a member: only what members of a ledger did is compared with it.
func (l *Ledger) Join(member int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.members[member] = true
}

// Members are those who joined.
func (l *Ledger) Members() []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	ids := make([]int64, 0, len(l.members))
	for id := range l.members {
		ids = append(ids, id)
	}
	return ids
}

// Entries is how many requests were acknowledged.
func (l *Ledger) Entries() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.entries
}

// Acknowledge writes an entry down. The entries of one member, and the changes of one
// thing by its author, must come in their order.
func (l *Ledger) Acknowledge(e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.file.Encode(e); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	l.entries++
	if e.Tries > 1 {
		l.retried++
	}
	l.apply(e)
	return nil
}

// Unanswered notes a request whose outcome nobody knows: the client gave up.
func (l *Ledger) Unanswered(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unanswered = append(l.unanswered, e)
}

// Refuse notes an answer that a correct fleet never gives, such as "liked already" to a
// first like.
func (l *Ledger) Refuse(e Entry, code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, Violation{Wrong, "answers", fmt.Sprintf("%s %+v was refused: %s", e.Verb, e, code)})
}

func (l *Ledger) apply(e Entry) {
	switch e.Verb {
	case CreatePost:
		if l.posts[e.Post] != nil {
			l.faults = append(l.faults, Violation{Wrong, "answers", fmt.Sprintf("post %d was created twice: %+v", e.Post, e)})
		}
		l.posts[e.Post] = &post{author: e.Member, text: e.Text, version: 1}
	case EditPost:
		l.posts[e.Post].text = e.Text
		l.posts[e.Post].version++
	case DeletePost:
		l.posts[e.Post].deleted = true
		l.posts[e.Post].version++
	case CreateComment:
		l.comments[e.Comment] = &comment{post: e.Post, parent: e.Parent, author: e.Member, text: e.Text, version: 1}
	case EditComment:
		l.comments[e.Comment].text = e.Text
		l.comments[e.Comment].version++
	case DeleteComment:
		l.comments[e.Comment].deleted = true
	case LikePost, UnlikePost:
		flip(l.postLikes, Pair{e.Member, e.Post}, e.Verb == LikePost)
	case LikeComment, UnlikeComment:
		flip(l.commentLikes, Pair{e.Member, e.Comment}, e.Verb == LikeComment)
	case Follow, Unfollow:
		flip(l.follows, Pair{e.Member, e.Target}, e.Verb == Follow)
	}
}

func flip(toggles map[Pair]*toggle, of Pair, on bool) {
	t := toggles[of]
	if t == nil {
		t = &toggle{}
		toggles[of] = t
	}
	t.on = on
	t.version++
}

// gone says whether a comment was deleted, by itself or with one that it answers.
func (l *Ledger) gone(id int64) bool {
	for c := l.comments[id]; c != nil; c = l.comments[c.parent] {
		if c.deleted {
			return true
		}
	}
	return false
}

// visible says whether a comment and its post are shown.
func (l *Ledger) visible(id int64) bool {
	c := l.comments[id]
	p := l.posts[c.post]
	return p != nil && !p.deleted && !l.gone(id)
}
