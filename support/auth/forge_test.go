package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/auth/authtest"
)

// forger makes tokens that member would never make, most of them with
// member's own key, so that only the rule in question can refuse them.
type forger struct {
	t      testing.TB
	signer authtest.Signer
	header map[string]any
	claims map[string]any
}

func newForger(t testing.TB, signer authtest.Signer) *forger {
	t.Helper()
	now := time.Now().Unix()
	return &forger{
		t: t, signer: signer,
		header: map[string]any{"alg": "ES256", "typ": "JWT", "kid": signer.ID},
		claims: map[string]any{
			"iss": "dailyfeed", "aud": "dailyfeed", "sub": "42", "id": 42, "memberId": 42, "jti": "jti-1",
			"sid": 7, "roles": []string{"MEMBER"}, "iat": now, "exp": now + 3600,
		},
	}
}

func (f *forger) json(v map[string]any) string {
	out, err := json.Marshal(v)
	require.NoError(f.t, err)
	return string(out)
}

// with is f with members of the header or claims replaced; a nil removes one.
func with(members map[string]any, changes map[string]any) map[string]any {
	out := map[string]any{}
	maps.Copy(out, members)
	for name, value := range changes {
		if value == nil {
			delete(out, name)
		} else {
			out[name] = value
		}
	}
	return out
}

type obj = map[string]any

func (f *forger) withHeader(changes obj) string {
	return f.sign(f.json(with(f.header, changes)), f.json(f.claims))
}

func (f *forger) withClaims(changes obj) string {
	return f.sign(f.json(f.header), f.json(with(f.claims, changes)))
}

// withRawClaims appends text to the payload inside its braces.
func (f *forger) withRawClaims(text string) string {
	payload := f.json(f.claims)
	return f.sign(f.json(f.header), payload[:len(payload)-1]+text+"}")
}

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// sign signs header and payload with the forger's key, low s.
func (f *forger) sign(header, payload string) string {
	text := b64([]byte(header)) + "." + b64([]byte(payload))
	return text + "." + b64(f.ecdsa(text, f.signer.Private, false))
}

