package e2e_test

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// spelled are the names that stand in the pages of the wire for a run's own words.
var spelled = []string{"haneul", "minjun", "picture", "word"}

func (p *play) cast() {
	p.names["haneul"] = "haneul_" + strings.ToLower(rand.Text()[:8])
	p.names["minjun"] = "minjun_" + strings.ToLower(rand.Text()[:8])
	p.names["word"] = "w" + strings.ToLower(rand.Text()[:10])
}

// story is what Haneul and Minjun do. Rankings and recommendations are left out:
// what they show is everybody's, and their items are those of the other lists.
func story() []line {
	var lines []line
	for _, act := range [][]line{arriving(), following(), writing(), reading(), finding(), showing(), recording(), failing(), leaving()} {
		lines = append(lines, act...)
	}
	return lines
}

// viewed: Minjun's look at the post is counted, which takes a moment.
func viewed(body string) bool {
	return strings.Contains(body, `"viewCount":1`) && strings.Contains(body, "반포")
}

func arriving() []line {
	signUp := `{"email":"{%[1]s}@example.com","password":"Story#2026!x","memberName":"%[2]s","handle":"{%[1]s}","gender":"FEMALE","countryCode":"KR"}`
	logIn := `{"email":"{%[1]s}@example.com","password":"Story#2026!x"}`
	return []line{
		{"member", "a handle is free", "", "GET", "/api/members/handles/{haneul}", "", "", nil},
		{"member", "Haneul signs up", "", "POST", "/api/authentication/signup", fmt.Sprintf(signUp, "haneul", "김하늘"), "haneul.id", nil},
		{"member", "Minjun signs up", "", "POST", "/api/authentication/signup", fmt.Sprintf(signUp, "minjun", "Minjun Lee"), "minjun.id", nil},
		{"member", "the e-mail is taken", "", "POST", "/api/authentication/signup", fmt.Sprintf(signUp, "minjun", "Minjun Lee"), "", nil},
		{"member", "a sign-up with much wrong", "", "POST", "/api/authentication/signup", `{"email":"no","password":"short","memberName":" "}`, "", nil},
		{"member", "a wrong password", "", "POST", "/api/authentication/login", `{"email":"{haneul}@example.com","password":"Story#2026!y"}`, "", nil},
		{"member", "Haneul logs in", "", "POST", "/api/authentication/login", fmt.Sprintf(logIn, "haneul"), "haneul", nil},
		{"member", "Minjun logs in", "", "POST", "/api/authentication/login", fmt.Sprintf(logIn, "minjun"), "minjun", nil},
		{"member", "who am I", "haneul", "GET", "/api/members", "", "", nil},
		{"member", "my profile", "haneul", "GET", "/api/members/profile", "", "", nil},
		{"member", "a profile is changed", "haneul", "PUT", "/api/members/profile", `{"displayName":"하늘","bio":"자전거와 커피. Cycling and coffee."}`, "", nil},
		{"member", "my summary", "haneul", "GET", "/api/members/summary", "", "", nil},
		{"member", "my sessions", "haneul", "GET", "/api/authentication/sessions", "", "", nil},
		{"member", "a token is renewed", "minjun", "POST", "/api/authentication/refresh", "", "minjun", nil},
		{"member", "keys for those who verify tokens", "", "GET", "/.well-known/jwks.json", "", "", nil},
	}
}

func following() []line {
	return []line{
		{"member", "a member", "minjun", "GET", "/api/members/{haneul.id}", "", "", nil},
		{"member", "a profile", "minjun", "GET", "/api/members/profile/{haneul.id}", "", "", nil},
		{"member", "a profile by its handle", "minjun", "GET", "/api/members/profile/@{haneul}", "", "", nil},
		{"member", "a summary", "minjun", "GET", "/api/members/{haneul.id}/summary", "", "", nil},
		{"member", "nobody follows yet", "minjun", "GET", "/api/members/followers-followings", "", "", nil},
		{"member", "Minjun follows Haneul", "minjun", "POST", "/api/members/follow/{haneul.id}", "", "", nil},
		{"member", "a second follow", "minjun", "POST", "/api/members/follow/{haneul.id}", "", "", nil},
		{"member", "nobody follows himself", "minjun", "POST", "/api/members/follow/{minjun.id}", "", "", nil},
		{"member", "whom I follow", "minjun", "GET", "/api/members/followings/more", "", "", nil},
		{"member", "who follows Haneul", "minjun", "GET", "/api/members/{haneul.id}/followers/more", "", "", nil},
		{"member", "both directions", "minjun", "GET", "/api/members/{haneul.id}/followers-followings", "", "", nil},
		{"member", "all that I follow", "minjun", "GET", "/api/members/query/followings", "", "", nil},
		{"member", "summaries in one go", "minjun", "POST", "/api/members/query/in", `{"ids":[{haneul.id},{minjun.id}]}`, "", nil},
	}
}

