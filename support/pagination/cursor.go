package pagination

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
)

const (
	minKeyBytes  = 32
	macBytes     = 16
	maxCursor    = 1024 // characters; a longer one is refused unread
	scopeBytes   = 128  // usually enough for a scope
	sealedBytes  = 96   // usually enough for a position and its seal
	formatCursor = 1
)

var (
	// ErrBadCursor is a cursor that this key did not seal for this scope.
	ErrBadCursor = errors.New("pagination: not a cursor of this list")
	// ErrShortKey is a sealing key of less than 32 bytes.
	ErrShortKey = errors.New("pagination: cursor key is shorter than 32 bytes")
)

// Position is where a list goes on: the sort keys of the last row that was
// given, in the order of the list's ORDER BY. What each means is the
// endpoint's business. A caller can read it, but not change it: put nothing in
// it that the rows do not show.
type Position struct {
	// Page is the number of the page that begins here.
	Page    int
	Numbers []int64
	Texts   []string
}

// Scope names the list that a cursor belongs to: the endpoint first, then all
// that selects other rows in another order (the member whose list it is, the
// window, the filter). A cursor of one scope is refused in every other.
type Scope []string

// Sealer makes cursors that cannot be forged and are equal for equal positions.
// It is safe for concurrent use. All replicas of a service need the same key.
type Sealer struct {
	key    []byte
	hashes sync.Pool // of hash.Hash under key, to be reset
}

// NewSealer seals with HMAC-SHA256 under key. It fails with ErrShortKey for
// less than 32 bytes.
func NewSealer(key []byte) (*Sealer, error) {
	if len(key) < minKeyBytes {
		return nil, ErrShortKey
	}
	return &Sealer{key: append([]byte(nil), key...)}, nil
}

// Seal writes position as text that is safe in a URL.
func (s *Sealer) Seal(scope Scope, position Position) string {
	payload := encodePosition(position)
	return base64.RawURLEncoding.EncodeToString(append(payload, s.mac(scope, payload)...))
}

// Open reads what Seal wrote for the same scope, and fails with ErrBadCursor
// for anything else.
func (s *Sealer) Open(cursor string, scope Scope) (Position, error) {
	if len(cursor) > maxCursor || strings.ContainsAny(cursor, "\r\n") { // line breaks: the decoder skips them
		return Position{}, fmt.Errorf("%w: %d characters", ErrBadCursor, len(cursor))
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(sealed) <= macBytes {
		return Position{}, fmt.Errorf("%w: not base64url", ErrBadCursor)
	}
	payload, mac := sealed[:len(sealed)-macBytes], sealed[len(sealed)-macBytes:]
	if !hmac.Equal(mac, s.mac(scope, payload)) {
		return Position{}, fmt.Errorf("%w: seal does not match", ErrBadCursor)
	}
	return decodePosition(payload)
}

func (s *Sealer) mac(scope Scope, payload []byte) []byte {
	keyed, ok := s.hashes.Get().(hash.Hash)
	if !ok {
		keyed = hmac.New(sha256.New, s.key)
	}
	defer s.hashes.Put(keyed)
	keyed.Reset()
	keyed.Write(appendTexts(make([]byte, 0, scopeBytes), scope)) // lengths are part of it: no two scopes read the same
	keyed.Write(payload)
	return keyed.Sum(nil)[:macBytes]
}

func encodePosition(p Position) []byte {
	out := append(make([]byte, 0, sealedBytes), formatCursor)
	out = binary.AppendUvarint(out, uint64(max(p.Page, 0)))
	out = binary.AppendUvarint(out, uint64(len(p.Numbers)))
	for _, number := range p.Numbers {
		out = binary.AppendVarint(out, number)
	}
	return appendTexts(out, p.Texts)
}

func appendTexts(out []byte, texts []string) []byte {
	out = binary.AppendUvarint(out, uint64(len(texts)))
	for _, text := range texts {
		out = binary.AppendUvarint(out, uint64(len(text)))
		out = append(out, text...)
	}
	return out
}
