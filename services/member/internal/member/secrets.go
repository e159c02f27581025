package member

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// TokenHash is the SHA-256 of a refresh token: all that is stored of it.
type TokenHash [sha256.Size]byte

// HashToken is the hash of a refresh token.
func HashToken(token string) TokenHash { return sha256.Sum256([]byte(token)) }

// ParseTokenHash reads a hash in lower-case hex.
func ParseTokenHash(text string) (hash TokenHash, ok bool) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(hash) || text != strings.ToLower(text) {
		return TokenHash{}, false
	}
	copy(hash[:], raw)
	return hash, true
}

const tokenBytes = 32 // 256 random bits

// Secrets makes and derives the opaque tokens that clients keep.
type Secrets struct {
	random io.Reader
	// keys are the keyed hash's, the current first; older ones are only tried.
	keys [][]byte
}

// NewSecrets derives with keys: the first is used, the others are those that
// were used before it. random must be unpredictable.
func NewSecrets(random io.Reader, keys ...[]byte) *Secrets {
	return &Secrets{random: random, keys: keys}
}

func (s *Secrets) bytes(n int) ([]byte, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return raw, nil
}

// newRefreshToken is the first token of a session.
func (s *Secrets) newRefreshToken() (string, error) {
	raw, err := s.bytes(tokenBytes)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

func (s *Secrets) newTokenID() (TokenID, error) {
	const size = 16
	raw, err := s.bytes(size)
	return TokenID(hex.EncodeToString(raw)), err
}

// successors are what token may have been replaced with, the one to use now
// first. They follow from the token by a keyed hash, so that a repeat can be
// answered with the same successor although none is kept in plain.
func (s *Secrets) successors(token string) []string {
	all := make([]string, len(s.keys))
	for i, key := range s.keys {
		all[i] = base64.RawURLEncoding.EncodeToString(mac(key, "refresh successor", []byte(token)))
	}
	return all
}

// deviceParts are the random part and the seal of a device token.
const (
	deviceSeparator = "."
	deviceBytes     = 16
)

// newDeviceToken is a token that knows a device of member again. It holds for
// the password that was set at changedAt, and for no other account.
func (s *Secrets) newDeviceToken(member MemberID, changedAt time.Time) (string, error) {
	raw, err := s.bytes(deviceBytes)
	if err != nil {
		return "", err
	}
	seal := deviceSeal(s.keys[0], raw, member, changedAt)
	return base64.RawURLEncoding.EncodeToString(raw) + deviceSeparator + base64.RawURLEncoding.EncodeToString(seal), nil
}

// knowsDevice says whether token was made for member's present password.
func (s *Secrets) knowsDevice(token string, member MemberID, changedAt time.Time) bool {
	random, sealed, found := strings.Cut(token, deviceSeparator)
	// base64 passes over line breaks, and each spelling would have a budget of its own
	if !found || strings.ContainsAny(token, "\r\n") {
		return false
	}
	raw, errRandom := base64.RawURLEncoding.Strict().DecodeString(random)
	seal, errSeal := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if errRandom != nil || errSeal != nil || len(raw) != deviceBytes {
		return false
	}
	for _, key := range s.keys {
		if hmac.Equal(seal, deviceSeal(key, raw, member, changedAt)) {
			return true
		}
	}
	return false
}

func deviceSeal(key, raw []byte, member MemberID, changedAt time.Time) []byte {
	about := strconv.AppendInt(nil, int64(member), 10)
	about = append(about, '@')
	about = binary.BigEndian.AppendUint64(about, uint64(changedAt.UnixMicro()))
	return mac(key, "device of "+string(about), raw)
}

// mac is a keyed hash whose purpose keeps one use from standing in for another.
func mac(key []byte, purpose string, message []byte) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(strconv.Itoa(len(purpose)) + ":" + purpose))
	hash.Write(message)
	return hash.Sum(nil)
}
