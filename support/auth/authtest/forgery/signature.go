package forgery

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/sha512"
	"encoding/asn1"
	"math/big"
)

const crypto256 = crypto.SHA256

type pair struct{ R, S *big.Int }

func splitDER(der []byte) (r, s *big.Int) {
	var both pair
	if _, err := asn1.Unmarshal(der, &both); err != nil {
		return big.NewInt(1), big.NewInt(1)
	}
	return both.R, both.S
}

func joinDER(r, s *big.Int) []byte {
	der, err := asn1.Marshal(pair{r, s})
	if err != nil {
		return nil
	}
	return der
}

// oddSignature is a token whose claims member could have signed, with a
// signature that is none, or is spelled as member does not.
func (f *Forger) oddSignature() string {
	text := encode([]byte(marshal(f.header()))) + "." + encode([]byte(marshal(f.fresh())))
	r, s := sign(f.victim.Key, text)
	n := elliptic.P256().Params().N
	good := flat(r, s)
	zero, ones := make([]byte, half), bytes.Repeat([]byte{0xff}, half)
	variants := []func() []byte{
		func() []byte { return flat(r, new(big.Int).Sub(n, s)) }, // the high form
		func() []byte { return joinDER(r, s) },
		func() []byte { return bytes.Join([][]byte{good[half:], good[:half]}, nil) },
		func() []byte { return bytes.Join([][]byte{zero, good[half:]}, nil) },
		func() []byte { return bytes.Join([][]byte{good[:half], zero}, nil) },
		func() []byte { return bytes.Join([][]byte{n.Bytes(), good[half:]}, nil) },
		func() []byte { return bytes.Join([][]byte{good[:half], n.Bytes()}, nil) },
		func() []byte { return bytes.Join([][]byte{zero, zero}, nil) },
		func() []byte { return bytes.Join([][]byte{ones, ones}, nil) },
		func() []byte { return bytes.Join([][]byte{n.Bytes(), n.Bytes()}, nil) },
		func() []byte { return flat(big.NewInt(1), big.NewInt(1)) },
		func() []byte { return good[:f.IntN(len(good))] },
		func() []byte { return append(bytes.Clone(good), make([]byte, 1+f.IntN(half))...) },
		func() []byte { return append([]byte{0}, good...) },
		func() []byte { return append(bytes.Clone(good), good...) },
		func() []byte { return wide(good, 48) }, // as of P-384
		func() []byte { return wide(good, 66) }, // as of P-521
		func() []byte { return flat(sign(f.victim.Key, text+".")) },
		func() []byte { return flat(sign(f.victim.Key, text[:len(text)/2])) },
		func() []byte { return flat(sign(f.stranger, text)) },
		func() []byte { return f.signed384(text) },
		func() []byte {
			flipped := bytes.Clone(good)
			flipped[f.IntN(len(flipped))] ^= 1 << f.IntN(8)
			return flipped
		},
	}
	return text + "." + encode(pick(f, variants...)())
}

// wide writes each half in size bytes.
func wide(good []byte, size int) []byte {
	out := make([]byte, 2*size)
	copy(out[size-half:], good[:half])
	copy(out[2*size-half:], good[half:])
	return out
}

// signed384 signs another digest, as ES384 would with this key.
func (f *Forger) signed384(text string) []byte {
	digest := sha512.Sum384([]byte(text))
	der, err := f.victim.Key.Sign(nil, digest[:], crypto.SHA384)
	if err != nil {
		return nil
	}
	return flat(splitDER(der))
}