func (f *forger) ecdsa(text string, key *ecdsa.PrivateKey, high bool) []byte {
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	require.NoError(f.t, err)
	n := elliptic.P256().Params().N
	isHigh := s.Cmp(new(big.Int).Rsh(n, 1)) > 0
	if isHigh != high {
		s.Sub(n, s)
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
}

func (f *forger) hs256(header string, secret []byte) string {
	text := b64([]byte(header)) + "." + b64([]byte(f.json(f.claims)))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return text + "." + b64(mac.Sum(nil))
}

// forged are tokens by what is wrong with them; each must be INVALID_TOKEN.
func (f *forger) forged() map[string]string {
	out := map[string]string{}
	for _, part := range []func(map[string]string){f.notAToken, f.badAlgorithms, f.badKeyIDs, f.badHeaders, f.badSignatures, f.badEncodings, f.missingClaims, f.wrongClaims, f.ambiguousClaims, f.badTimes} {
		part(out)
	}
	return out
}

func (f *forger) notAToken(out map[string]string) {
	good := f.withClaims(nil)
	parts := strings.Split(good, ".")
	for name, token := range map[string]string{
		"a word": "x", "two dots": "..", "one part": parts[0], "no signature": parts[0] + "." + parts[1], "empty signature": parts[0] + "." + parts[1] + ".",
		"four parts": good + ".x", "five parts (JWE)": "a.b.c.d.e", "swapped parts": parts[1] + "." + parts[0] + "." + parts[2],
		"too long": good + strings.Repeat("A", 8192), "null": "null", "undefined": "undefined", "a third prefix": "Bearer Bearer " + good,
	} {
		out["not a JWT: "+name] = token
	}
}

func (f *forger) badAlgorithms(out map[string]string) {
	public, err := f.signer.Public.Bytes()
	require.NoError(f.t, err)
	for _, alg := range []string{"none", "None", "NONE", "nOnE", ""} {
		text := b64([]byte(f.json(with(f.header, obj{"alg": alg})))) + "." + b64([]byte(f.json(f.claims)))
		out["alg "+alg+", unsigned"] = text + "."
		out["alg "+alg+", signed"] = f.withHeader(obj{"alg": alg})
	}
	hs := f.json(with(f.header, obj{"alg": "HS256"}))
	out["HS256 with the public key"] = f.hs256(hs, public)
	out["HS256 with x"] = f.hs256(hs, public[1:33])
	out["HS256 with an empty key"] = f.hs256(hs, nil)
	out["HS256 that says ES256"] = f.hs256(f.json(f.header), public)
	for _, alg := range []any{"ES384", "ES512", "RS256", "PS256", "EdDSA", "es256", "ES256 ", "ES256K", 256, []string{"ES256"}, true} {
		out[fmt.Sprintf("alg %v", alg)] = f.withHeader(obj{"alg": alg})
	}
	out["no alg"] = f.withHeader(obj{"alg": nil})
}

func (f *forger) badKeyIDs(out map[string]string) {
	for _, kid := range []any{
		"", "unknown", "../../../../dev/null", "' OR 1=1 --", "key-1\x00", strings.Repeat("k", 500), f.signer.ID + " ", f.signer.ID + "\n",
		strings.ToLower(f.signer.ID), 1,
		[]string{f.signer.ID},
		map[string]any{"kid": f.signer.ID},
		"http://evil.example/jwks.json",
	} {
		out[fmt.Sprintf("kid %.40v", kid)] = f.withHeader(obj{"kid": kid})
	}
	out["no kid"] = f.withHeader(obj{"kid": nil})
}

func (f *forger) badHeaders(out map[string]string) {
	own := map[string]any{"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}
	for name, changes := range map[string]obj{
		"crit": {"crit": []string{"exp"}}, "unknown crit": {"crit": []string{"x"}, "x": 1}, "empty crit": {"crit": []string{}}, "b64 false": {"b64": false},
		"jwk": {"jwk": own}, "jku": {"jku": "http://evil.example"}, "x5u": {"x5u": "http://evil.example"}, "x5c": {"x5c": []string{"a"}}, "zip": {"zip": "DEF"}, "cty": {"cty": "JWT"},
		"no typ": {"typ": nil}, "typ jwt": {"typ": "jwt"}, "typ at+jwt": {"typ": "at+jwt"}, "typ JWE": {"typ": "JWE"}, "typ number": {"typ": 1},
	} {
		out["header "+name] = f.withHeader(changes)
	}
	claims, kid := f.json(f.claims), f.signer.ID
	for name, header := range map[string]string{
		"twice alg":           `{"alg":"none","alg":"ES256","typ":"JWT","kid":"` + kid + `"}`,
		"twice kid":           `{"alg":"ES256","typ":"JWT","kid":"x","kid":"` + kid + `"}`,
		"twice alg, escaped":  `{"\u0061lg":"none","alg":"ES256","typ":"JWT","kid":"` + kid + `"}`,
		"members in capitals": `{"ALG":"ES256","TYP":"JWT","KID":"` + kid + `"}`,
		"an array":            `["ES256"]`, "null": `null`, "a string": `"ES256"`, "empty": ``, "empty object": `{}`,
		"something after it": `{"alg":"ES256","typ":"JWT","kid":"` + kid + `"} {}`,
		"a comma too many":   `{"alg":"ES256","typ":"JWT","kid":"` + kid + `",}`,
		"not UTF-8":          "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"" + kid + "\",\"\xff\":1}",
		"a BOM":              "\ufeff" + f.json(f.header),
	} {
		out["header with "+name] = f.sign(header, claims)
	}
}

func (f *forger) badSignatures(out map[string]string) {
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(f.t, err)
	text := b64([]byte(f.json(f.header))) + "." + b64([]byte(f.json(f.claims)))
	good := f.ecdsa(text, f.signer.Private, false)
	n := elliptic.P256().Params().N.Bytes()
	half := make([]byte, 32)
	der, err := ecdsa.SignASN1(rand.Reader, f.signer.Private, make([]byte, 32))
	require.NoError(f.t, err)
	other := f.withClaims(obj{"jti": "jti-2"})
	for name, signature := range map[string][]byte{
		"of another key": f.ecdsa(text, stranger, false), "high s": f.ecdsa(text, f.signer.Private, true),
		"zeros": make([]byte, 64), "r zero": append(append([]byte{}, half...), good[32:]...), "s zero": append(append([]byte{}, good[:32]...), half...),
		"s = n": append(append([]byte{}, good[:32]...), n...), "r = n": append(append([]byte{}, n...), good[32:]...),
		"63 bytes": good[:63], "65 bytes": append(append([]byte{}, good...), 0), "led by a zero": append([]byte{0}, good...), "128 bytes": append(append([]byte{}, good...), good...),
		"DER": der, "r and s swapped": append(append([]byte{}, good[32:]...), good[:32]...), "of another text": f.ecdsa("x.y", f.signer.Private, false),
	} {
		out["signature "+name] = text + "." + b64(signature)
	}
	out["signature of another token"] = text + "." + other[strings.LastIndex(other, ".")+1:]
	flipped := append([]byte{}, good...)
	flipped[10] ^= 1
	out["signature with a bit flipped"] = text + "." + b64(flipped)
	changed := b64([]byte(f.json(f.header))) + "." + b64([]byte(f.json(with(f.claims, obj{"memberId": 1, "id": 1, "sub": "1"}))))
	out["payload changed, signature kept"] = changed + "." + b64(good)
	expired := b64([]byte(f.json(f.header))) + "." + b64([]byte(f.json(with(f.claims, obj{"exp": time.Now().Unix() - 60, "iat": time.Now().Unix() - 3600}))))
	out["expired and badly signed"] = expired + "." + b64(good)
	out["expired and unsigned"] = expired + "."
}

func (f *forger) badEncodings(out map[string]string) {
	good := f.withClaims(nil)
	parts := strings.Split(good, ".")
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	require.NoError(f.t, err)
	last := strings.IndexByte(alphabet, parts[2][len(parts[2])-1])
	for name, token := range map[string]string{
		"trailing bits":        good[:len(good)-1] + string(alphabet[last|1]),
		"padding":              good + "==",
		"one =":                good + "=",
		"standard alphabet":    parts[0] + "." + parts[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(b64(append(signature[:63:63], 0xfb, 0xff))),
		"line break inside":    good[:20] + "\n" + good[20:],
		"CRLF inside":          parts[0] + "." + parts[1] + "." + parts[2][:10] + "\r\n" + parts[2][10:],
		"space inside":         good[:20] + " " + good[20:],
		"NUL behind":           good + "\x00",
		"trimmed by one":       good[:len(good)-1],
		"trimmed by four":      good[:len(good)-4],
		"first letter gone":    good[1:],
		"payload padded":       parts[0] + "." + parts[1] + "=." + parts[2],
		"percent":              strings.Replace(good, ".", "%2E", 1),
		"full stop of Unicode": strings.ReplaceAll(good, ".", "。"),
	} {
		out["encoding: "+name] = token
	}
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func (f *forger) missingClaims(out map[string]string) {
	for name := range f.claims {
		out["no "+name] = f.withClaims(obj{name: nil})
		out[name+" null"] = strings.Clone(f.withRaw(name, "null"))
		out[name+" in capitals"] = f.withClaims(obj{name: nil, strings.ToUpper(name): f.claims[name]})
	}
}

// withRaw replaces the claim name by text.
func (f *forger) withRaw(name, text string) string {
	payload := f.json(with(f.claims, obj{name: nil}))
	return f.sign(f.json(f.header), payload[:len(payload)-1]+`,"`+name+`":`+text+"}")
}

func (f *forger) wrongClaims(out map[string]string) {
	for name, changes := range map[string]obj{
		"another issuer": {"iss": "https://evil.example"}, "issuer in capitals": {"iss": "DAILYFEED"}, "issuer list": {"iss": []string{"dailyfeed"}},
		"another audience": {"aud": "other"}, "audience list": {"aud": []string{"other", "dailyfeed"}}, "empty audience": {"aud": ""},
		"sub of another": {"sub": "43"}, "id of another": {"id": 43}, "memberId of another": {"memberId": 43}, "sub a number": {"sub": 42}, "sub with a zero": {"sub": "042"}, "sub with a plus": {"sub": "+42"}, "sub spaced": {"sub": " 42"},
		"id as text": {"id": "42"}, "memberId as text": {"memberId": "42"}, "sid as text": {"sid": "7"}, "sid zero": {"sid": 0}, "sid negative": {"sid": -7},
		"member zero": {"sub": "0", "id": 0, "memberId": 0}, "member negative": {"sub": "-1", "id": -1, "memberId": -1}, "member 2^53": {"sub": "9007199254740992", "id": 9007199254740992, "memberId": 9007199254740992},
		"empty jti": {"jti": ""}, "jti a number": {"jti": 1}, "jti with a colon": {"jti": "a:b"}, "jti too long": {"jti": strings.Repeat("j", 129)}, "jti with a line break": {"jti": "a\r\nb"},
		"roles a string": {"roles": "ADMIN"}, "roles of numbers": {"roles": []int{1}}, "roles with null": {"roles": []any{nil}}, "too many roles": {"roles": make([]string, 100)}, "roles an object": {"roles": map[string]any{}},
	} {
		out["claims: "+name] = f.withClaims(changes)
	}
	out["claims: id a fraction"] = f.withRaw("id", "42.0")
	out["claims: id with an exponent"] = f.withRaw("id", "4.2e1")
	out["claims: exp as text"] = f.withRaw("exp", `"9999999999"`)
	out["claims: exp with an exponent"] = f.withRaw("exp", "1e12")
	out["claims: exp a fraction"] = f.withRaw("exp", "9999999999.5")
	out["claims: exp overflows"] = f.withRaw("exp", "99999999999999999999999999")
}

func (f *forger) ambiguousClaims(out map[string]string) {
	out["twice exp"] = f.withRawClaims(`,"exp":99999999999`)
	out["twice sub"] = f.withRawClaims(`,"sub":"42"`)
	out["twice memberId, escaped"] = f.withRawClaims(`,"member\u0049d":1`)
	out["twice a claim that nobody knows"] = f.withRawClaims(`,"x":1,"x":2`)
	for name, payload := range map[string]string{"an array": `[]`, "null": `null`, "a string": `"x"`, "nothing": ``, "two objects": f.json(f.claims) + `{}`, "broken": f.json(f.claims)[1:], "not UTF-8": strings.Replace(f.json(f.claims), "MEMBER", "\xff", 1)} {
		out["payload is "+name] = f.sign(f.json(f.header), payload)
	}
}

func (f *forger) badTimes(out map[string]string) {
	now := time.Now().Unix()
	for name, changes := range map[string]obj{
		"exp zero": {"exp": 0}, "exp negative": {"exp": -1}, "exp before iat": {"exp": now - 10, "iat": now - 5}, "exp = iat": {"exp": now - 5, "iat": now - 5},
		"from the future": {"iat": now + 3600, "exp": now + 7200}, "iat zero": {"iat": 0}, "iat negative": {"iat": -1},
		"not before an hour": {"nbf": now + 3600}, "nbf as text": {"nbf": "0"}, "nbf negative": {"nbf": -1},
		"expired, of another issuer": {"exp": now - 60, "iat": now - 3600, "iss": "x"}, "expired, without jti": {"exp": now - 60, "iat": now - 3600, "jti": nil},
	} {
		out["time: "+name] = f.withClaims(changes)
	}
}
