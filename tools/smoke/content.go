package smoke

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

// steps are the story.
var steps = []step{
	{"two people sign up", signUpTwo},
	{"a wrong password is refused", wrongPassword},
	{"both log in", logIn},
	{"nobody reads without a token", noToken},
	{"the reader follows the author", follow},
	{"the author posts", post},
	{"the author sees the post among its own", ownPosts},
	{"the post is in the reader's feed", feed},
	{"the reader likes it, and sees that", like},
	{"a second like is refused", likeTwice},
	{"the reader comments", comment},
	{"the author replies", reply},
	{"the comment and its reply are on the post", thread},
	{"search finds the post", search},
	{"the author uploads a picture and uses it", upload},
	{"anybody views the picture", view},
	{"the reader's activities are recorded", activities},
	{"the reader refreshes its token", refresh},
	{"the author deletes the post, and nobody sees it", deletePost},
	{"the reader logs out, and its token is refused everywhere", logOut},
	{"both leave", leave},
}

func (s *story) text() string {
	return "오늘은 " + s.word + " 자전거를 타고 강을 건넜습니다."
}

func post(ctx context.Context, s *story) error {
	title := "연기 시험"
	created, err := s.author.Contents.CreatePost(ctx, contentrest.WritePostRequest{Title: &title, Content: s.text()})
	if err != nil {
		return err
	}
	s.post = created.ID
	return expect(created.Content == s.text() && created.Title == title && created.AuthorID == s.author.id,
		"the post as it was sent", created)
}

func ownPosts(ctx context.Context, s *story) error {
	page, err := s.author.Timelines.ListMyPosts(ctx, timelinerest.ListMyPostsParams{})
	if err != nil {
		return err
	}
	return expect(len(page.Content) == 1 && page.Content[0].ID == s.post, fmt.Sprintf("only post %d", s.post), page.Content)
}

// feed gives others' reads the second that the contract allows.
func feed(ctx context.Context, s *story) error {
	return eventually(ctx, othersWithin, func(ctx context.Context) (error, error) {
		page, err := s.reader.Timelines.ListFollowingPosts(ctx, timelinerest.ListFollowingPostsParams{})
		if err != nil {
			return nil, err
		}
		return expect(len(page.Content) == 1 && page.Content[0].ID == s.post && page.Content[0].Content == s.text(),
			fmt.Sprintf("post %d", s.post), page.Content), nil
	})
}

func like(ctx context.Context, s *story) error {
	if _, err := s.reader.Contents.LikePost(ctx, s.post); err != nil {
		return err
	}
	shown, err := s.reader.Timelines.GetPost(ctx, s.post)
	if err != nil {
		return err
	}
	return expect(shown.Liked && shown.LikeCount == 1, "liked, by one", shown)
}

func likeTwice(ctx context.Context, s *story) error {
	_, err := s.reader.Contents.LikePost(ctx, s.post)
	return expectFailure(err, http.StatusBadRequest, "POST_LIKE_ALREADY_EXISTS")
}

func comment(ctx context.Context, s *story) error {
	created, err := s.reader.Contents.CreateComment(ctx, contentrest.CreateCommentRequest{Content: "저도 타고 싶어요!", PostID: s.post})
	if err != nil {
		return err
	}
	s.comment = created.ID
	return expect(created.PostID == s.post && created.ParentID == nil, "a comment at the top", created)
}

func reply(ctx context.Context, s *story) error {
	created, err := s.author.Contents.CreateComment(ctx, contentrest.CreateCommentRequest{
		Content: "같이 가요.", PostID: s.post, ParentID: &s.comment,
	})
	if err != nil {
		return err
	}
	return expect(created.ParentID != nil && *created.ParentID == s.comment, "a reply", created)
}

// thread is read by the author, whose reply is the last write.
func thread(ctx context.Context, s *story) error {
	return eventually(ctx, othersWithin, func(ctx context.Context) (error, error) {
		page, err := s.author.Timelines.ListPostComments(ctx, s.post, timelinerest.ListPostCommentsParams{})
		if err != nil {
			return nil, err
		}
		shown, err := s.author.Timelines.GetPost(ctx, s.post)
		if err != nil {
			return nil, err
		}
		return expect(len(page.Content) == 1 && page.Content[0].ID == s.comment && page.Content[0].ReplyCount == 1 && shown.CommentCount == 2,
			"one comment with one reply, two in all", fmt.Sprintf("%+v and %d", page.Content, shown.CommentCount)), nil
	})
}

func search(ctx context.Context, s *story) error {
	return eventually(ctx, s.SearchWithin, func(ctx context.Context) (error, error) {
		page, err := s.reader.Searches.SearchPosts(ctx, searchrest.SearchPostsParams{Keyword: s.word})
		if err != nil {
			return nil, err
		}
		return expect(len(page.Content) == 1 && page.Content[0].ID == s.post && page.TotalElements == 1,
			fmt.Sprintf("post %d", s.post), page), nil
	})
}

func upload(ctx context.Context, s *story) error {
	drawn, err := draw()
	if err != nil {
		return err
	}
	id, err := s.author.Images.UploadImage(ctx, "avatar.png", drawn)
	if err != nil {
		return err
	}
	s.picture = "/api/proxy/images/view/" + id
	profile, err := s.author.Members.UpdateMyProfile(ctx, memberrest.UpdateProfileRequest{AvatarURL: &s.picture})
	if err != nil {
		return err
	}
	return expect(profile.AvatarURL == s.picture, s.picture, profile.AvatarURL)
}

func draw() ([]byte, error) {
	const side = 200
	canvas := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side {
		canvas.Set(i, i, color.RGBA{R: 200, A: 255})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		return nil, fmt.Errorf("draw picture: %w", err)
	}
	return out.Bytes(), nil
}

func view(ctx context.Context, s *story) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(s.Edge, "/")+s.picture, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask for picture: %w", err)
	}
	response, err := s.transport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("ask for picture: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	if err := expect(response.StatusCode == http.StatusOK, "200", response.Status); err != nil {
		return err
	}
	_, kind, err := image.DecodeConfig(bytes.NewReader(text))
	return expect(err == nil, "a picture", fmt.Sprint(kind, " ", err))
}

func activities(ctx context.Context, s *story) error {
	wanted := []activityrest.ActivityType{"MEMBER_FOLLOW", "LIKE_POST", "COMMENT_CREATE"}
	return eventually(ctx, s.ActivityWithin, func(ctx context.Context) (error, error) {
		page, err := s.reader.Activities.ListMyActivities(ctx, activityrest.ListMyActivitiesParams{Types: wanted})
		if err != nil {
			return nil, err
		}
		var got []activityrest.ActivityType
		for _, activity := range page.Content {
			got = append(got, activity.MemberActivityType)
		}
		missing := slices.DeleteFunc(slices.Clone(wanted), func(kind activityrest.ActivityType) bool {
			return slices.Contains(got, kind)
		})
		return expect(len(missing) == 0, fmt.Sprint(wanted), got), nil
	})
}

// deletePost takes effect in feeds at once.
func deletePost(ctx context.Context, s *story) error {
	if _, err := s.author.Contents.DeletePost(ctx, s.post); err != nil {
		return err
	}
	_, err := s.author.Timelines.GetPost(ctx, s.post)
	if err := expectFailure(err, http.StatusNotFound, "POST_NOT_FOUND"); err != nil {
		return err
	}
	page, err := s.reader.Timelines.ListFollowingPosts(ctx, timelinerest.ListFollowingPostsParams{})
	if err != nil {
		return err
	}
	return expect(len(page.Content) == 0, "an empty feed", page.Content)
}
