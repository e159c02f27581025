package vp8lrows

const (
	longest = 15
	// quick codes are looked up at once.
	quick = 8
)

// code is a canonical prefix code.
type code struct {
	// table has, by the next bits, a symbol and the length of its code below;
	// a length of 0 is a longer code.
	table [1 << quick]uint16
	// counts are codes of each length, symbols all of them in their order.
	counts  [longest + 1]uint16
	symbols []uint16
	// only is the symbol of a code without bits.
	only int
}

// newCode makes a code by the length of each symbol's.
func newCode(lengths []uint8) (*code, error) {
	c := &code{only: -1}
	used, last := 0, 0
	for symbol, n := range lengths {
		if n > 0 {
			c.counts[n]++
			used, last = used+1, symbol
		}
	}
	switch used {
	case 0:
		return nil, broken("a code of no symbol")
	case 1:
		c.only = last
		return c, nil
	}
	room := 1
	for n := 1; n <= longest; n++ {
		if room = room<<1 - int(c.counts[n]); room < 0 {
			return nil, broken("a code of too many symbols")
		}
	}
	if room != 0 {
		return nil, broken("a code with a gap")
	}
	c.symbols = make([]uint16, used)
	var at [longest + 2]uint16
	for n := 1; n <= longest; n++ {
		at[n+1] = at[n] + c.counts[n]
	}
	for symbol, n := range lengths {
		if n > 0 {
			c.symbols[at[n]] = uint16(symbol)
			at[n]++
		}
	}
	c.fillTable()
	return c, nil
}

func (c *code) fillTable() {
	word, next := 0, 0
	for n := 1; n <= quick; n++ {
		for range c.counts[n] {
			entry := c.symbols[next]<<4 | uint16(n)
			for i := reversed(word, n); i < len(c.table); i += 1 << n {
				c.table[i] = entry
			}
			word, next = word+1, next+1
		}
		word <<= 1
	}
}

// reversed is the lowest n bits of word in the order that they are read.
func reversed(word, n int) (out int) {
	for range n {
		out, word = out<<1|word&1, word>>1
	}
	return out
}

// next reads a symbol.
func (c *code) next(b *bits) int {
	if c.only >= 0 {
		return c.only
	}
	if b.count < longest {
		b.fill()
	}
	if entry := c.table[b.held&(1<<quick-1)]; entry != 0 {
		b.skip(int(entry & 15))
		return int(entry >> 4)
	}
	word, first, before := 0, 0, 0
	for n := 1; n <= longest; n++ {
		word |= int(b.held & 1)
		b.skip(1)
		count := int(c.counts[n])
		if word-first < count {
			return int(c.symbols[before+word-first])
		}
		before += count
		first = (first + count) << 1
		word <<= 1
	}
	return 0 // a code without a gap has no such word
}

// orderOfLengths is that in which a code's own code is written.
var orderOfLengths = [19]uint8{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// readCode reads a code of so many symbols.
func readCode(b *bits, symbols int) (*code, error) {
	lengths := make([]uint8, max(symbols, 256))
	if b.flag() {
		return readSimple(b, lengths[:symbols])
	}
	var own [len(orderOfLengths)]uint8
	for _, symbol := range orderOfLengths[:4+b.read(4)] {
		own[symbol] = uint8(b.read(3))
	}
	of, err := newCode(own[:])
	if err != nil {
		return nil, err
	}
	left := symbols
	if b.flag() {
		left = 2 + int(b.read(2+2*int(b.read(3))))
	}
	if left > symbols {
		return nil, broken("a code of more symbols than there are")
	}
	if err := readLengths(b, of, lengths[:symbols], left); err != nil {
		return nil, err
	}
	return newCode(lengths[:symbols])
}

// readSimple reads a code of one or two symbols. Whatever order two are written in,
// the lower one's word is 0, as that of any code here (WebP lossless specification,
// 6.2); libwebp reads it so, too.
func readSimple(b *bits, lengths []uint8) (*code, error) {
	two := b.flag()
	width := 1
	if b.flag() {
		width = 8
	}
	symbols := []int{int(b.read(width))}
	if two {
		symbols = append(symbols, int(b.read(8)))
		b.unsorted = b.unsorted || symbols[1] <= symbols[0]
	}
	for _, symbol := range symbols {
		if symbol >= len(lengths) {
			return nil, broken("a symbol that there is not")
		}
		lengths[symbol] = 1
	}
	return newCode(lengths)
}

func readLengths(b *bits, of *code, lengths []uint8, left int) error {
	const repeat, zeros, manyZeros = 16, 17, 18
	before := uint8(8)
	for at := 0; at < len(lengths) && left > 0; left-- {
		symbol := of.next(b)
		if symbol < repeat {
			lengths[at] = uint8(symbol)
			at++
			if symbol != 0 {
				before = uint8(symbol)
			}
			continue
		}
		value, times := uint8(0), 0
		switch symbol {
		case repeat:
			value, times = before, 3+int(b.read(2))
		case zeros:
			times = 3 + int(b.read(3))
		case manyZeros:
			times = 11 + int(b.read(7))
		}
		if at+times > len(lengths) {
			return broken("more lengths than symbols")
		}
		for range times {
			lengths[at] = value
			at++
		}
	}
	return nil
}
