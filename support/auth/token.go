package auth

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

const (
	maxToken       = 4096 // characters; ours have about 500
	signatureBytes = 64
	algorithm      = "ES256"
	tokenType      = "JWT"
)

var errShape = errors.New("auth: not a token of ours")

// idForm is how key ids and token ids look; both become part of other systems' keys.
var idForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,128}$`)

// canonical is base64url without padding and, unlike the decoder's own idea of
// strict, without line breaks.
var canonical = base64.RawURLEncoding.Strict()

// looseToken is a token whose shape is right and of which nothing is believed yet.
type looseToken struct {
	keyID     string
	signed    string // header.payload as they were sent
	payload   []byte
	signature []byte
}

// readToken checks what can be checked without a key. The header may say
// alg, typ and kid and nothing else: each further member (crit, b64, jwk, jku,
// x5u, zip) would be an offer to check the token in another way.
func readToken(token string) (looseToken, error) {
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") {
		return looseToken{}, fmt.Errorf("%w: %d characters", errShape, len(token))
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return looseToken{}, fmt.Errorf("%w: %d parts", errShape, len(parts))
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = canonical.DecodeString(part); err != nil {
			return looseToken{}, fmt.Errorf("%w: part %d: %w", errShape, i, err)
		}
	}
	keyID, err := readHeader(decoded[0])
	if err != nil {
		return looseToken{}, err
	}
	signed := token[:len(parts[0])+1+len(parts[1])]
	return looseToken{keyID: keyID, signed: signed, payload: decoded[1], signature: decoded[2]}, nil
}

func readHeader(raw []byte) (keyID string, err error) {
	header, err := readObject(raw)
	if err != nil {
		return "", err
	}
	keyID = header.text("kid")
	switch {
	case header.text("alg") != algorithm:
		return "", fmt.Errorf("%w: algorithm is not %s", errShape, algorithm)
	case header.text("typ") != tokenType:
		return "", fmt.Errorf("%w: type is not %s", errShape, tokenType)
	case !idForm.MatchString(keyID):
		return "", fmt.Errorf("%w: no key id", errShape)
	case len(header) != 3:
		return "", fmt.Errorf("%w: header has %d members", errShape, len(header))
	}
	return keyID, nil
}
