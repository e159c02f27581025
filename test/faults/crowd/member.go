package crowd

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/test/faults/ledger"
)

// member is one of a crowd. It does one thing at a time.
type member struct {
	crowd    *Crowd
	number   int
	id       int64
	members  []*memberrest.Client
	content  []*contentrest.Client
	timeline []*timelinerest.Client

	busy     sync.Mutex
	replica  int // where the next try goes
	keys     int
	posts    []int64
	comments []thread
	liked    []int64 // posts
	agreed   []int64 // comments that are liked
	followed []int64
}

const password = "Crowd#2026!x"

func (c *Crowd) join(ctx context.Context, number int) (*member, error) {
	m := &member{crowd: c, number: number, replica: number}
	handle := fmt.Sprintf("%sm%d", c.config.Name, number)
	email := handle + "@example.com"
	token := ""
	keep := rest.OnAnswer(func(r *http.Response) {
		if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			token = t
		}
	})
	door := memberrest.NewClient(c.config.Addresses.Member[0], c.client)
	var who memberrest.Member
	err := patiently(ctx, func() (err error) { // passwords are hashed a few at a time, and others are told to come again
		who, err = door.SignUp(ctx, memberrest.SignUpRequest{
			Email: email, Password: password, MemberName: "무리 " + handle, Handle: handle, Gender: "OTHER", CountryCode: "KR",
		}, rest.IdempotencyKey("join-"+handle))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sign %s up: %w", handle, err)
	}
	err = patiently(ctx, func() error {
		_, err := door.LogIn(ctx, memberrest.LogInRequest{Email: email, Password: password}, keep)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("log %s in: %w", handle, err)
	}
	m.id = who.ID
	for _, url := range c.config.Addresses.Member {
		m.members = append(m.members, memberrest.NewClient(url, c.client, rest.Bearer(token)))
	}
	for _, url := range c.config.Addresses.Content {
		m.content = append(m.content, contentrest.NewClient(url, c.client, rest.Bearer(token)))
	}
	for _, url := range c.config.Addresses.Timeline {
		m.timeline = append(m.timeline, timelinerest.NewClient(url, c.client, rest.Bearer(token)))
	}
	c.config.Ledger.Join(m.id)
	return m, nil
}

func (m *member) key(n int) string { return fmt.Sprintf("%s-%d-%d", m.crowd.config.Name, m.number, n) }

// text is found nowhere else.
func (m *member) text() string {
	return fmt.Sprintf("%sm%dn%d 한강에서 자전거를 탔다", m.crowd.config.Name, m.number, m.keys+1)
}

func (m *member) contentAt(replica int) *contentrest.Client { return m.content[replica%len(m.content)] }

func (m *member) memberAt(replica int) *memberrest.Client { return m.members[replica%len(m.members)] }

func (m *member) follow(ctx context.Context, target int64) error {
	m.busy.Lock()
	defer m.busy.Unlock()
	e := ledger.Entry{Verb: ledger.Follow, Target: target}
	result, err := m.insist(ctx, &e, func(ctx context.Context, replica int) error {
		_, err := m.memberAt(replica).Follow(ctx, target, rest.IdempotencyKey(m.key(m.keys)))
		return err
	})
	if result == acknowledged {
		m.followed = append(m.followed, target)
	}
	return err
}

const (
	pageSize  = 100
	feedTries = 60
)

// ReadFeeds reads all home feeds, all pages.
func (c *Crowd) ReadFeeds(ctx context.Context) (map[int64][]int64, error) {
	feeds := map[int64][]int64{}
	var mu sync.Mutex
	err := c.each(func(m *member) error {
		feed, err := m.insistOnFeed(ctx)
		mu.Lock()
		defer mu.Unlock()
		feeds[m.id] = feed
		return err
	})
	return feeds, err
}

func (m *member) insistOnFeed(ctx context.Context) ([]int64, error) {
	for try := 1; ; try++ {
		feed, err := m.readFeed(ctx, try)
		if err == nil {
			return feed, nil
		}
		if try == feedTries || ctx.Err() != nil {
			return nil, fmt.Errorf("read feed of member %d: %w", m.id, err)
		}
		wait(ctx, pauseMost)
	}
}

func (m *member) readFeed(ctx context.Context, replica int) (ids []int64, err error) {
	size := pageSize
	params := timelinerest.ListFollowingPostsParams{Size: &size}
	for {
		try, cancel := context.WithTimeout(ctx, tryWithin)
		page, err := m.timeline[replica%len(m.timeline)].ListFollowingPosts(try, params)
		cancel()
		if err != nil {
			return nil, err
		}
		for _, post := range page.Content {
			ids = append(ids, post.ID)
		}
		if !page.HasNext || page.NextCursor == nil {
			return ids, nil
		}
		params.Cursor = page.NextCursor
	}
}

// glance reads the first page of the home feed; a failure is nobody's concern.
func (m *member) glance(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, glanceWithin)
	defer cancel()
	_, _ = m.timeline[m.number%len(m.timeline)].ListFollowingPosts(ctx, timelinerest.ListFollowingPostsParams{})
}

const glanceWithin = 3 * time.Second