func writing() []line {
	return []line{
		{"content", "Haneul writes", "haneul", "POST", "/api/posts", `{"title":"한강 자전거 길","content":"퇴근하고 반포에서 여의도까지 달렸다. {word} 😀"}`, "post", nil},
		{"content", "without a title", "haneul", "POST", "/api/posts", `{"content":"Only text."}`, "untitled", nil},
		{"content", "a post is changed", "haneul", "PUT", "/api/posts/{post}", `{"title":"한강 자전거 길","content":"반포에서 여의도까지 달렸다. {word}"}`, "", nil},
		{"content", "not one's own", "minjun", "PUT", "/api/posts/{post}", `{"content":"x"}`, "", nil},
		{"content", "nothing is said", "haneul", "POST", "/api/posts", `{"content":"  "}`, "", nil},
		{"content", "a like", "minjun", "POST", "/api/posts/{post}/like", "", "", nil},
		{"content", "a second like", "minjun", "POST", "/api/posts/{post}/like", "", "", nil},
		{"content", "a comment", "minjun", "POST", "/api/comments", `{"content":"Which bridge? {word}","postId":{post}}`, "comment", nil},
		{"content", "a reply", "haneul", "POST", "/api/comments/replies", `{"content":"잠수교요!","postId":{post},"parentId":{comment}}`, "reply", nil},
		{"content", "a comment is changed", "minjun", "PUT", "/api/comments/{comment}", `{"content":"Which bridge was it? {word}"}`, "", nil},
		{"content", "a comment is liked", "haneul", "POST", "/api/comments/{comment}/like", "", "", nil},
		{"content", "a post that is not there", "minjun", "POST", "/api/posts/999999999/like", "", "", nil},
		{"content", "a comment that is not there", "minjun", "POST", "/api/comments/999999999/like", "", "", nil},
		{"content", "a post is deleted", "haneul", "DELETE", "/api/posts/{untitled}", "", "", nil},
	}
}

func reading() []line {
	hasPost := func(body string) bool { return strings.Contains(body, "반포") }
	return []line{
		{"timeline", "the home feed", "minjun", "GET", "/api/timeline/posts/followings", "", "", hasPost},
		{"timeline", "a feed of nobody", "haneul", "GET", "/api/timeline/posts/followings", "", "", nil},
		{"timeline", "my posts", "haneul", "GET", "/api/timeline/posts", "", "", nil},
		{"timeline", "posts of an author", "minjun", "GET", "/api/timeline/posts/authors/{haneul.id}?size=1", "", "", nil},
		{"timeline", "a post, which counts as a view", "minjun", "GET", "/api/timeline/posts/{post}", "", "", nil},
		{"timeline", "posts in one go", "haneul", "POST", "/api/timeline/posts/query/list", `{"ids":[999999999,{post},{untitled}]}`, "", viewed},
		{"timeline", "comments of a post", "minjun", "GET", "/api/timeline/posts/{post}/comments", "", "", nil},
		{"timeline", "replies", "minjun", "GET", "/api/timeline/comments/{comment}/replies", "", "", nil},
		{"timeline", "a comment", "haneul", "GET", "/api/timeline/comments/{comment}", "", "", nil},
		{"timeline", "my comments", "minjun", "GET", "/api/timeline/comments", "", "", nil},
		{"timeline", "comments of a member", "haneul", "GET", "/api/timeline/members/{minjun.id}/comments", "", "", nil},
		{"timeline", "a deleted post", "haneul", "GET", "/api/timeline/posts/{untitled}", "", "", nil},
		{"timeline", "a page too deep", "haneul", "GET", "/api/timeline/posts?page=10000", "", "", nil},
		{"timeline", "a page that is no number", "haneul", "GET", "/api/timeline/posts?page=one&size=0", "", "", nil},
		{"timeline", "dates the wrong way round", "haneul", "GET", "/api/timeline/posts/date-range?startDate=2026-02-02&endDate=2026-02-01", "", "", nil},
		{"timeline", "dates without posts", "haneul", "GET", "/api/timeline/posts/date-range?startDate=2020-02-01&endDate=2020-02-01T12:00:00", "", "", nil},
	}
}

