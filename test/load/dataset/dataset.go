// Package dataset fills a fleet's database with members, follows, posts and likes,
// the same ones each time, by statements of many rows.
package dataset

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// Spec is the size of a dataset.
type Spec struct {
	Members, Posts, Likes int
	// Begin is when the first post was written; the last is of End.
	Begin, End time.Time
	Seed       uint64
}

// The members behind Spec.Members that scenarios need.
const (
	// Readers is how many members there are of each kind of reader.
	Readers = 10
)

// ReadersOf is the first of the members who follow 0, 100 and 1,000 others.
func (s Spec) ReadersOf(kind int) int64 { return int64(s.Members + 1 + kind*Readers) }

// AuthorOf is a member with exactly so many followers.
func (s Spec) AuthorOf(i int) int64 { return int64(s.Members + 3*Readers + 1 + i) }

// Followings is how many the readers of each kind follow.
func Followings(kind int) int { return []int{0, 100, 1000}[kind] }

// FollowersOf is how many followers the author i has, of a dataset of n members.
func FollowersOf(i, n int) int { return min([]int{10, 1000, 100_000}[i], n) }

// Authors is how many such authors there are.
const Authors = 3

// Total is how many members there are in all.
func (s Spec) Total() int { return s.Members + 3*Readers + Authors }

// Load fills empty tables. It writes foreign keys unchecked, as an import does.
func Load(ctx context.Context, db *sql.DB, spec Spec) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("load dataset: %w", err)
	}
	defer func() { _ = conn.Close() }() // nothing is written on closing
	for _, setting := range []string{"SET foreign_key_checks = 0", "SET unique_checks = 0", "SET time_zone = '+00:00'"} {
		if _, err := conn.ExecContext(ctx, setting); err != nil {
			return fmt.Errorf("load dataset: %s: %w", setting, err)
		}
	}
	for _, part := range []func(context.Context, *sql.Conn, Spec) error{loadMembers, loadFollows, countFollows, loadPosts, loadLikes} {
		if err := part(ctx, conn, spec); err != nil {
			return fmt.Errorf("load dataset: %w", err)
		}
	}
	return nil
}

// rowsAtOnce keep a statement below the server's longest packet.
const rowsAtOnce = 2000

// insert writes n rows by statements of many; row appends the values of one.
func insert(ctx context.Context, conn *sql.Conn, into string, n int, row func(b *strings.Builder, i int)) error {
	if _, err := conn.ExecContext(ctx, "START TRANSACTION"); err != nil {
		return err
	}
	for from := 0; from < n; from += rowsAtOnce {
		var b strings.Builder
		b.WriteString("INSERT INTO " + into + " VALUES ")
		for i := from; i < min(from+rowsAtOnce, n); i++ {
			if i > from {
				b.WriteByte(',')
			}
			row(&b, i)
		}
		if _, err := conn.ExecContext(ctx, b.String()); err != nil {
			return fmt.Errorf("insert into %.40s: %w", into, err)
		}
	}
	_, err := conn.ExecContext(ctx, "COMMIT")
	return err
}

func loadMembers(ctx context.Context, conn *sql.Conn, spec Spec) error {
	at := stamp(spec.Begin)
	err := insert(ctx, conn, "members (id, password, roles, status, password_changed_at, created_at, updated_at)", spec.Total(), func(b *strings.Builder, i int) {
		fmt.Fprintf(b, "(%d,'!','MEMBER','ACTIVE',%s,%s,%s)", i+1, at, at, at)
	})
	if err != nil {
		return err
	}
	// whom member is asked about where Redis was too slow to say it
	err = insert(ctx, conn, "member_sessions (id, member_id, last_used_at, created_at, updated_at)", spec.Total(), func(b *strings.Builder, i int) {
		fmt.Fprintf(b, "(%d,%d,UTC_TIMESTAMP(6),%s,%s)", i+1, i+1, at, at)
	})
	if err != nil {
		return err
	}
	return insert(ctx, conn, `member_profiles (member_id, member_name, handle, gender, timezone, language_code, country_code,
		verification_status, privacy_level, version, followings_version, created_at, updated_at)`, spec.Total(), func(b *strings.Builder, i int) {
		fmt.Fprintf(b, "(%d,'이름 %d','m%d','OTHER','Asia/Seoul','ko','KR','NONE','PUBLIC',1,1,%s,%s)", i+1, i+1, i+1, at, at)
	})
}

type follow struct{ follower, following int64 }

