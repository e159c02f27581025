package auth

import (
	"context"
	"crypto/sha256"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"
)

// knownTokens bounds the memory of a Verifier: about 0.5 KiB each.
const knownTokens = 16_384

// provenTokens remembers tokens whose signature and claims held, by the hash of
// their whole text: the signature alone would let another payload pass with it.
// Expiry and revocation are looked at on each request, and a key that is no
// longer published takes its tokens with it.
type provenTokens struct {
	byHash *lru.Cache[[sha256.Size]byte, provenToken]
}

func newProvenTokens(size int) *provenTokens {
	byHash, err := lru.New[[sha256.Size]byte, provenToken](size)
	if err != nil {
		panic(fmt.Sprintf("auth: %d tokens: %v", size, err)) //nolint:forbidigo // a mistake of the program, found at its start
	}
	return &provenTokens{byHash: byHash}
}

// proveOnce is prove, which costs a signature, for the first request of a token.
func (v *Verifier) proveOnce(ctx context.Context, token string) (provenToken, error) {
	if len(token) > maxToken {
		return v.prove(ctx, token) // it says what is wrong
	}
	hash := sha256.Sum256([]byte(token))
	if proven, ok := v.known.byHash.Get(hash); ok {
		if key, ok := v.config.Keys.known(proven.key.ID); ok && isSame(key, proven.key) {
			proven.key = key
			return proven, nil
		}
		v.known.byHash.Remove(hash)
	}
	proven, err := v.prove(ctx, token)
	if err == nil && !proven.claims.expired(v.config.Now()) {
		v.known.byHash.Add(hash, proven)
	}
	return proven, err
}

// isSame compares keys; one that was not fetched again is found so at once.
func isSame(a, b Key) bool { return a.Public == b.Public || a.Public.Equal(b.Public) }
