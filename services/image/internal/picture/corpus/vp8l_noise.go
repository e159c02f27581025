package corpus

import (
	"math/bits"
	"math/rand/v2"
)

// VP8LForm is a way of keeping pixels in a lossless WebP.
type VP8LForm struct {
	// Transforms in the order in which they are written: 0 predicts, 1 crosses
	// colours, 2 subtracts green, 3 indexes a palette of Colours.
	Transforms []int
	Colours    int
	// CacheBits is the size of the cache of colours, 0 for none.
	CacheBits int
	// Parts have codes of their own.
	Parts bool
}

// VP8LForms are each transform alone, all of them, and every size of palette.
func VP8LForms() []VP8LForm {
	return []VP8LForm{
		{},
		{CacheBits: 1},
		{CacheBits: 11},
		{Parts: true},
		{Transforms: []int{0}},
		{Transforms: []int{1}},
		{Transforms: []int{2}},
		{Transforms: []int{3}, Colours: 1},
		{Transforms: []int{3}, Colours: 2},
		{Transforms: []int{3}, Colours: 3},
		{Transforms: []int{3}, Colours: 16},
		{Transforms: []int{3}, Colours: 17},
		{Transforms: []int{3}, Colours: 256},
		{Transforms: []int{0, 1, 2, 3}, Colours: 9, CacheBits: 4, Parts: true},
		{Transforms: []int{3, 2, 1, 0}, Colours: 4, CacheBits: 7, Parts: true},
	}
}

// NoisyVP8L is a VP8L chunk of random pixels, repetitions and cached colours.
func NoisyVP8L(w, h int, form VP8LForm) []byte {
	n := noisyVP8L{noise: rand.New(rand.NewPCG(uint64(w), uint64(h)))} //nolint:gosec // the same each time (2026-11-21)
	n.add(0x2f, 8)
	n.add(uint64(w-1), 14)
	n.add(uint64(h-1), 14)
	n.add(1, 1)
	n.add(0, 3)
	for _, kind := range form.Transforms {
		n.add(1, 1)
		n.add(uint64(kind), 2)
		w = n.transform(kind, w, h, form.Colours)
	}
	n.add(0, 1)
	n.picture(w, h, form.CacheBits, form.Parts, true)
	return n.data
}

type noisyVP8L struct {
	bitWriter
	noise *rand.Rand
}

// transform writes one, and returns the width of what is left to write.
func (n *noisyVP8L) transform(kind, w, h, colours int) int {
	const tile, predict, cross, index = 2, 0, 1, 3
	switch kind {
	case predict, cross:
		n.add(0, 3)
		n.picture((w+1<<tile-1)>>tile, (h+1<<tile-1)>>tile, 0, false, false)
	case index:
		n.add(uint64(colours-1), 8)
		n.picture(colours, 1, 0, false, false)
		for _, most := range []int{16, 4, 2} {
			if colours <= most {
				w = (w + 1) / 2
			}
		}
	}
	return w
}

const cacheless = 256 + 24

// picture writes codes and pixels.
func (n *noisyVP8L) picture(w, h, cacheBits int, parts, whole bool) {
	cached := 0
	if n.add(uint64(min(cacheBits, 1)), 1); cacheBits > 0 {
		n.add(uint64(cacheBits), 4)
		cached = 1 << cacheBits
	}
	const groups = 2
	count := 1
	if whole {
		if n.add(map[bool]uint64{true: 1}[parts], 1); parts {
			n.add(0, 3) // squares of 4 × 4
			n.parts((w+3)/4, (h+3)/4, groups)
			count = groups
		}
	}
	for range count { // all alike, so that it need not be known which is in use
		for _, symbols := range []int{cacheless + cached, 256, 256, 256, 40} {
			n.code(symbols)
		}
	}
	for at := 0; at < w*h; {
		at += n.pixel(at, w, w*h, cached)
	}
}

// parts writes a picture of the numbers of groups, without repetitions.
func (n *noisyVP8L) parts(w, h, groups int) {
	n.add(0, 1)
	for _, symbols := range []int{cacheless, 256, 256, 256, 40} {
		n.code(symbols)
	}
	for range w * h {
		n.symbol(n.noise.IntN(groups), cacheless)
		for range 3 {
			n.symbol(0, 256)
		}
	}
}

// pixel writes one, or a repetition, and returns how many that are.
func (n *noisyVP8L) pixel(at, w, total, cached int) int {
	const kinds = 8
	switch kind := n.noise.IntN(kinds); {
	case kind == 0 && at > 0:
		length := 1 + n.noise.IntN(min(total-at, 100))
		n.prefixed(length, 256, cacheless+cached)
		const near = 120
		if at > 8*w+8 && n.noise.IntN(2) == 0 {
			n.prefixed(1+n.noise.IntN(near), 0, 40)
		} else {
			n.prefixed(near+1+n.noise.IntN(at), 0, 40)
		}
		return length
	case kind == 1 && cached > 0:
		n.symbol(cacheless+n.noise.IntN(cached), cacheless+cached)
	default:
		n.symbol(n.noise.IntN(256), cacheless+cached)
		for range 3 {
			n.symbol(n.noise.IntN(256), 256)
		}
	}
	return 1
}

// prefixed writes a length or distance: a symbol, and bits behind it.
func (n *noisyVP8L) prefixed(value, first, symbols int) {
	if value <= 4 {
		n.symbol(first+value-1, symbols)
		return
	}
	v := value - 1
	extra := bits.Len(uint(v)) - 2
	n.symbol(first+2*extra+v>>extra, symbols)
	n.add(uint64(v&(1<<extra-1)), extra)
}

// code writes a code whose words differ by one bit in length at most: the first
// symbols have the shorter ones.
func (n *noisyVP8L) code(symbols int) {
	long, short := evenCode(symbols)
	n.add(0, 1)
	n.add(19-4, 4)
	for _, length := range []int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} {
		used := length == long || short > 0 && length == long-1
		n.add(map[bool]uint64{true: 1}[used], 3)
	}
	n.add(0, 1)
	if short == 0 {
		return // a code of one length takes no bits
	}
	for i := range symbols {
		n.add(map[bool]uint64{true: 1}[i >= short], 1)
	}
}

// evenCode is the length of the longer words, and how many are one shorter.
func evenCode(symbols int) (long, short int) {
	long = bits.Len(uint(symbols - 1))
	return long, 1<<long - symbols
}

func (n *noisyVP8L) symbol(symbol, symbols int) {
	long, short := evenCode(symbols)
	word, length := symbol, long-1
	if symbol >= short {
		word, length = symbol+short, long
	}
	for i := length - 1; i >= 0; i-- {
		n.add(uint64(word>>i&1), 1)
	}
}
