package auth

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// header is a token's first part in the order that it is written.
type header struct {
	Algorithm string `json:"alg"`
	Type      string `json:"typ"`
	KeyID     string `json:"kid"`
}

// Sign makes an access token that every Verifier with the key's public half
// accepts. It fails for claims or a key id that a Verifier would refuse, so
// that a mistake is seen where it is made.
func Sign(claims Claims, keyID string, key *ecdsa.PrivateKey) (string, error) {
	if !idForm.MatchString(keyID) {
		return "", fmt.Errorf("sign token: %w: key id %q", errShape, keyID)
	}
	payload, err := claims.encode()
	if err != nil {
		return "", err
	}
	if _, err := readClaims(payload, claims.IssuedAt); err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	head, err := json.Marshal(header{Algorithm: algorithm, Type: tokenType, KeyID: keyID})
	if err != nil {
		return "", fmt.Errorf("encode header: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(payload)
	signature, err := signLow(text, key)
	if err != nil {
		return "", err
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
