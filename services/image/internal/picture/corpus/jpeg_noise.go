package corpus

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
)

// JPEGForm is a way of keeping a picture in a JPEG.
type JPEGForm struct {
	// Sampling has a byte per component: factors across and down.
	Sampling    []byte
	Progressive bool
	// Apart has each component in a scan of its own.
	Apart bool
	// Restart is how many units there are between restart markers; 0 is none.
	Restart int
	// Adobe's segment says what four components are.
	Adobe string
}

// JPEGForms are the samplings that programs write, in each order of data.
func JPEGForms() []JPEGForm {
	var forms []JPEGForm
	for _, sampling := range [][]byte{{full}, {full, full, full}, {half, full, full}, {quarterTall, full, full}, {0x12, full, full}, {0x41, full, full}} {
		for _, progressive := range []bool{false, true} {
			for _, restart := range []int{0, 3} {
				forms = append(forms, JPEGForm{Sampling: sampling, Progressive: progressive, Restart: restart})
			}
		}
		forms = append(forms, JPEGForm{Sampling: sampling, Apart: true})
	}
	four := []byte{full, full, full, full}
	return append(forms,
		JPEGForm{Sampling: four, Adobe: adobe + "\x00"}, JPEGForm{Sampling: four, Adobe: adobe + "\x02", Progressive: true},
		JPEGForm{Sampling: []byte{full, full, full}, Adobe: adobe + "\x00"})
}

// NoisyJPEG has random coefficients, few of which are not zero.
func NoisyJPEG(w, h int, form JPEGForm) []byte {
	n := &noisyJPEG{noise: rand.New(rand.NewPCG(uint64(w), uint64(h))), form: form} //nolint:gosec // the same each time (2026-11-21)
	n.WriteString("\xff\xd8")
	if form.Adobe != "" {
		segment(&n.Buffer, 0xee, []byte(form.Adobe))
	}
	steps := []byte{0}
	for i := range 64 {
		steps = append(steps, byte(2+i/4))
	}
	segment(&n.Buffer, 0xdb, steps)
	n.frame(w, h)
	const short = 128 // words of 8 bits, and as many of 9
	words := append(append(make([]byte, 7), short, short), make([]byte, 7)...)
	for i := range 256 {
		words = append(words, byte(i))
	}
	segment(&n.Buffer, 0xc4, append([]byte{0x00}, words...))
	segment(&n.Buffer, 0xc4, append([]byte{0x10}, words...))
	if form.Restart > 0 {
		segment(&n.Buffer, 0xdd, []byte{0, byte(form.Restart)})
	}
	n.scans()
	n.WriteString("\xff\xd9")
	return n.Bytes()
}

type noisyJPEG struct {
	bytes.Buffer
	noise *rand.Rand
	form  JPEGForm
	parts []noisyPart
	// across and down are units.
	across, down int
	held, count  uint
	// run are blocks that have ended, rest the bits that belong to them.
	run  int
	rest []uint
}

// noisyPart is a component.
type noisyPart struct {
	h, v, blocks   int
	covered, depth int // blocks that the picture covers
	data           [][64]int
}

func (n *noisyJPEG) frame(w, h int) {
	body := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, uint16(h)), uint16(w))
	body = append(body, byte(len(n.form.Sampling)))
	widest, highest := 1, 1
	for _, factors := range n.form.Sampling {
		widest, highest = max(widest, int(factors>>4)), max(highest, int(factors&15))
	}
	up := func(a, b int) int { return (a + b - 1) / b }
	n.across, n.down = up(w, 8*widest), up(h, 8*highest)
	for i, factors := range n.form.Sampling {
		body = append(body, byte(i+1), factors, 0)
		p := noisyPart{h: int(factors >> 4), v: int(factors & 15)}
		p.blocks, p.covered, p.depth = n.across*p.h, up(up(w*p.h, widest), 8), up(up(h*p.v, highest), 8)
		p.data = make([][64]int, p.blocks*n.down*p.v)
		for b := range p.data {
			p.data[b] = n.coefficients()
		}
		n.parts = append(n.parts, p)
	}
	marker := byte(0xc0)
	if n.form.Progressive {
		marker = 0xc2
	}
	segment(&n.Buffer, marker, body)
}

// coefficients are in the order in which they are written.
func (n *noisyJPEG) coefficients() (b [64]int) {
	const brightness, most, kinds = 400, 30, 4
	b[0] = n.noise.IntN(brightness) - brightness/2
	if n.noise.IntN(kinds) == 0 {
		return b
	}
	for range n.noise.IntN(most) {
		b[1+n.noise.IntN(63)] = n.noise.IntN(2*most) - most
	}
	return b
}

// scans writes them all.
func (n *noisyJPEG) scans() {
	all := make([]int, len(n.parts))
	for i := range all {
		all[i] = i
	}
	switch {
	case n.form.Progressive:
		n.scan(all, 0, 0, 0, 1)
		for i := range all {
			n.scan([]int{i}, 1, 5, 0, 2)
			n.scan([]int{i}, 6, 63, 0, 2)
			n.scan([]int{i}, 1, 63, 2, 1)
		}
		n.scan(all, 0, 0, 1, 0)
		for i := range all {
			n.scan([]int{i}, 1, 63, 1, 0)
		}
	case n.form.Apart:
		for i := range all {
			n.scan([]int{i}, 0, 63, 0, 0)
		}
	default:
		n.scan(all, 0, 63, 0, 0)
	}
}

