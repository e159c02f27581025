// Package forgery makes access tokens that nobody may accept: a hundred
// thousand different ones where they are wanted, the same for the same seed.
//
// Each is wrong in one way and right in all others, as far as that is possible:
// most are signed with member's own key, and speak for a member with a live
// session. So whoever accepts one lacks the one check that it is about.
package forgery

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Victim is who the forgeries speak for, and what their maker has got hold of.
type Victim struct {
	// Good are tokens of one member, of live sessions; at least two.
	Good []string
	// KeyID and Key are what member signs with now.
	KeyID string
	Key   *ecdsa.PrivateKey
	// At is when the forgeries are to be used, within the hour.
	At time.Time
}

// Forgery is a value of the header Authorization, and what is wrong with it.
type Forgery struct {
	// Family is the way in which it is wrong.
	Family Family
	// Authorization is 1 … 64 KiB without control characters.
	Authorization string
}

// Family is a kind of forgery, by the check that it is about.
type Family string

// The families.
const (
	Mutated    Family = "a good token with something changed"
	Unsigned   Family = "alg none"
	Confused   Family = "an HMAC keyed with what is public"
	Stranger   Family = "signed with a key of one's own"
	KeyID      Family = "a key id that is none"
	Header     Family = "a header that offers to check otherwise"
	MissingOne Family = "a claim missing, or of another type"
	Foreign    Family = "another issuer, audience or member"
	Untimely   Family = "expired, or of the future"
	Doubled    Family = "a member of JSON given twice"
	Signature  Family = "another form of the signature"
	Encoding   Family = "another spelling of a good token"
	Envelope   Family = "not one token after Bearer"
)

// Forger makes forgeries. It is not for concurrent use.
type Forger struct {
	*rand.Rand
	victim   Victim
	claims   map[string]any // of the first good token
	parts    []string       // of the first good token
	stranger *ecdsa.PrivateKey
	families []family
}

type family struct {
	name   Family
	weight int
	make   func() string
}

// New is a Forger. It fails where the good tokens cannot be read.
func New(seed uint64, victim Victim) (*Forger, error) {
	//nolint:gosec // what is made is to be made again (2026-11-21)
	f := &Forger{Rand: rand.New(rand.NewPCG(seed, 8725)), victim: victim, parts: strings.Split(victim.Good[0], ".")}
	const tokenParts = 3
	if len(f.parts) != tokenParts || len(victim.Good) < 2 {
		return nil, fmt.Errorf("forgery: want two good tokens, have %d", len(victim.Good))
	}
	payload, err := base64.RawURLEncoding.DecodeString(f.parts[1])
	if err != nil {
		return nil, fmt.Errorf("forgery: read a good token: %w", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(payload)))
	decoder.UseNumber() // ids stay digits
	if err := decoder.Decode(&f.claims); err != nil {
		return nil, fmt.Errorf("forgery: read a good token: %w", err)
	}
	scalar := sha256.Sum256([]byte("a key of one's own"))
	if f.stranger, err = ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:]); err != nil {
		return nil, fmt.Errorf("forgery: make a key: %w", err)
	}
	const often, seldom = 3, 1
	f.families = []family{
		{Mutated, 2 * often, f.mutated},
		{Unsigned, often, f.unsigned},
		{Confused, often, f.confused},
		{Stranger, often, f.ofStranger},
		{KeyID, often, f.oddKeyID},
		{Header, often, f.oddHeader},
		{MissingOne, often, f.oddClaim},
		{Foreign, often, f.foreign},
		{Untimely, often, f.untimely},
		{Doubled, seldom, f.doubled},
		{Signature, often, f.oddSignature},
		{Encoding, often, f.respelled},
		{Envelope, seldom, f.enveloped},
	}
	return f, nil
}

// Next is one more forgery.
func (f *Forger) Next() Forgery {
	total := 0
	for _, one := range f.families {
		total += one.weight
	}
	at := f.IntN(total)
	for _, one := range f.families {
		if at -= one.weight; at < 0 {
			return Forgery{Family: one.name, Authorization: f.authorization(one)}
		}
	}
	return Forgery{} // not reached: the weights add up
}

// authorization puts a token behind its scheme, now and then twice as a known
// client does; Envelope is about just that.
func (f *Forger) authorization(one family) string {
	for {
		value := one.make()
		if one.name != Envelope {
			value = pick(f, "Bearer ", "Bearer ", "Bearer ", "Bearer Bearer ") + value
		}
		if !f.isGood(value) {
			return value
		}
	}
}

// isGood is true for what chance made of a good token: itself.
func (f *Forger) isGood(value string) bool {
	token := strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(value, "Bearer "), "Bearer "), " ")
	return slices.Contains(f.victim.Good, strings.TrimRight(token, " "))
}

// Families are all of them.
func (f *Forger) Families() (names []Family) {
	for _, one := range f.families {
		names = append(names, one.name)
	}
	return names
}

type object = map[string]any

func pick[T any](f *Forger, from ...T) T { return from[f.IntN(len(from))] }

// word is 1 to 12 letters.
func (f *Forger) word() string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	const longest = 12
	out := make([]byte, 1+f.IntN(longest))
	for i := range out {
		out[i] = letters[f.IntN(len(letters))]
	}
	return string(out)
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func marshal(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		return err.Error() // and be refused: nothing here cannot be encoded
	}
	return string(out)
}

// with is members with some replaced; a nil removes one.
func with(members, changes object) object {
	out := maps.Clone(members)
	for name, value := range changes {
		if value == nil {
			delete(out, name)
			continue
		}
		out[name] = value
	}
	return out
}

func (f *Forger) header() object {
	return object{"alg": "ES256", "typ": "JWT", "kid": f.victim.KeyID}
}

// fresh are claims that member could have signed, with a jti of their own.
func (f *Forger) fresh() object { return with(f.claims, object{"jti": f.word() + f.word()}) }

// signed is a token of member's key.
func (f *Forger) signed(header, payload string) string {
	return signedWith(f.victim.Key, header, payload)
}

func signedWith(key *ecdsa.PrivateKey, header, payload string) string {
	text := encode([]byte(header)) + "." + encode([]byte(payload))
	return text + "." + encode(flat(sign(key, text)))
}

// sign is deterministic, and of the two forms the one that member makes.
func sign(key *ecdsa.PrivateKey, text string) (r, s *big.Int) {
	digest := sha256.Sum256([]byte(text))
	der, err := key.Sign(nil, digest[:], crypto256)
	if err != nil {
		return big.NewInt(1), big.NewInt(1)
	}
	r, s = splitDER(der)
	if order := elliptic.P256().Params().N; s.Cmp(new(big.Int).Rsh(order, 1)) > 0 {
		s.Sub(order, s)
	}
	return r, s
}

const half = 32 // bytes of r, and of s

func flat(r, s *big.Int) []byte {
	out := make([]byte, 2*half)
	r.FillBytes(out[:half])
	s.FillBytes(out[half:])
	return out
}
