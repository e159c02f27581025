package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
)

func TestA1MakesAMember(t *testing.T) {
	t.Parallel()
	f := start(t)
	email, handle := unique()+"@dailyfeed.example", "Sky_"+unique()
	got := f.do(t, nil, "POST", "/api/authentication/signup", signUpBody(email, handle), "Content-Type", "text/plain").requireOK(t, 201)
	require.JSONEq(t, fmt.Sprintf(`{"id":%d,"name":"김하늘"}`, got.member(t).ID), string(got.Data))
	p := f.logIn(t, &person{email: email})
	profile := f.profile(t, p)
	require.Equal(t, handle, profile.Handle, "a handle is kept as it was written")
	require.Equal(t, []any{"UTC", "en", "PUBLIC", "NONE", true, "no-image"},
		[]any{*profile.Timezone, *profile.LanguageCode, string(profile.PrivacyLevel), string(profile.VerificationStatus), profile.IsActive, profile.AvatarURL})
	require.Nil(t, profile.DisplayName)
	require.Nil(t, profile.CoverURL)
	require.Equal(t, profile.CreatedAt, *profile.UpdatedAt)
	require.Zero(t, *profile.ProfileCompletionScore)
}

func TestSignUpTakesEveryOptionalFieldAndIgnoresWhatIsNotTheMembersToSay(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.person(t,
		"displayName", `"하늘 🚲"`, "bio", `"`+strings.Repeat("가", 500)+`"`, "location", `"서울"`, "websiteUrl", `"https://haneul.example/a?b=c"`,
		"birthDate", `"1994-05-02"`, "timezone", `"Asia/Seoul"`, "languageCode", `"ko"`, "privacyLevel", `"FRIENDS_ONLY"`, "avatarUrl", `"/api/proxy/images/view/x"`,
		"verificationStatus", `"VERIFIED"`, "roles", `["ADMIN"]`, "isActive", `false`, "id", `1`, "followersCount", `99`)
	got := f.profile(t, p)
	require.Equal(t, []any{"하늘 🚲", "서울", "https://haneul.example/a?b=c", "1994-05-02", "Asia/Seoul", "ko", "FRIENDS", "/api/proxy/images/view/x"},
		[]any{*got.DisplayName, *got.Location, *got.WebsiteURL, *got.BirthDate, *got.Timezone, *got.LanguageCode, string(got.PrivacyLevel), got.AvatarURL})
	require.Equal(t, []any{"NONE", true, int64(0), 100}, []any{string(got.VerificationStatus), got.IsActive, got.FollowersCount, *got.ProfileCompletionScore})
	require.EqualValues(t, 0, f.count(t, "SELECT COUNT(*) FROM members WHERE roles <> 'MEMBER'"))
}

func TestAtSignUpAnEmptyOrNullOptionalFieldIsAbsent(t *testing.T) {
	t.Parallel()
	f := start(t)
	var change []string
	for _, field := range []string{"displayName", "bio", "location", "websiteUrl", "birthDate", "timezone", "languageCode", "privacyLevel", "avatarUrl"} {
		change = append(change, field, `""`)
	}
	got := f.profile(t, f.person(t, change...))
	require.Equal(t, []string{"UTC", "en", "PUBLIC", "no-image"}, []string{*got.Timezone, *got.LanguageCode, string(got.PrivacyLevel), got.AvatarURL})
	f.signUp(t, "displayName", "null", "birthDate", "null", "timezone", "null", "privacyLevel", "null")
}

// every rule of the sign-up column of spec 04, by the field that it names
func TestSignUpRules(t *testing.T) {
	t.Parallel()
	f := start(t)
	long := func(n int) string { return `"` + strings.Repeat("가", n) + `"` }
	refused := map[string][]string{
		"email":        {`-`, `""`, `"  "`, `"no-at"`, `"a@b@c"`, `"@b"`, `"a@"`, `"a b@c"`, `"a\u0000@c"`, `null`, `"` + strings.Repeat("a", 92) + `@long.org"`},
		"memberName":   {`-`, `""`, `" "`, `"\u3000\u3000"`, `"한"`, long(31), `"a\u0007b"`, `null`},
		"handle":       {`-`, `""`, `"ab"`, `"한글핸들"`, `"a-b-c"`, `"a b c"`, `"` + strings.Repeat("a", 51) + `"`, `"admin"`, `"Login"`, `"FEED"`, `"search"`, `"discover"`, `"connections"`, `"profile"`, `"post"`, `"deleted"`, `null`},
		"displayName":  {long(51), `"a\u001bb"`},
		"bio":          {long(501)},
		"location":     {long(101)},
		"websiteUrl":   {`"ftp://a.example"`, `"javascript:alert(1)"`, `"https://"`, `"a.example"`, `"//a.example"`, `"https://user@a.example"`, `"https://a.example/\tb"`, `"https://a.example/` + strings.Repeat("a", 200) + `"`},
		"birthDate":    {`"2999-01-01"`, `"1994-13-01"`, `"1994-02-30"`, `"94-01-01"`, `"1994-05-02T00:00:00"`, `"0000-01-01"`, `"yesterday"`},
		"gender":       {`-`, `""`, `"male"`, `"UNKNOWN"`, `null`},
		"timezone":     {`"Mars/Base"`, `"Local"`, `"../etc/passwd"`, `"` + strings.Repeat("a", 100) + `"`},
		"languageCode": {`"k"`, `"` + strings.Repeat("k", 11) + `"`},
		"countryCode":  {`-`, `""`, `"KP"`, `"kr"`, `null`},
		"privacyLevel": {`"SECRET"`, `"public"`},
		"avatarUrl":    {`"javascript:alert(1)"`, `"data:image/png;base64,x"`, `"//evil.example/x.png"`, `"/\\evil.example"`, `"/\t/evil.example"`, `"x.png"`, `"/` + strings.Repeat("a", 1000) + `"`},
	}
	for field, values := range refused {
		for _, value := range values {
			body := signUpBody(unique()+"@dailyfeed.example", "h_"+unique(), field, value)
			got := f.do(t, nil, "POST", "/api/authentication/signup", body)
			require.Equal(t, "VALIDATION_FAILED", got.Code, "%s: %s: %s", field, value, got.raw)
			got.requireFields(t, field)
		}
	}
	require.EqualValues(t, 0, f.count(t, "SELECT COUNT(*) FROM members"))
}