// scan writes coefficients first to last of some components; high and low are
// how many of the lowest bits were and are left out.
func (n *noisyJPEG) scan(components []int, first, last, high, low int) {
	head := []byte{byte(len(components))}
	for _, c := range components {
		head = append(head, byte(c+1), 0)
	}
	segment(&n.Buffer, 0xda, append(head, byte(first), byte(last), byte(high<<4|low)))
	before, units := make([]int, len(n.parts)), 0
	unit := func(write func()) {
		if n.form.Restart > 0 && units > 0 && units%n.form.Restart == 0 {
			n.flush()
			n.Write([]byte{0xff, byte(0xd0 + (units/n.form.Restart-1)%8)})
			clear(before)
		}
		units++
		write()
	}
	block := func(c, at int) { n.block(&n.parts[c].data[at], &before[c], first, last, high, low) }
	if len(components) == 1 {
		c := components[0]
		for at := range n.parts[c].covered * n.parts[c].depth {
			p := n.parts[c]
			unit(func() { block(c, at/p.covered*p.blocks+at%p.covered) })
		}
		n.flush()
		return
	}
	for at := range n.across * n.down {
		unit(func() {
			for _, c := range components {
				p := n.parts[c]
				for i := range p.h * p.v {
					block(c, (at/n.across*p.v+i/p.h)*p.blocks+at%n.across*p.h+i%p.h)
				}
			}
		})
	}
	n.flush()
}

func (n *noisyJPEG) block(b *[64]int, before *int, first, last, high, low int) {
	if first == 0 {
		if high > 0 {
			n.bits(uint(b[0]>>low)&1, 1)
			return
		}
		difference := b[0]>>low - *before
		*before = b[0] >> low
		n.number(0, difference)
		first++
	}
	switch {
	case last == 0:
	case high > 0:
		n.refine(b, first, last, low)
	default:
		n.spectrum(b, first, last, low)
	}
}

// number writes a symbol of zeros before it and its size, and then its bits.
func (n *noisyJPEG) number(zeros, value int) {
	size := bits.Len(uint(max(value, -value)))
	n.symbol(zeros<<4 | size)
	if value < 0 {
		value += 1<<size - 1
	}
	n.bits(uint(value), uint(size))
}

func (n *noisyJPEG) spectrum(b *[64]int, first, last, low int) {
	zeros := 0
	for k := first; k <= last; k++ {
		value := b[k] / (1 << low)
		if value == 0 {
			zeros++
			continue
		}
		n.end()
		for ; zeros > 15; zeros -= 16 {
			n.symbol(0xf0)
		}
		n.number(zeros, value)
		zeros = 0
	}
	switch {
	case zeros == 0:
	case n.form.Progressive:
		n.run++
	default:
		n.symbol(0)
	}
}

// refine writes one more bit of each coefficient (ITU T.81, G.1.2.3).
func (n *noisyJPEG) refine(b *[64]int, first, last, low int) {
	size := func(k int) int { return max(b[k], -b[k]) >> low }
	newest := 0
	for k := first; k <= last; k++ {
		if size(k) == 1 {
			newest = k
		}
	}
	zeros := 0
	var later []uint
	for k := first; k <= last; k++ {
		if size(k) == 0 {
			zeros++
			continue
		}
		for ; zeros > 15 && k <= newest; zeros -= 16 {
			n.end()
			n.symbol(0xf0)
			n.eachBit(&later)
		}
		if size(k) > 1 {
			later = append(later, uint(size(k)&1))
			continue
		}
		n.end()
		n.symbol(zeros<<4 | 1)
		n.bits(map[bool]uint{true: 1}[b[k] > 0], 1)
		n.eachBit(&later)
		zeros = 0
	}
	if zeros > 0 || len(later) > 0 {
		n.run++
		n.rest = append(n.rest, later...)
	}
}

func (n *noisyJPEG) eachBit(values *[]uint) {
	for _, value := range *values {
		n.bits(value, 1)
	}
	*values = nil
}

// end says how many blocks have ended.
func (n *noisyJPEG) end() {
	if n.run == 0 {
		return
	}
	size := bits.Len(uint(n.run)) - 1
	n.symbol(size << 4)
	n.bits(uint(n.run)&(1<<size-1), uint(size))
	n.run = 0
	n.eachBit(&n.rest)
}

func (n *noisyJPEG) symbol(symbol int) {
	const short = 128
	if symbol < short {
		n.bits(uint(symbol), 8)
		return
	}
	n.bits(uint(symbol+short), 9)
}

func (n *noisyJPEG) bits(value, count uint) {
	n.held, n.count = n.held<<count|value&(1<<count-1), n.count+count
	for ; n.count >= 8; n.count -= 8 {
		out := byte(n.held >> (n.count - 8))
		if n.WriteByte(out); out == 0xff {
			n.WriteByte(0)
		}
	}
}

// flush ends runs, and fills the last byte with ones.
func (n *noisyJPEG) flush() {
	n.end()
	if n.count > 0 {
		n.bits(0xff, 8-n.count)
	}
}
