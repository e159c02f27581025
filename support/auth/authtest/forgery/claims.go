package forgery

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// required are the claims that a token must have, with the JSON that each may
// be taken for by a reader that does not look closely.
var required = map[string][]string{
	"iss":      {`null`, `""`, `1`, `["dailyfeed"]`, `{"dailyfeed":1}`, `true`},
	"aud":      {`null`, `""`, `1`, `["dailyfeed"]`, `["x","dailyfeed"]`, `[]`, `{}`},
	"sub":      {`null`, `""`, `$`, `" $"`, `"$ "`, `"0$"`, `"+$"`, `"$.0"`, `"-$"`, `["$"]`, `{"$ne":""}`, `"$\u0000"`},
	"id":       {`null`, `0`, `-1`, `"$"`, `$.0`, `$e0`, `$.5`, `true`, `[$]`, `{}`, `1e400`, `9007199254740993`, `99999999999999999999`, `-$`},
	"memberId": {`null`, `0`, `-1`, `"$"`, `$.0`, `$e0`, `$.5`, `true`, `[$]`, `{}`, `1e400`, `9007199254740993`, `99999999999999999999`, `-$`},
	"sid":      {`null`, `0`, `-1`, `""`, `"1"`, `1.5`, `1e3`, `true`, `[1]`, `{}`, `9007199254740992`, `99999999999999999999`},
	"jti":      {`null`, `""`, `1`, `true`, `["x"]`, `{}`, `" "`, `"a:b"`, `"a b"`, `"*"`, `"a\nb"`, `"a\u0000b"`, `"한"`, `"a/../b"`},
	"roles":    {`null`, `"MEMBER"`, `"ADMIN"`, `1`, `true`, `{}`, `[1]`, `[null]`, `[["MEMBER"]]`, `{"0":"MEMBER"}`},
	"iat":      {`null`, `0`, `-1`, `""`, `"1"`, `1.5`, `true`, `[]`, `{}`, `1e9`, `99999999999999999999`},
	"exp":      {`null`, `0`, `-1`, `""`, `"9999999999"`, `9999999999.5`, `1e12`, `true`, `[9999999999]`, `{}`, `99999999999999999999`, `1e400`, `"never"`},
}

// names are those of required in an order that does not change.
var names = func() (sorted []string) {
	for name := range required {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	return sorted
}()

func (f *Forger) member() string {
	id, _ := f.claims["memberId"].(json.Number)
	return id.String()
}

// payload is the claims as JSON without one, and with members appended as text.
func payload(claims object, without string, added ...string) string {
	text := marshal(with(claims, object{without: nil}))
	return text[:len(text)-1] + strings.Join(append([]string{""}, added...), ",") + "}"
}

// oddClaim lacks a claim, or has it as another type.
func (f *Forger) oddClaim() string {
	name := pick(f, names...)
	claims := f.fresh()
	value := strings.ReplaceAll(pick(f, required[name]...), "$", f.member())
	text := pick(f,
		payload(claims, name, quoted(name)+":"+value),
		payload(claims, name, quoted(name)+":"+value),
		payload(claims, name),
		payload(claims, name, quoted(strings.ToUpper(name))+":"+marshal(claims[name])),
		payload(claims, name, quoted(name+" ")+":"+marshal(claims[name])),
		payload(claims, name, quoted("claims")+":{"+quoted(name)+":"+marshal(claims[name])+"}"),
	)
	if f.IntN(30) == 0 {
		text = pick(f, "", "{}", "[]", "null", `"x"`, marshal([]object{claims}), marshal(marshal(claims)), marshal(claims)+"{}", marshal(claims)[1:], strings.ReplaceAll(marshal(claims), "MEMBER", "\xff"))
	}
	return f.signed(marshal(f.header()), text)
}

func quoted(name string) string { return strconv.Quote(name) }

// foreign was meant for another service, or says that it is somebody else.
func (f *Forger) foreign() string {
	other := f.Int64N(1 << 40)
	text := strconv.FormatInt(other, 10)
	changes := pick(f,
		object{"iss": f.word()}, object{"iss": "https://dailyfeed"}, object{"iss": "dailyfeed."}, object{"iss": "DAILYFEED"}, object{"iss": " dailyfeed"}, object{"iss": "dailyfeed\x00"}, object{"iss": "dаilyfeed"},
		object{"aud": f.word()}, object{"aud": "dailyfeed-admin"}, object{"aud": "DAILYFEED"}, object{"aud": []string{"dailyfeed"}}, object{"aud": []string{f.word(), "dailyfeed"}},
		object{"sub": text}, object{"id": other}, object{"memberId": other}, object{"sub": text, "id": other}, object{"sub": text, "memberId": other}, object{"id": other, "memberId": other},
	)
	return f.signed(marshal(f.header()), marshal(with(f.fresh(), changes)))
}

// untimely was good once, or will be.
func (f *Forger) untimely() string {
	const month = 30 * 24 * time.Hour
	// two hours at least: tokens are kept for a while before they are sent
	now, away := f.victim.At.Unix(), 7200+f.Int64N(int64(month.Seconds()))
	changes := pick(f,
		object{"iat": now - away - 7200, "exp": now - away}, object{"iat": now - 7200, "exp": now - 1 - f.Int64N(60)}, object{"iat": now - away, "exp": now},
		object{"iat": now + away, "exp": now + away + 7200}, object{"iat": now + away}, object{"nbf": now + away}, object{"nbf": "0"}, object{"nbf": -1},
		object{"exp": now + 60, "iat": now + 60}, object{"exp": now + 50, "iat": now + 55}, object{"exp": 0}, object{"exp": -now}, object{"exp": 1, "iat": 1},
	)
	return f.signed(marshal(f.header()), marshal(with(f.fresh(), changes)))
}

// doubled says one thing to who reads the first, another to who reads the last.
func (f *Forger) doubled() string {
	claims := f.fresh()
	if f.IntN(3) == 0 {
		header := marshal(f.header())
		twice := pick(f, `"alg":"none"`, `"alg":"HS256"`, `"kid":"`+f.word()+`"`, `"typ":"x"`, `"\u0061lg":"none"`, `"k\u0069d":"`+f.word()+`"`)
		return f.signed(pick(f, "{"+twice+","+header[1:], header[:len(header)-1]+","+twice+"}"), marshal(claims))
	}
	name := pick(f, names...)
	spelled := pick(f, name, name, `\u00`+strconv.FormatInt(int64(name[0]), 16)+name[1:])
	again := `"` + spelled + `":` + pick(f, marshal(claims[name]), "1", `"x"`, "null")
	text := marshal(claims)
	return f.signed(marshal(f.header()), pick(f, "{"+again+","+text[1:], text[:len(text)-1]+","+again+"}", text[:len(text)-1]+`,"x":1,"x":`+strconv.Itoa(f.IntN(9))+"}"))
}