// follows gives the member of rank r about Members ÷ r followers, each of them
// another member, and the readers and authors what they are for.
func follows(spec Spec) (all []follow) {
	n := int64(spec.Members)
	had := make([]int, spec.Total()+1)
	for rank := int64(1); rank <= n; rank++ {
		count := int64(float64(n) / float64(rank))
		start, stride := int64(mix(uint64(rank)))%n, strideOf(n, rank)
		for k := range count {
			follower := (((start+k*stride)%n)+n)%n + 1
			if follower == rank || had[follower] >= 900 { // below the limit of 1,000
				continue
			}
			had[follower]++
			all = append(all, follow{follower, rank})
		}
	}
	random := rand.New(rand.NewPCG(spec.Seed, 2))
	for kind := range 3 {
		for r := range int64(Readers) {
			for _, author := range random.Perm(spec.Members)[:min(Followings(kind), spec.Members)] {
				all = append(all, follow{spec.ReadersOf(kind) + r, int64(author) + 1})
			}
		}
	}
	for i := range Authors {
		for follower := range int64(FollowersOf(i, spec.Members)) {
			all = append(all, follow{follower + 1, spec.AuthorOf(i)})
		}
	}
	return all
}

// strideOf has no divisor in common with n, so that its multiples are distinct.
func strideOf(n, rank int64) int64 {
	stride := int64(mix(uint64(rank)+77))%n | 1
	if stride < 0 {
		stride = -stride | 1
	}
	for gcd(stride, n) != 1 {
		stride += 2
	}
	return stride
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// mix scatters numbers (the finalizer of splitmix64), below 2^62.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return (x ^ x>>31) >> 2
}

func loadFollows(ctx context.Context, conn *sql.Conn, spec Spec) error {
	all, at := follows(spec), stamp(spec.Begin)
	return insert(ctx, conn, "member_follows (follower_id, following_id, created_at, updated_at)", len(all), func(b *strings.Builder, i int) {
		fmt.Fprintf(b, "(%d,%d,%s,%s)", all[i].follower, all[i].following, at, at)
	})
}

func countFollows(ctx context.Context, conn *sql.Conn, _ Spec) error {
	_, err := conn.ExecContext(ctx, `UPDATE member_profiles p
		LEFT JOIN (SELECT follower_id, COUNT(*) n FROM member_follows GROUP BY follower_id) o ON o.follower_id = p.member_id
		LEFT JOIN (SELECT following_id, COUNT(*) n FROM member_follows GROUP BY following_id) i ON i.following_id = p.member_id
		SET p.followings_count = COALESCE(o.n, 0), p.followers_count = COALESCE(i.n, 0)`)
	return err
}

// sentence is repeated in posts: a Korean syllable has 3 bytes.
const sentence = "오늘은 한강에서 자전거를 탔다. 바람이 시원하고 하늘이 맑았다. "

// authorOf gives low ranks, who have many followers, more posts.
func authorOf(spec Spec, random *rand.Rand) int64 {
	return int64(math.Pow(float64(spec.Members), random.Float64())*0.999) + 1 //nolint:mnd // log-uniform
}

func loadPosts(ctx context.Context, conn *sql.Conn, spec Spec) error {
	random := rand.New(rand.NewPCG(spec.Seed, 3))
	step := spec.End.Sub(spec.Begin) / time.Duration(max(spec.Posts, 1))
	err := insert(ctx, conn, "posts (id, title, content, author_id, is_deleted, version, created_at, updated_at)", spec.Posts, func(b *strings.Builder, i int) {
		at := stamp(spec.Begin.Add(time.Duration(i) * step))
		author := authorOf(spec, random)
		if i%4 == 0 { // else most members would never write
			author = int64(random.IntN(spec.Members)) + 1
		}
		fmt.Fprintf(b, "(%d,'제목 %d','%s',%d,FALSE,1,%s,%s)", i+1, i+1, strings.Repeat(sentence, 1+random.IntN(4)), author, at, at) //nolint:mnd // 90 to 360 bytes
	})
	if err != nil {
		return err
	}
	return insert(ctx, conn, "post_stats (post_id, view_count, like_count, comment_count, last_activity_at, post_created_at)", spec.Posts, func(b *strings.Builder, i int) {
		at := stamp(spec.Begin.Add(time.Duration(i) * step))
		fmt.Fprintf(b, "(%d,%d,0,0,%s,%s)", i+1, random.IntN(500), at, at) //nolint:mnd // views
	})
}

func loadLikes(ctx context.Context, conn *sql.Conn, spec Spec) error {
	if spec.Likes == 0 || spec.Posts == 0 {
		return nil
	}
	at := stamp(spec.End)
	err := insert(ctx, conn, "post_likes (post_id, member_id, created_at, updated_at)", spec.Likes, func(b *strings.Builder, i int) {
		// distinct pairs: each round of posts is liked by another member
		post, round := i%spec.Posts, i/spec.Posts
		fmt.Fprintf(b, "(%d,%d,%s,%s)", post+1, (mix(uint64(post))+uint64(round))%uint64(spec.Members)+1, at, at)
	})
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, `UPDATE post_stats s JOIN (SELECT post_id, COUNT(*) n FROM post_likes GROUP BY post_id) l ON l.post_id = s.post_id
		SET s.like_count = l.n`)
	return err
}

func stamp(t time.Time) string { return "'" + t.UTC().Format("2006-01-02 15:04:05.000000") + "'" }
