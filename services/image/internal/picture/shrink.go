package picture

// shrinker reduces a picture, fed row by row, to the mean colour of the area
// that each new pixel covers. Pixels at the edge of an area count for the part
// of them that is in it. It keeps two rows of sums and the result, whatever the
// size of the source.
type shrinker struct {
	from, to       extent
	channels       int
	across, sums   []uint64
	out            []byte
	outRow, inRows int // rows finished; source rows taken in
}

// extent is a width and a height.
type extent struct{ w, h int }

func newShrinker(from, to extent, channels int) *shrinker {
	return &shrinker{
		from: from, to: to, channels: channels,
		across: make([]uint64, to.w*channels), sums: make([]uint64, to.w*channels),
		out: make([]byte, to.w*to.h*channels),
	}
}

// feed takes the next row of the source. In units of 1/(from × to) a source
// row is to.h high and a result's row from.h, so that all shares are whole numbers.
func (s *shrinker) feed(row []byte) {
	if s.outRow == s.to.h {
		return
	}
	clear(s.across)
	s.reduceRow(row)
	begin, end := s.inRows*s.to.h, (s.inRows+1)*s.to.h
	s.inRows++
	for begin < end && s.outRow < s.to.h {
		border := (s.outRow + 1) * s.from.h
		share := uint64(min(end, border) - begin)
		for i, v := range s.across {
			s.sums[i] += v * share
		}
		begin = min(end, border)
		if begin == border {
			s.finishRow()
		}
	}
}

func (s *shrinker) finishRow() {
	area := uint64(s.from.w) * uint64(s.from.h)
	row := s.out[s.outRow*len(s.sums):]
	for i, sum := range s.sums {
		row[i] = byte((sum + area/2) / area)
	}
	clear(s.sums)
	s.outRow++
}

func (s *shrinker) reduceRow(row []byte) {
	if s.channels == 1 {
		s.reduceGrey(row[:s.from.w])
		return
	}
	s.reduceColours(row[:s.from.w*s.channels])
}

// reduceGrey adds up one channel. whole pixels count to.w each; the one on the
// border of two areas is shared.
func (s *shrinker) reduceGrey(row []byte) {
	area, each := uint64(s.from.w), uint64(s.to.w)
	room, begun, whole, at := area, uint64(0), uint64(0), 0
	for _, b := range row {
		v := uint64(b)
		if room > each {
			whole += v
			room -= each
			continue
		}
		s.across[at] = begun + whole*each + v*room
		at++
		rest := each - room
		for ; rest >= area; rest -= area { // enlarging: the pixel fills more areas
			s.across[at] = v * area
			at++
		}
		begun, whole, room = v*rest, 0, area-rest
	}
}

// reduceColours is reduceGrey for four channels.
func (s *shrinker) reduceColours(row []byte) {
	area, each := uint64(s.from.w), uint64(s.to.w)
	room, at := area, 0
	var begun, whole [4]uint64
	for ; len(row) >= 4; row = row[4:] {
		r, g, b, a := uint64(row[0]), uint64(row[1]), uint64(row[2]), uint64(row[3])
		if room > each {
			whole[0] += r
			whole[1] += g
			whole[2] += b
			whole[3] += a
			room -= each
			continue
		}
		pixel := [4]uint64{r, g, b, a}
		for i, v := range pixel {
			s.across[at+i] = begun[i] + whole[i]*each + v*room
		}
		at += 4
		rest := each - room
		for ; rest >= area; rest -= area {
			for i, v := range pixel {
				s.across[at+i] = v * area
			}
			at += 4
		}
		for i, v := range pixel {
			begun[i] = v * rest
		}
		whole, room = [4]uint64{}, area-rest
	}
}
