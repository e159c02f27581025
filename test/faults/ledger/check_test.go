package ledger_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// world is a ledger of a small story, and what is found when all went well: member 1
// writes post 10 and edits it, member 2 follows member 1, likes the post, takes that
// back, and answers with comment 20.
func world(t *testing.T) (*ledger.Ledger, ledger.Evidence) {
	t.Helper()
	l := ledger.New(io.Discard)
	l.Join(1)
	l.Join(2)
	for _, e := range []ledger.Entry{
		{Verb: ledger.CreatePost, Member: 1, Post: 10, Text: "글"},
		{Verb: ledger.EditPost, Member: 1, Post: 10, Text: "고친 글"},
		{Verb: ledger.Follow, Member: 2, Target: 1},
		{Verb: ledger.LikePost, Member: 2, Post: 10},
		{Verb: ledger.UnlikePost, Member: 2, Post: 10},
		{Verb: ledger.CreateComment, Member: 2, Post: 10, Comment: 20, Text: "댓글"},
	} {
		require.NoError(t, l.Acknowledge(e))
	}
	record := func(event, kind, thing string, version, member int64) ledger.Record {
		return ledger.Record{Topic: "t", EventID: event, Type: kind, Key: kind + thing, Thing: thing, Version: version, Member: member}
	}
	seen := ledger.Evidence{
		Posts:     map[int64]ledger.PostRow{10: {Author: 1, Text: "고친 글", Version: 2, Comments: 1, CreatedAt: time.Unix(1, 0)}},
		Comments:  map[int64]ledger.CommentRow{20: {Post: 10, Author: 2, Text: "댓글", Version: 1}},
		PostLikes: map[ledger.Pair]bool{}, CommentLikes: map[ledger.Pair]bool{},
		Follows: map[ledger.Pair]bool{{Member: 2, Of: 1}: true},
		Members: map[int64]ledger.MemberRow{1: {Followers: 1}, 2: {Followings: 1}},
		Records: []ledger.Record{
			record("a", "POST_CREATE", "post:10", 1, 1), record("b", "POST_UPDATE", "post:10", 2, 1),
			record("c", "MEMBER_FOLLOW", "follow:2:1", 1, 2), record("d", "LIKE_POST", "like:post:10:2", 1, 2),
			record("e", "LIKE_POST_CANCEL", "like:post:10:2", 2, 2), record("f", "COMMENT_CREATE", "comment:20", 1, 2),
		},
		SearchPosts:    []ledger.SearchDocument{{ID: 10, Version: 2, Body: "고친  글"}},
		SearchComments: []ledger.SearchDocument{{ID: 20, Version: 1, Body: "댓글"}},
		Feeds:          map[int64][]int64{1: nil, 2: {10}},
	}
	for i := range seen.Records {
		r := &seen.Records[i]
		r.Arrival, r.Offset = i, int64(i)
		seen.Activities = append(seen.Activities, ledger.ActivityDocument{Key: r.Key, EventID: r.EventID, Version: r.Version})
	}
	return l, seen
}

func TestWhatWentWellIsGood(t *testing.T) {
	t.Parallel()
	l, seen := world(t)
	seen.Records = append(seen.Records, seen.Records[0]) // a copy is no harm
	v := l.Check(seen)
	require.True(t, v.Good(), v)
	require.Equal(t, []int{6, 6, 1}, []int{v.Acknowledged, v.Changes, v.Copies})
}

