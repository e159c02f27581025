package seed

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/tools/session"
)

// Config says where to and as whom.
type Config struct {
	Edge     string // the edge's address
	Plan     Plan
	Password string // of every member
}

// Added is what a run has added.
type Added struct {
	People, Pictures, Follows, Posts, Comments, Likes int64
}

// String is for people.
func (a Added) String() string {
	return fmt.Sprintf("%d members, %d pictures, %d follows, %d posts, %d comments, %d likes",
		a.People, a.Pictures, a.Follows, a.Posts, a.Comments, a.Likes)
}

// parallel is how many requests are on their way at once.
const parallel = 4

// run is one application of a plan.
type run struct {
	Config
	transport *patient
	sessions  []*session.Session
	ids       []int64 // of the people
	posts     []int64
	known     []bool // the post was there before, and may have comments

	people, pictures, follows, written, comments, likes atomic.Int64
}

// Apply makes what is missing of the plan. It says what it added also when it
// fails; another run goes on from there.
func Apply(ctx context.Context, config Config) (Added, error) {
	n := len(config.Plan.People)
	transport := newPatient(parallel)
	defer transport.close()
	r := &run{
		Config: config, transport: transport, sessions: make([]*session.Session, n), ids: make([]int64, n),
		posts: make([]int64, len(config.Plan.Posts)), known: make([]bool, len(config.Plan.Posts)),
	}
	var err error
	for _, step := range []func(context.Context) error{r.arrive, r.follow, r.write, r.comment, r.like} {
		if err = step(ctx); err != nil {
			break
		}
	}
	return Added{
		People: r.people.Load(), Pictures: r.pictures.Load(), Follows: r.follows.Load(),
		Posts: r.written.Load(), Comments: r.comments.Load(), Likes: r.likes.Load(),
	}, err
}

// each runs do for 0..n-1, some at once.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range n {
		group.Go(func() error { return do(ctx, i) })
	}
	return group.Wait()
}

func (r *run) follow(ctx context.Context) error {
	return each(ctx, len(r.Plan.Follows), func(ctx context.Context, i int) error {
		pair := r.Plan.Follows[i]
		_, err := r.sessions[pair.Who].Members.Follow(ctx, r.ids[pair.What])
		return counted(&r.follows, err, "FOLLOW_RELATIONSHIP_ALREADY_EXISTS")
	})
}

func (r *run) like(ctx context.Context) error {
	return each(ctx, len(r.Plan.Likes), func(ctx context.Context, i int) error {
		pair := r.Plan.Likes[i]
		_, err := r.sessions[pair.Who].Contents.LikePost(ctx, r.posts[pair.What])
		return counted(&r.likes, err, "POST_LIKE_ALREADY_EXISTS")
	})
}

// counted counts what was done; done before is no failure.
func counted(counter *atomic.Int64, err error, doneBefore string) error {
	if refused, ok := errors.AsType[*rest.Failure](err); ok && refused.Code == doneBefore {
		return nil
	}
	if err == nil {
		counter.Add(1)
	}
	return err
}

// write writes the posts that their authors have not written, in the plan's
// order.
func (r *run) write(ctx context.Context) error {
	written, err := r.writtenPosts(ctx)
	if err != nil {
		return err
	}
	for i, post := range r.Plan.Posts {
		if id := written[post.Author][post.Content]; id != 0 {
			r.posts[i], r.known[i] = id, true
			continue
		}
		created, err := r.sessions[post.Author].Contents.CreatePost(ctx,
			contentrest.WritePostRequest{Title: &post.Title, Content: post.Content})
		if err != nil {
			return fmt.Errorf("write post %d: %w", i, err)
		}
		r.posts[i] = created.ID
		r.written.Add(1)
	}
	return nil
}

// comment writes the comments that are missing; those of one post in order,
// since answers need what they answer.
func (r *run) comment(ctx context.Context) error {
	byPost := make([][]Comment, len(r.Plan.Posts))
	for _, c := range r.Plan.Comments {
		byPost[c.Post] = append(byPost[c.Post], c)
	}
	return each(ctx, len(byPost), func(ctx context.Context, post int) error {
		if len(byPost[post]) == 0 {
			return nil
		}
		return r.commentOn(ctx, post, byPost[post])
	})
}

func (r *run) commentOn(ctx context.Context, post int, comments []Comment) error {
	written, err := r.writtenComments(ctx, post)
	if err != nil {
		return err
	}
	ids := make([]int64, len(comments))
	for i, c := range comments {
		request := contentrest.CreateCommentRequest{Content: c.Content, PostID: r.posts[post]}
		if c.Parent >= 0 {
			request.ParentID = &ids[c.Parent]
		}
		if ids[i] = written[said{r.ids[c.Author], c.Content}]; ids[i] != 0 {
			continue
		}
		created, err := r.sessions[c.Author].Contents.CreateComment(ctx, request)
		if err != nil {
			return fmt.Errorf("comment on post %d: %w", post, err)
		}
		ids[i] = created.ID
		r.comments.Add(1)
	}
	return nil
}