func TestSignUpPasswordRules(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, password := range []string{
		"", "Ab1!xyz", "riverside7!", "RIVERSIDE7!", "Riverside!", "Riverside7", "River side7!", "Riverside7!한", "Riverside7^", "Riverside7!\u0000",
		strings.Repeat("Ab1!", 12) + "Ab1", "Password1!", "P@ssw0rd1", "wELCOME123!",
	} {
		quoted, err := json.Marshal(password)
		require.NoError(t, err)
		body := signUpBody(unique()+"@dailyfeed.example", "h_"+unique(), "password", string(quoted))
		f.do(t, nil, "POST", "/api/authentication/signup", body).requireFields(t, "password")
	}
	same := "Ab1!xyz@host"
	body := signUpBody(same, "h_"+unique(), "password", `"`+same+`"`)
	f.do(t, nil, "POST", "/api/authentication/signup", body).requireFields(t, "password")
	for _, good := range []string{"Aa1@aaaa", strings.Repeat("Ab1!", 12) + "Ab", "aB3$!%*?&#"} {
		body := signUpBody(unique()+"@dailyfeed.example", "h_"+unique(), "password", `"`+good+`"`)
		f.do(t, nil, "POST", "/api/authentication/signup", body).requireOK(t, 201)
	}
}

func TestSignUpReportsAllBrokenRulesAtOnce(t *testing.T) {
	t.Parallel()
	f := start(t)
	taken := f.signUp(t)
	got := f.do(t, nil, "POST", "/api/authentication/signup", `{"email":"x","password":"y","memberName":"z","handle":"`+strings.ToUpper(taken.handle)+`","bio":"`+strings.Repeat("a", 501)+`"}`)
	got.requireFields(t, "email", "password", "memberName", "handle", "bio", "gender", "countryCode")
	f.do(t, nil, "POST", "/api/authentication/signup", `{`).requireCode(t, 400, "MALFORMED_REQUEST")
	f.do(t, nil, "POST", "/api/authentication/signup", ``).requireCode(t, 400, "MALFORMED_REQUEST")
	f.do(t, nil, "POST", "/api/authentication/signup", `null`).requireCode(t, 400, "MALFORMED_REQUEST")
	f.do(t, nil, "POST", "/api/authentication/signup", `{"email":7}`).requireCode(t, 400, "MALFORMED_REQUEST")
}

func TestATakenHandleOrAddressIsRefusedWithoutRegardToCaseOrSpace(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := f.signUp(t)
	body := signUpBody(unique()+"@dailyfeed.example", strings.ToUpper(p.handle))
	f.do(t, nil, "POST", "/api/authentication/signup", body).requireFields(t, "handle")
	body = signUpBody("  "+strings.ToUpper(p.email)+" ", "h_"+unique())
	f.do(t, nil, "POST", "/api/authentication/signup", body).requireCode(t, 400, "MEMBER_ALREADY_EXISTS")
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM members"), "nothing is left of who was refused")
	require.EqualValues(t, 1, f.count(t, "SELECT COUNT(*) FROM member_emails"))
}

