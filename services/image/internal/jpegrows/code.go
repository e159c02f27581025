package jpegrows

const (
	longest = 16
	// quick codes are looked up at once.
	quick = 9
)

// code is a Huffman code.
type code struct {
	// table has, by the next bits, a symbol and the length of its code below; a
	// length of 0 is a longer code.
	table [1 << quick]uint16
	// last is the largest word of each length, -1 where there is none; offset
	// added to a word is the place of its symbol.
	last, offset [longest + 1]int
	symbols      []byte
}

// newCode is a code as a DHT segment has it: how many words of each length, and
// then all symbols. It returns what follows.
func newCode(body []byte) (c *code, rest []byte, err error) {
	if len(body) < longest {
		return nil, nil, broken("a short table")
	}
	c = &code{}
	counts, symbols := body[:longest], body[longest:]
	word, at := 0, 0
	for n := 1; n <= longest; n++ {
		count := int(counts[n-1])
		c.last[n], c.offset[n] = -1, at-word
		if at+count > len(symbols) || word+count > 1<<n {
			return nil, nil, broken("a table of too many words")
		}
		for range count {
			if n <= quick {
				entry := uint16(symbols[at])<<8 | uint16(n)
				for i := word << (quick - n); i < (word+1)<<(quick-n); i++ {
					c.table[i] = entry
				}
			}
			c.last[n] = word
			word, at = word+1, at+1
		}
		word <<= 1
	}
	if at == 0 {
		return nil, nil, broken("a table of no words")
	}
	c.symbols = symbols[:at]
	return c, symbols[at:], nil
}

// next reads a symbol.
func (c *code) next(b *bits) (int, error) {
	if b.count < longest {
		b.fill()
	}
	if entry := c.table[b.held>>(b.count-quick)&(1<<quick-1)]; entry != 0 {
		b.count -= int(entry & 255)
		return int(entry >> 8), nil
	}
	for n := quick + 1; n <= longest; n++ {
		word := int(b.held >> (b.count - n) & (1<<n - 1))
		if word <= c.last[n] {
			b.count -= n
			return int(c.symbols[word+c.offset[n]]), nil
		}
	}
	return 0, broken("a word that there is not")
}
