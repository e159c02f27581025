package forgery

import (
	"encoding/base64"
	"net/url"
	"strings"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// mutated is a good token after an accident.
func (f *Forger) mutated() string {
	good := pick(f, f.victim.Good...)
	token := []byte(good)
	at := f.IntN(len(token))
	switch f.IntN(9) {
	case 0, 1: // another letter
		token[at] = alphabet[f.IntN(len(alphabet))]
	case 2: // any byte that a header may have
		token[at] = byte(0x80 + f.IntN(0x80))
	case 3: // cut
		return string(token[:at])
	case 4: // a piece is missing
		return string(token[:at]) + string(token[at+f.IntN(len(token)-at):])
	case 5: // a piece is there twice
		return string(token[:at]) + string(token[f.IntN(len(token)):])
	case 6: // longer
		return good + strings.Repeat(pick(f, "A", ".", "=", "a"), 1+f.IntN(64))
	case 7: // parts of two tokens
		return f.mixed()
	default: // a bit of a part
		parts := strings.Split(good, ".")
		n := f.IntN(len(parts))
		raw, err := base64.RawURLEncoding.DecodeString(parts[n])
		if err != nil || len(raw) == 0 {
			return parts[0]
		}
		raw[f.IntN(len(raw))] ^= 1 << f.IntN(8)
		parts[n] = encode(raw)
		return strings.Join(parts, ".")
	}
	return string(token)
}

// mixed puts parts of two good tokens together, or halves of their signatures.
func (f *Forger) mixed() string {
	a, b := strings.Split(f.victim.Good[0], "."), strings.Split(f.victim.Good[1], ".")
	first, errFirst := base64.RawURLEncoding.DecodeString(a[2])
	second, errSecond := base64.RawURLEncoding.DecodeString(b[2])
	if errFirst != nil || errSecond != nil {
		return a[0]
	}
	return pick(f,
		a[0]+"."+a[1]+"."+b[2], b[0]+"."+b[1]+"."+a[2], a[1]+"."+a[0]+"."+a[2], a[2]+"."+a[1]+"."+a[0],
		a[0]+"."+a[1]+"."+encode(append(first[:half:half], second[half:]...)), a[0]+"."+a[1]+"."+encode(append(second[:half:half], first[half:]...)),
	)
}

// respelled is a good token for a reader that is not strict.
func (f *Forger) respelled() string {
	good := pick(f, f.victim.Good...)
	parts := strings.Split(good, ".")
	at := 1 + f.IntN(len(good)-1)
	last := strings.IndexByte(alphabet, good[len(good)-1])
	const tailBits = 4 // of the last letter that mean nothing: 64 bytes are 85 letters and 2 bits
	return pick(f,
		good[:len(good)-1]+string(alphabet[last^(1+f.IntN(1<<tailBits-1))]),
		good+strings.Repeat("=", 1+f.IntN(3)),
		parts[0]+"=."+parts[1]+"."+parts[2], parts[0]+"."+parts[1]+"=."+parts[2], parts[0]+"."+parts[1]+"=="+"."+parts[2],
		good[:at]+" "+good[at:], good[:at]+"\t"+good[at:], good[:at]+"="+good[at:], good[:at]+"."+good[at:], good[:at]+"%"+good[at:],
		parts[0]+"."+parts[1]+"."+parts[2]+".", "."+good, good+"."+parts[2], parts[0]+".."+parts[1]+"."+parts[2], parts[0]+"."+parts[1], parts[0]+"."+parts[1]+".",
		url.QueryEscape("Bearer "+good), strings.Replace(good, ".", "%2E", 1), strings.Replace(good, ".", "。", 1+f.IntN(2)), strings.Replace(good, ".", ",", 1), strings.Replace(good, ".", ":", 1),
		encode([]byte(good)), base64.StdEncoding.EncodeToString([]byte(parts[1]))+"."+good, `"`+good+`"`, "<"+good+">", "'"+good+"'", good+";"+f.word(), good+","+good, good+"\u00a0",
		strings.ToUpper(good), strings.ToLower(good), reversed(good), strings.ReplaceAll(good, "A", "\u0410"),
		`{"protected":"`+parts[0]+`","payload":"`+parts[1]+`","signature":"`+parts[2]+`"}`, parts[0]+"."+f.word()+"."+f.word()+"."+parts[1]+"."+parts[2],
		f.signedAs(func(s string) string { return base64.URLEncoding.EncodeToString([]byte(padded(s))) }),
		f.signedAs(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(padded(s))) }),
	)
}

// signedAs is signed over another spelling of its parts, which is then right.
func (f *Forger) signedAs(spell func(string) string) string {
	text := spell(marshal(f.header())) + "." + spell(marshal(f.fresh()))
	return text + "." + encode(flat(sign(f.victim.Key, text)))
}

// padded is JSON whose base64 needs padding.
func padded(text string) string {
	for len(text)%3 == 0 {
		text += " "
	}
	return text
}

func reversed(text string) string {
	out := []byte(text)
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}

// enveloped is a good token in an Authorization that is not one of ours, or
// more than one token.
func (f *Forger) enveloped() string {
	good := pick(f, f.victim.Good...)
	const longest = 60_000
	return pick(f,
		good, "Basic "+good, "Token "+good, "JWT "+good, "Digest "+good, "Bearer:"+good, "Bearer="+good, "Bearer"+good, "Bearer,"+good, "BearerBearer "+good, "Bearer Bearer Bearer "+good,
		"Bearer "+good+" "+f.victim.Good[0], "Bearer "+good+", Bearer "+good, "Bearer token="+good, "Bearer null "+good, `Bearer "`+good+`"`, "Negotiate, Bearer "+good, f.word()+" "+good,
		"Bearer", "Bearer .", "Bearer ..", "Bearer ...", "Bearer null", "Bearer undefined", "Bearer [object Object]", "Bearer "+f.word(),
		"Bearer "+strings.Repeat(pick(f, "A", ".", "eyJ", "{", "é"), 1+f.IntN(longest/3)), "Bearer "+good+strings.Repeat("A", 4096+f.IntN(longest-8192)),
	)
}
