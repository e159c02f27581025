package auth

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"math/big"

	"github.com/golang-jwt/jwt/v5"
)

var errSignature = errors.New("auth: signature does not hold")

var (
	order     = elliptic.P256().Params().N
	halfOrder = new(big.Int).Rsh(order, 1).FillBytes(make([]byte, signatureBytes/2))
)

// verifySignature checks r‖s over signed. Each signature has a twin with
// order-s in place of s, which verifies too: only the lower one is ours, so
// that a token has one spelling.
func verifySignature(signed string, signature []byte, key *ecdsa.PublicKey) error {
	if len(signature) != signatureBytes || bytes.Compare(signature[signatureBytes/2:], halfOrder) > 0 {
		return errSignature
	}
	if err := jwt.SigningMethodES256.Verify(signed, signature, key); err != nil {
		return fmt.Errorf("%w: %w", errSignature, err)
	}
	return nil
}

// signLow signs and takes the lower twin.
func signLow(text string, key *ecdsa.PrivateKey) ([]byte, error) {
	signature, err := jwt.SigningMethodES256.Sign(text, key)
	if err != nil {
		return nil, fmt.Errorf("sign token: %w", err)
	}
	low := signature[signatureBytes/2:]
	if bytes.Compare(low, halfOrder) > 0 {
		twin := new(big.Int).Sub(order, new(big.Int).SetBytes(low))
		twin.FillBytes(low)
	}
	return signature, nil
}
