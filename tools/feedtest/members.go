package feedtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
)

func (f *Feed) routeMembers(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/authentication/signup", f.signUp)
	mux.HandleFunc("POST /api/authentication/login", f.logIn)
	mux.HandleFunc("POST /api/authentication/logout", f.asMember(f.logOut))
	mux.HandleFunc("DELETE /api/authentication/deactivate", f.asMember(f.deactivate))
	mux.HandleFunc("POST /api/token/refresh", f.refresh)
	mux.HandleFunc("GET /api/members/handles/{handle}", f.checkHandle)
	mux.HandleFunc("GET /api/members/summary", f.asMember(func(w http.ResponseWriter, _ *http.Request, who *account) {
		answer(w, http.StatusOK, who.summary)
	}))
	mux.HandleFunc("GET /api/members/profile/{handle}", f.asMember(f.profile))
	mux.HandleFunc("PUT /api/members/profile", f.asMember(f.updateProfile))
	mux.HandleFunc("POST /api/members/follow/{id}", f.asMember(f.follow))
	mux.HandleFunc("DELETE /api/members/follow/{id}", f.asMember(f.unfollow))
}

func (f *Feed) signUp(w http.ResponseWriter, r *http.Request) {
	body := read[memberrest.SignUpRequest](r)
	if f.byHandle(body.Handle) != nil {
		Refuse(w, r, http.StatusBadRequest, "VALIDATION_FAILED")
		return
	}
	who := &account{email: body.Email, password: body.Password}
	id := f.next()
	who.summary = memberrest.Summary{
		MemberID: id, ID: id, MemberName: body.MemberName, MemberHandle: body.Handle, Handle: body.Handle,
		DisplayName: body.DisplayName, VerificationStatus: "NONE", AvatarURL: "no-image",
	}
	f.accounts = append(f.accounts, who)
	f.record(who, "MEMBER_SIGNUP", nil, nil)
	answer(w, http.StatusCreated, memberrest.Member{ID: id, Name: body.MemberName})
}

func (f *Feed) byHandle(handle string) *account {
	for _, a := range f.accounts {
		if strings.EqualFold(a.summary.Handle, handle) {
			return a
		}
	}
	return nil
}

func (f *Feed) byID(id int64) *account {
	for _, a := range f.accounts {
		if a.summary.MemberID == id {
			return a
		}
	}
	return nil
}

func (f *Feed) logIn(w http.ResponseWriter, r *http.Request) {
	body := read[memberrest.LogInRequest](r)
	for _, a := range f.accounts {
		if strings.EqualFold(a.email, body.Email) && a.password == body.Password {
			f.open(w, a)
			answer(w, http.StatusOK, a.summary)
			return
		}
	}
	Refuse(w, r, http.StatusBadRequest, "LOGIN_FAILED")
}

// open gives a member tokens.
func (f *Feed) open(w http.ResponseWriter, who *account) {
	n := f.next()
	access, refresh := fmt.Sprintf("access-%d", n), fmt.Sprintf("refresh-%d", n)
	f.tokens[access], f.tokens[refresh] = who, who
	w.Header().Set("Authorization", "Bearer "+access)
	http.SetCookie(w, &http.Cookie{Name: "refresh_token", Value: refresh, Path: "/", HttpOnly: true})
}

func (f *Feed) refresh(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie("refresh_token")
	if err != nil || f.tokens[cookie.Value] == nil {
		w.Header().Set("X-Relogin-Required", "true")
		Refuse(w, r, http.StatusUnauthorized, "INVALID_TOKEN")
		return
	}
	f.open(w, f.tokens[cookie.Value])
	answer(w, http.StatusOK, true)
}

func (f *Feed) logOut(w http.ResponseWriter, _ *http.Request, who *account) {
	for token, owner := range f.tokens {
		if owner == who {
			delete(f.tokens, token)
		}
	}
	answer(w, http.StatusOK, true)
}

func (f *Feed) deactivate(w http.ResponseWriter, r *http.Request, who *account) {
	f.accounts = slices.DeleteFunc(f.accounts, func(a *account) bool { return a == who })
	f.logOut(w, r, who)
}

func (f *Feed) checkHandle(w http.ResponseWriter, r *http.Request) {
	handle := r.PathValue("handle")
	answer(w, http.StatusOK, memberrest.HandleAvailability{Handle: handle, Available: f.byHandle(handle) == nil})
}

func (f *Feed) profile(w http.ResponseWriter, r *http.Request, _ *account) {
	who := f.byHandle(strings.TrimPrefix(r.PathValue("handle"), "@"))
	if who == nil {
		Refuse(w, r, http.StatusNotFound, "MEMBER_NOT_FOUND")
		return
	}
	answer(w, http.StatusOK, memberrest.MemberProfile{
		MemberID: who.summary.MemberID, Handle: who.summary.Handle, MemberName: who.summary.MemberName, AvatarURL: who.summary.AvatarURL,
	})
}

func (f *Feed) updateProfile(w http.ResponseWriter, r *http.Request, who *account) {
	if body := read[memberrest.UpdateProfileRequest](r); body.AvatarURL != nil {
		who.summary.AvatarURL = *body.AvatarURL
	}
	answer(w, http.StatusOK, memberrest.MemberProfile{MemberID: who.summary.MemberID, AvatarURL: who.summary.AvatarURL})
}

func (f *Feed) follow(w http.ResponseWriter, r *http.Request, who *account) {
	target := pathID(r)
	pair := [2]int64{who.summary.MemberID, target}
	switch {
	case f.byID(target) == nil:
		Refuse(w, r, http.StatusNotFound, "MEMBER_NOT_FOUND")
	case f.follows[pair]:
		Refuse(w, r, http.StatusBadRequest, "FOLLOW_RELATIONSHIP_ALREADY_EXISTS")
	default:
		f.follows[pair] = true
		f.record(who, "MEMBER_FOLLOW", nil, nil)
		answer(w, http.StatusCreated, true)
	}
}

func (f *Feed) unfollow(w http.ResponseWriter, r *http.Request, who *account) {
	delete(f.follows, [2]int64{who.summary.MemberID, pathID(r)})
	answer(w, http.StatusNoContent, true)
}
