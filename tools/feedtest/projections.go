package feedtest

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
)

func (f *Feed) routeProjections(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/search/posts", f.asMember(f.searchPosts))
	mux.HandleFunc("GET /api/member-activities", f.asMember(f.myActivities))
	mux.HandleFunc("POST /api/images/upload", f.asMember(f.upload))
	mux.HandleFunc("GET /api/images/view/{id}", f.view)
}

func (f *Feed) record(who *account, kind activityrest.ActivityType, post, comment *int64) {
	f.activities = append(f.activities, dated{at: time.Now(), Activity: activityrest.Activity{
		ID: fmt.Sprint(f.next()), MemberID: who.summary.MemberID, PostID: post, CommentID: comment,
		MemberActivityType: kind, CreatedAt: now(), UpdatedAt: now(),
	}})
}

// seen is true when what happened at a time has reached the projections.
func (f *Feed) seen(at time.Time) bool { return time.Since(at) >= f.Lag }

func (f *Feed) searchPosts(w http.ResponseWriter, r *http.Request, _ *account) {
	found := []searchrest.FoundPost{}
	for _, activity := range f.activities {
		if activity.MemberActivityType != "POST_CREATE" || !f.seen(activity.at) {
			continue
		}
		for _, post := range f.posts {
			if post.ID == *activity.PostID && strings.Contains(post.Content, r.URL.Query().Get("keyword")) {
				found = append(found, searchrest.FoundPost{
					ID: post.ID, Title: post.Title, Content: post.Content, AuthorID: post.AuthorID,
					AuthorHandle: post.AuthorHandle, CreatedAt: post.CreatedAt, UpdatedAt: post.UpdatedAt,
				})
			}
		}
	}
	answer(w, http.StatusOK, searchrest.PostSearchPage{Content: found, TotalElements: int64(len(found)), Size: 10})
}

func (f *Feed) myActivities(w http.ResponseWriter, r *http.Request, who *account) {
	all := []activityrest.Activity{}
	for _, activity := range slices.Backward(f.activities) {
		if activity.MemberID == who.summary.MemberID && f.seen(activity.at) {
			all = append(all, activity.Activity)
		}
	}
	page, next, size := pageOf(r, all)
	answer(w, http.StatusOK, activityrest.ActivityScrollPage{Content: page, Size: size, HasNext: next != nil, NextCursor: next})
}

func (f *Feed) upload(w http.ResponseWriter, r *http.Request, _ *account) {
	file, _, err := r.FormFile("image")
	if err != nil {
		Refuse(w, r, http.StatusBadRequest, "VALIDATION_FAILED")
		return
	}
	content, _ := io.ReadAll(file)
	id := fmt.Sprintf("picture-%d", f.next())
	f.pictures[id] = content
	answer(w, http.StatusOK, id)
}

func (f *Feed) view(w http.ResponseWriter, r *http.Request) {
	content, known := f.pictures[r.PathValue("id")]
	if !known {
		Refuse(w, r, http.StatusNotFound, "IMAGE_NOT_FOUND")
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(content))
	_, _ = w.Write(content)
}