func TestOfManyWhoSignUpAtOnceWithOneAddressOrHandleExactlyOneWins(t *testing.T) {
	t.Parallel()
	f := start(t)
	const rivals = 12
	for name, body := range map[string]func(i int) string{
		"address": func(i int) string { return signUpBody("One@Dailyfeed.example", fmt.Sprintf("rival_%d", i)) },
		"handle":  func(i int) string { return signUpBody(fmt.Sprintf("%d@dailyfeed.example", i), "One_Handle") },
	} {
		var won, refused atomic.Int64
		together(rivals, func(i int) {
			got, err := f.insist(t.Context(), "POST", "/api/authentication/signup", body(i))
			switch {
			case err != nil:
			case got.http == 201:
				won.Add(1)
			case got.Code == "MEMBER_ALREADY_EXISTS" || got.Code == "VALIDATION_FAILED":
				refused.Add(1)
			}
		})
		require.EqualValues(t, 1, won.Load(), name)
		require.EqualValues(t, rivals-1, refused.Load(), name)
	}
	require.EqualValues(t, 2, f.count(t, "SELECT COUNT(*) FROM members"))
	require.EqualValues(t, 2, f.count(t, "SELECT COUNT(*) FROM member_profiles"))
}

// insist comes again while the service is too busy to say, as a client does.
func (f *fleet) insist(ctx context.Context, method, path, body string) (got answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		got, err = f.send(ctx, nil, method, path, body)
		if err != nil || !slices.Contains([]string{"TOO_MANY_REQUESTS", "SERVICE_UNAVAILABLE", "DEADLINE_EXCEEDED"}, got.Code) {
			return got, err
		}
	}
	return got, ctx.Err()
}

func TestARepeatedSignUpIsAnsweredOnceMade(t *testing.T) {
	t.Parallel()
	f := start(t)
	body := signUpBody(unique()+"@dailyfeed.example", "h_"+unique())
	first := f.do(t, nil, "POST", "/api/authentication/signup", body, "Idempotency-Key", "k").requireOK(t, 201)
	again := f.do(t, nil, "POST", "/api/authentication/signup", body, "Idempotency-Key", "k").requireOK(t, 201)
	require.Equal(t, first.raw, again.raw)
	require.Equal(t, "true", again.header.Get("Idempotency-Replayed"))
	other := signUpBody(unique()+"@dailyfeed.example", "h_"+unique())
	f.do(t, nil, "POST", "/api/authentication/signup", other, "Idempotency-Key", "k").requireOK(t, 201)
	require.EqualValues(t, 2, f.count(t, "SELECT COUNT(*) FROM members"), "without a member, the body is part of the scope")
}

func TestM13TellsWhetherAHandleIsFree(t *testing.T) {
	t.Parallel()
	f := start(t)
	taken := f.signUp(t)
	for handle, want := range map[string]string{
		"free_" + unique():            `{"available":true,"reason":null}`,
		strings.ToUpper(taken.handle): `{"available":false,"reason":"TAKEN"}`,
		"Admin":                       `{"available":false,"reason":"RESERVED"}`,
		"a%20b":                       `{"available":false,"reason":"INVALID"}`,
		"%ED%95%9C%EA%B8%80":          `{"available":false,"reason":"INVALID"}`,
		"%FF%FE":                      `{"available":false,"reason":"INVALID"}`,
	} {
		got := f.do(t, nil, "GET", "/api/members/handles/"+handle, "").requireOK(t, 200)
		var fields map[string]any
		require.NoError(t, json.Unmarshal(got.Data, &fields))
		require.Contains(t, fields, "handle")
		delete(fields, "handle")
		rest, err := json.Marshal(fields)
		require.NoError(t, err)
		require.JSONEq(t, want, string(rest), handle)
	}
}

func TestAStormOfSignUpsIsBoundedAndAnswered429(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) { c.PasswordHashSlots, c.PasswordHashQueue = 1, 0 })
	var made, refused atomic.Int64
	together(20, func(int) {
		got, err := f.send(t.Context(), nil, "POST", "/api/authentication/signup", signUpBody(unique()+"@dailyfeed.example", "h_"+unique()))
		if err == nil && got.http == 201 {
			made.Add(1)
		}
		if err == nil && got.Code == "TOO_MANY_REQUESTS" && got.header.Get("Retry-After") != "" {
			refused.Add(1)
		}
	})
	require.Positive(t, made.Load())
	require.Positive(t, refused.Load())
	require.EqualValues(t, 20, made.Load()+refused.Load())
}

func TestAClientThatSendsItsBodySlowlyHoldsNoHashingSlot(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *config.Config) {
		c.PasswordHashSlots, c.PasswordHashQueue, c.PasswordHashWait = 1, 0, time.Second
	})
	reader, writer := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+"/api/authentication/signup", reader)
	require.NoError(t, err)
	done := make(chan int, 1)
	go func() {
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			done <- 0
			return
		}
		_ = response.Body.Close()
		done <- response.StatusCode
	}()
	body := signUpBody(unique()+"@dailyfeed.example", "h_"+unique())
	_, err = io.WriteString(writer, body[:10])
	require.NoError(t, err)
	f.signUp(t)
	_, err = io.WriteString(writer, body[10:])
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	require.Equal(t, http.StatusCreated, <-done)
	f.do(t, nil, "POST", "/api/authentication/signup", `{"bio":"`+strings.Repeat("a", 1<<20)+`"}`).requireCode(t, 413, "PAYLOAD_TOO_LARGE")
}
