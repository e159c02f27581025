package feedtest

import (
	"net/http"
	"slices"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

func (f *Feed) routePosts(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/posts", f.asMember(f.createPost))
	mux.HandleFunc("DELETE /api/posts/{id}", f.asMember(f.deletePost))
	mux.HandleFunc("POST /api/posts/{id}/like", f.asMember(f.likePost))
	mux.HandleFunc("POST /api/comments", f.asMember(f.createComment))
	mux.HandleFunc("GET /api/timeline/posts/followings", f.asMember(f.home))
	mux.HandleFunc("GET /api/timeline/posts", f.asMember(f.mine))
	mux.HandleFunc("GET /api/timeline/posts/{id}", f.asMember(f.getPost))
	mux.HandleFunc("GET /api/timeline/posts/{id}/comments", f.asMember(f.listComments))
	mux.HandleFunc("GET /api/timeline/comments/{id}/replies", f.asMember(f.listReplies))
}

func (f *Feed) createPost(w http.ResponseWriter, r *http.Request, who *account) {
	body := read[contentrest.WritePostRequest](r)
	title := ""
	if body.Title != nil {
		title = *body.Title
	}
	post := &timelinerest.Post{
		ID: f.next(), Title: title, Content: body.Content, AuthorID: who.summary.MemberID,
		AuthorName: &who.summary.MemberName, AuthorHandle: &who.summary.Handle, CreatedAt: now(), UpdatedAt: now(),
	}
	f.posts = append(f.posts, post)
	f.record(who, "POST_CREATE", &post.ID, nil)
	answer(w, http.StatusCreated, post)
}

func (f *Feed) findPost(w http.ResponseWriter, r *http.Request, id int64) *timelinerest.Post {
	for _, post := range f.posts {
		if post.ID == id {
			return post
		}
	}
	Refuse(w, r, http.StatusNotFound, "POST_NOT_FOUND")
	return nil
}

func (f *Feed) deletePost(w http.ResponseWriter, r *http.Request, _ *account) {
	if post := f.findPost(w, r, pathID(r)); post != nil {
		f.posts = slices.DeleteFunc(f.posts, func(p *timelinerest.Post) bool { return p == post })
		answer(w, http.StatusOK, true)
	}
}

func (f *Feed) likePost(w http.ResponseWriter, r *http.Request, who *account) {
	post := f.findPost(w, r, pathID(r))
	if post == nil {
		return
	}
	pair := [2]int64{who.summary.MemberID, post.ID}
	if f.likes[pair] {
		Refuse(w, r, http.StatusBadRequest, "POST_LIKE_ALREADY_EXISTS")
		return
	}
	f.likes[pair] = true
	post.LikeCount++
	f.record(who, "LIKE_POST", &post.ID, nil)
	answer(w, http.StatusOK, true)
}

func (f *Feed) createComment(w http.ResponseWriter, r *http.Request, who *account) {
	body := read[contentrest.CreateCommentRequest](r)
	post := f.findPost(w, r, body.PostID)
	if post == nil {
		return
	}
	comment := &timelinerest.Comment{
		ID: f.next(), Content: body.Content, AuthorID: who.summary.MemberID, PostID: post.ID,
		ParentID: body.ParentID, CreatedAt: now(), UpdatedAt: now(),
	}
	for _, c := range f.comments {
		if body.ParentID != nil && c.ID == *body.ParentID {
			c.ReplyCount++
		}
	}
	f.comments = append(f.comments, comment)
	post.CommentCount++
	f.record(who, "COMMENT_CREATE", &post.ID, &comment.ID)
	answer(w, http.StatusOK, comment)
}

func (f *Feed) home(w http.ResponseWriter, r *http.Request, who *account) {
	f.listPosts(w, r, func(p *timelinerest.Post) bool { return f.follows[[2]int64{who.summary.MemberID, p.AuthorID}] })
}

func (f *Feed) mine(w http.ResponseWriter, r *http.Request, who *account) {
	f.listPosts(w, r, func(p *timelinerest.Post) bool { return p.AuthorID == who.summary.MemberID })
}

func (f *Feed) listPosts(w http.ResponseWriter, r *http.Request, wanted func(*timelinerest.Post) bool) {
	all := []timelinerest.Post{}
	for _, post := range slices.Backward(f.posts) {
		if wanted(post) {
			all = append(all, *post)
		}
	}
	page, next, size := pageOf(r, all)
	answer(w, http.StatusOK, timelinerest.PostScrollPage{Content: page, Size: size, HasNext: next != nil, NextCursor: next})
}

func (f *Feed) getPost(w http.ResponseWriter, r *http.Request, who *account) {
	if post := f.findPost(w, r, pathID(r)); post != nil {
		shown := *post
		shown.Liked = f.likes[[2]int64{who.summary.MemberID, post.ID}]
		answer(w, http.StatusOK, shown)
	}
}

func (f *Feed) listComments(w http.ResponseWriter, r *http.Request, _ *account) {
	id := pathID(r)
	f.pageComments(w, r, func(c *timelinerest.Comment) bool { return c.PostID == id && c.ParentID == nil })
}

func (f *Feed) listReplies(w http.ResponseWriter, r *http.Request, _ *account) {
	id := pathID(r)
	f.pageComments(w, r, func(c *timelinerest.Comment) bool { return c.ParentID != nil && *c.ParentID == id })
}

func (f *Feed) pageComments(w http.ResponseWriter, r *http.Request, wanted func(*timelinerest.Comment) bool) {
	all := []timelinerest.Comment{}
	for _, c := range f.comments {
		if wanted(c) {
			all = append(all, *c)
		}
	}
	page, next, size := pageOf(r, all)
	answer(w, http.StatusOK, timelinerest.CommentScrollPage{Content: page, Size: size, HasNext: next != nil, NextCursor: next})
}
