package ctl

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
	"github.com/dailyfeed/dailyfeed/tools/session"
)

var errID = errors.New("an id is a positive number")

func parseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, fmt.Errorf("%w, not %q", errID, text)
	}
	return id, nil
}

func newPost(a *app) *cobra.Command {
	var title string
	cmd := &cobra.Command{
		Use:   "post TEXT…",
		Short: "Write a post",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.asMember(cmd.Context(), func(ctx context.Context, s *session.Session) error {
				post, err := s.Contents.CreatePost(ctx, contentrest.WritePostRequest{Title: &title, Content: strings.Join(args, " ")})
				if err != nil {
					return err
				}
				return a.show(post, []string{"ID", "WRITTEN", "TEXT"}, [][]any{{post.ID, post.CreatedAt, titled(post.Title, post.Content)}})
			})
		},
	}
	cmd.Flags().StringVar(&title, "title", "", "its title")
	return cmd
}

func newLike(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "like POST-ID",
		Short: "Like a post",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseID(args[0])
			if err != nil {
				return err
			}
			return a.asMember(cmd.Context(), func(ctx context.Context, s *session.Session) error {
				if _, err := s.Contents.LikePost(ctx, id); err != nil {
					return err
				}
				return a.show(map[string]any{"postId": id, "liked": true}, []string{"LIKED"}, [][]any{{id}})
			})
		},
	}
}

func newComment(a *app) *cobra.Command {
	var parent int64
	cmd := &cobra.Command{
		Use:   "comment POST-ID TEXT…",
		Short: "Comment on a post, or with --reply-to answer a comment",
		Args:  cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseID(args[0])
			if err != nil {
				return err
			}
			request := contentrest.CreateCommentRequest{PostID: id, Content: strings.Join(args[1:], " ")}
			if parent != 0 {
				request.ParentID = &parent
			}
			return a.asMember(cmd.Context(), func(ctx context.Context, s *session.Session) error {
				comment, err := s.Contents.CreateComment(ctx, request)
				if err != nil {
					return err
				}
				return a.show(comment, []string{"ID", "POST", "TEXT"}, [][]any{{comment.ID, comment.PostID, comment.Content}})
			})
		},
	}
	cmd.Flags().Int64Var(&parent, "reply-to", 0, "the comment to answer")
	return cmd
}

// lister reads a page of posts.
type lister func(ctx context.Context, s *session.Session, size int, cursor *string) (timelinerest.PostScrollPage, error)

// feeds are the lists that feed can show.
var feeds = map[string]lister{
	"followings": func(ctx context.Context, s *session.Session, size int, cursor *string) (timelinerest.PostScrollPage, error) {
		return s.Timelines.ListFollowingPosts(ctx, timelinerest.ListFollowingPostsParams{Size: &size, Cursor: cursor})
	},
	"mine": func(ctx context.Context, s *session.Session, size int, cursor *string) (timelinerest.PostScrollPage, error) {
		return s.Timelines.ListMyPosts(ctx, timelinerest.ListMyPostsParams{Size: &size, Cursor: cursor})
	},
	"popular": func(ctx context.Context, s *session.Session, size int, cursor *string) (timelinerest.PostScrollPage, error) {
		return s.Timelines.ListMostPopularPosts(ctx, timelinerest.ListMostPopularPostsParams{Size: &size, Cursor: cursor})
	},
	"commented": func(ctx context.Context, s *session.Session, size int, cursor *string) (timelinerest.PostScrollPage, error) {
		return s.Timelines.ListMostCommentedPosts(ctx, timelinerest.ListMostCommentedPostsParams{Size: &size, Cursor: cursor})
	},
	"recent": func(ctx context.Context, s *session.Session, size int, cursor *string) (timelinerest.PostScrollPage, error) {
		return s.Timelines.ListRecentlyActivePosts(ctx, timelinerest.ListRecentlyActivePostsParams{Size: &size, Cursor: cursor})
	},
}

var errFeed = errors.New("unknown list")

func newFeed(a *app) *cobra.Command {
	var size int
	var cursor string
	cmd := &cobra.Command{
		Use:       "feed [followings|mine|popular|commented|recent]",
		Short:     "Show a feed: those you follow, or another list",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: []string{"followings", "mine", "popular", "commented", "recent"},
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "followings"
			if len(args) > 0 {
				name = args[0]
			}
			list, known := feeds[name]
			if !known {
				return fmt.Errorf("%w %q", errFeed, name)
			}
			return a.asMember(cmd.Context(), func(ctx context.Context, s *session.Session) error {
				page, err := list(ctx, s, size, pointer(cursor))
				if err != nil {
					return err
				}
				return a.showPosts(page)
			})
		},
	}
	cmd.Flags().IntVar(&size, "size", 20, "how many")
	cmd.Flags().StringVar(&cursor, "cursor", "", "the nextCursor of the page before")
	return cmd
}

func (a *app) showPosts(page timelinerest.PostScrollPage) error {
	rows := make([][]any, len(page.Content))
	for i, p := range page.Content {
		rows[i] = []any{p.ID, p.CreatedAt, nameOf(p.AuthorHandle, p.AuthorName), p.LikeCount, p.CommentCount, titled(p.Title, p.Content)}
	}
	if err := a.show(page, []string{"ID", "WRITTEN", "AUTHOR", "LIKES", "COMMENTS", "TEXT"}, rows); err != nil {
		return err
	}
	if page.NextCursor != nil && a.output == "table" {
		fmt.Fprintln(a.Out, "more: --cursor", *page.NextCursor)
	}
	return nil
}

func newSearch(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "search WORD…",
		Short: `Search posts; "…" is a phrase, -word excludes, from:handle restricts the author`,
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.asMember(cmd.Context(), func(ctx context.Context, s *session.Session) error {
				page, err := s.Searches.SearchPosts(ctx, searchrest.SearchPostsParams{Keyword: strings.Join(args, " ")})
				if err != nil {
					return err
				}
				rows := make([][]any, len(page.Content))
				for i, p := range page.Content {
					rows[i] = []any{p.ID, p.CreatedAt, nameOf(p.AuthorHandle, p.AuthorName), titled(p.Title, p.Content)}
				}
				return a.show(page, []string{"ID", "WRITTEN", "AUTHOR", "TEXT"}, rows)
			})
		},
	}
}

func pointer(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// nameOf is the first name that there is.
func nameOf(names ...*string) string {
	for _, name := range names {
		if name != nil && *name != "" {
			return *name
		}
	}
	return "-"
}

func titled(title, content string) string {
	if title == "" {
		return content
	}
	return title + " · " + content
}
