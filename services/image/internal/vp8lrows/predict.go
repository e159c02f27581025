package vp8lrows

// prediction adds to each pixel what its neighbours let expect.
type prediction struct {
	tiled[byte]
	// above is the row before, and the first pixel of this one behind its end:
	// that is the last pixel's upper right neighbour.
	above []uint32
}

const opaqueBlack = 0xff000000

func (t *prediction) undo(row []uint32, y int) []uint32 {
	if y == 0 {
		left := uint32(opaqueBlack)
		for x, pixel := range row {
			left = added(pixel, left)
			row[x] = left
		}
		copy(t.above, row)
		return row
	}
	tiles := t.row(y)
	row[0] = added(row[0], t.above[0])
	t.above[len(row)] = row[0]
	for x := 1; x < len(row); x++ {
		row[x] = added(row[x], predict(tiles[x>>t.bits], row[x-1], t.above[x-1], t.above[x], t.above[x+1]))
	}
	copy(t.above, row)
	return row
}

// predict is what is expected by the neighbours to the left, above to the left,
// above, and above to the right.
func predict(mode byte, l, tl, t, tr uint32) uint32 {
	switch mode {
	case 0:
		return opaqueBlack
	case 1:
		return l
	case 2:
		return t
	case 3:
		return tr
	case 4:
		return tl
	case 5:
		return mean(mean(l, tr), t)
	case 6:
		return mean(l, tl)
	case 7:
		return mean(l, t)
	case 8:
		return mean(tl, t)
	case 9:
		return mean(t, tr)
	case 10:
		return mean(mean(l, tl), mean(t, tr))
	case 11:
		return nearer(l, tl, t)
	case 12:
		return eachByte(l, t, tl, func(l, t, tl int32) int32 { return l + t - tl })
	case 13:
		return eachByte(mean(l, t), tl, 0, func(m, tl, _ int32) int32 { return m + (m-tl)/2 })
	}
	return 0 // 14 and 15 are not in use
}

// mean of each byte, rounded down.
func mean(a, b uint32) uint32 { return a&b + (a^b)&0xfefefefe>>1 }

// nearer is the neighbour to the left or above, by which differs less from what
// the three let expect.
func nearer(l, tl, t uint32) uint32 {
	var toLeft, toTop int32
	for n := 0; n < 32; n += 8 {
		c := int32(tl >> n & 255)
		dl, dt := c-int32(t>>n&255), c-int32(l>>n&255)
		toLeft += max(dl, -dl)
		toTop += max(dt, -dt)
	}
	if toLeft < toTop {
		return l
	}
	return t
}

// eachByte calculates for each of the four, within 0 to 255.
func eachByte(a, b, c uint32, calculate func(a, b, c int32) int32) (out uint32) {
	for n := 0; n < 32; n += 8 {
		value := calculate(int32(a>>n&255), int32(b>>n&255), int32(c>>n&255))
		out |= uint32(min(max(value, 0), 255)) << n
	}
	return out
}