func finding() []line {
	found := func(body string) bool {
		return strings.Contains(body, "Which bridge was it") || strings.Contains(body, "반포")
	}
	return []line{
		{"search", "posts with a word", "minjun", "GET", "/api/search/posts?keyword=%EC%9E%90%EC%A0%84%EA%B1%B0+{word}", "", "", viewed},
		{"search", "comments with a word", "minjun", "GET", "/api/search/comments?keyword={word}", "", "", found},
		{"search", "nothing found", "minjun", "GET", "/api/search/posts?keyword=zzz{word}", "", "", nil},
		{"search", "nothing asked", "minjun", "GET", "/api/search/posts?keyword=", "", "", nil},
		{"search", "comments of a post", "minjun", "GET", "/api/search/comments/posts/{post}", "", "", found},
	}
}

func showing() []line {
	return []line{
		{"image", "a picture is uploaded", "haneul", "POST", "/api/images/upload", "한강.png", "picture", nil},
		{"image", "a picture is viewed", "", "GET", "/api/images/view/{picture}", "", "", nil},
		{"image", "its head", "", "HEAD", "/api/images/view/{picture}", "", "", nil},
		{"image", "a picture of another", "minjun", "POST", "/api/images/view/command/delete/in", `{"imageUrls":["/api/proxy/images/view/{picture}"]}`, "", nil},
		{"image", "a picture is deleted", "haneul", "POST", "/api/images/view/command/delete/in", `{"imageUrls":["/api/proxy/images/view/{picture}"]}`, "", nil},
		{"image", "no picture", "", "GET", "/api/images/view/{picture}", "", "", nil},
	}
}

func recording() []line {
	enough := func(body string) bool {
		return strings.Contains(body, "COMMENT_UPDATE") && strings.Contains(body, "POST_READ") && strings.Contains(body, "LIKE_POST") && strings.Contains(body, "COMMENT_CREATE")
	}
	return []line{
		{"activity", "what Minjun did", "minjun", "GET", "/api/member-activities?types=COMMENT_CREATE,COMMENT_UPDATE,LIKE_POST,POST_READ", "", "", enough},
		{"activity", "what those did whom Minjun follows", "minjun", "GET", "/api/member-activities/followings?types=POST_CREATE", "", "", func(body string) bool { return strings.Contains(body, "POST_CREATE") }},
		{"activity", "how much is unread", "haneul", "GET", "/api/member-activities/followings/unread-count", "", "", nil},
		{"activity", "a ticket for the stream", "minjun", "POST", "/api/member-activities/stream/ticket", "", "", nil},
		{"activity", "an unknown kind", "minjun", "GET", "/api/member-activities?types=POST_EAT", "", "", nil},
	}
}

func failing() []line {
	return []line{
		{"member", "no token", "", "GET", "/api/members", "", "", nil},
		{"member", "an unknown path", "haneul", "GET", "/api/members/1/nothing", "", "", nil},
		{"member", "a wrong method", "haneul", "DELETE", "/api/members/profile", "", "", nil},
		{"content", "broken JSON", "haneul", "POST", "/api/posts", `{"content":`, "", nil},
	}
}

func leaving() []line {
	return []line{
		{"content", "a like is taken back", "minjun", "DELETE", "/api/posts/{post}/like", "", "", nil},
		{"member", "Minjun unfollows", "minjun", "DELETE", "/api/members/follow/{haneul.id}", "", "", nil},
		{"member", "a second time", "minjun", "DELETE", "/api/members/follow/{haneul.id}", "", "", nil},
		{"member", "the handle is changed", "minjun", "PUT", "/api/members/profile/handle", `{"newHandle":"{minjun}_2"}`, "", nil},
		{"member", "Minjun logs out", "minjun", "POST", "/api/authentication/logout", "", "", nil},
		{"member", "a token that was given up", "minjun", "GET", "/api/members", "", "", nil},
		{"member", "Haneul leaves", "haneul", "DELETE", "/api/authentication/deactivate", "", "", nil},
	}
}