func TestEachDamageIsFound(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]struct {
		kind ledger.Kind
		do   func(l *ledger.Ledger, e *ledger.Evidence)
	}{
		"a post is lost":         {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { delete(e.Posts, 10) }},
		"a post nobody knows of": {ledger.Twice, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Posts[11] = ledger.PostRow{Author: 1} }},
		"an old text": {ledger.Wrong, func(_ *ledger.Ledger, e *ledger.Evidence) {
			e.Posts[10] = ledger.PostRow{Author: 1, Text: "글", Version: 2, Comments: 1}
		}},
		"a comment is lost":       {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { delete(e.Comments, 20) }},
		"a like is back":          {ledger.Wrong, func(_ *ledger.Ledger, e *ledger.Evidence) { e.PostLikes[ledger.Pair{Member: 2, Of: 10}] = true }},
		"a follow is lost":        {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { delete(e.Follows, ledger.Pair{Member: 2, Of: 1}) }},
		"a counter is too high":   {ledger.Twice, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Members[1] = ledger.MemberRow{Followers: 2} }},
		"a counter is too low":    {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Members[2] = ledger.MemberRow{} }},
		"an event is lost":        {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Records = e.Records[1:] }},
		"an event is there twice": {ledger.Twice, func(_ *ledger.Ledger, e *ledger.Evidence) { again(e, 0, func(r *ledger.Record) { r.EventID = "x" }) }},
		"an event without its change": {ledger.Phantom, func(_ *ledger.Ledger, e *ledger.Evidence) {
			again(e, 1, func(r *ledger.Record) { r.EventID, r.Version = "x", 3 })
		}},
		"events change places": {ledger.Disorder, func(_ *ledger.Ledger, e *ledger.Evidence) {
			e.Records[0].Arrival, e.Records[1].Arrival = 1, 0
		}},
		"an activity is lost":      {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Activities = e.Activities[1:] }},
		"an activity is doubled":   {ledger.Twice, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Activities = append(e.Activities, e.Activities[0]) }},
		"an activity is made up":   {ledger.Phantom, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Activities[0].Key = "x" }},
		"a document is old":        {ledger.Wrong, func(_ *ledger.Ledger, e *ledger.Evidence) { e.SearchPosts[0].Version = 1 }},
		"a document has old text":  {ledger.Wrong, func(_ *ledger.Ledger, e *ledger.Evidence) { e.SearchPosts[0].Body = "글" }},
		"a document is lost":       {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { e.SearchComments = nil }},
		"a feed lacks a post":      {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Feeds[2] = nil }},
		"a feed shows a post more": {ledger.Phantom, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Feeds[1] = []int64{10} }},
		"a feed repeats a post":    {ledger.Twice, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Feeds[2] = []int64{10, 10} }},
		"a letter was given up":    {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Letters = []string{"x"} }},
		"it never came to rest":    {ledger.Lost, func(_ *ledger.Ledger, e *ledger.Evidence) { e.Unquiet = []string{"x"} }},
		"an answer that is wrong":  {ledger.Wrong, func(l *ledger.Ledger, _ *ledger.Evidence) { l.Refuse(ledger.Entry{}, "LIKED") }},
		"no answer":                {ledger.Wrong, func(l *ledger.Ledger, _ *ledger.Evidence) { l.Unanswered(ledger.Entry{}) }},
	} {
		l, seen := world(t)
		damage.do(l, &seen)
		v := l.Check(seen)
		require.Positive(t, v.Count(damage.kind), "%s: %s", name, v)
		require.False(t, v.Good(), name)
	}
}

func again(e *ledger.Evidence, i int, change func(*ledger.Record)) {
	r := e.Records[i]
	r.Arrival = len(e.Records)
	change(&r)
	e.Records = append(e.Records, r)
}

// A comment that is deleted takes its answers with it, and each has one change more.
func TestADeletedCommentTakesItsRepliesWithIt(t *testing.T) {
	t.Parallel()
	l, seen := world(t)
	require.NoError(t, l.Acknowledge(ledger.Entry{Verb: ledger.CreateComment, Member: 1, Post: 10, Comment: 21, Parent: 20, Text: "답"}))
	require.NoError(t, l.Acknowledge(ledger.Entry{Verb: ledger.DeleteComment, Member: 2, Comment: 20}))
	before := l.Check(seen)
	require.False(t, before.Good())
	require.Equal(t, 9, before.Changes)
}
