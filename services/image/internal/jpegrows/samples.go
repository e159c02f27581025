package jpegrows

// Factors of the inverse transform: cos(kπ/16)/2 in 1/4096.
const (
	point = 12
	cos1  = 2009
	cos2  = 1892
	cos3  = 1703
	cos4  = 1448
	cos5  = 1138
	cos6  = 784
	cos7  = 400
	// between the two passes some bits behind the point are kept.
	kept = 5
)

// samples are the 8 × 8 of a block, by way of its rows and then its columns (ITU T.81, A.3.3).
// out is where the first is, and stride how far apart its rows are.
func (b *block) samples(quant *[64]int32, out []byte, stride int) {
	var mid [64]int
	for y := range blockSide {
		var s [blockSide]int
		rest := 0
		for x := range blockSide {
			s[x] = int(b[blockSide*y+x]) * int(quant[blockSide*y+x])
			if x > 0 {
				rest |= s[x]
			}
		}
		row := (*[blockSide]int)(mid[blockSide*y:])
		if rest == 0 {
			for x, v := 0, (s[0]*cos4+1<<(point-kept-1))>>(point-kept); x < blockSide; x++ {
				row[x] = v
			}
			continue
		}
		row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7] = inverse(&s)
		for x := range row {
			row[x] = (row[x] + 1<<(point-kept-1)) >> (point - kept)
		}
	}
	const half, shift = 1 << (point + kept - 1), point + kept
	for x := range blockSide {
		var s, r [blockSide]int
		for y := range blockSide {
			s[y] = mid[blockSide*y+x]
		}
		r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7] = inverse(&s)
		for y, v := range r {
			out[y*stride+x] = byte(min(max(128+(v+half)>>shift, 0), 255))
		}
	}
}

// inverse is the transform of eight numbers, which are multiplied by 4096.
func inverse(s *[blockSide]int) (r0, r1, r2, r3, r4, r5, r6, r7 int) {
	a, b := (s[0]+s[4])*cos4, (s[0]-s[4])*cos4
	c, d := s[2]*cos2+s[6]*cos6, s[2]*cos6-s[6]*cos2
	e0, e1, e2, e3 := a+c, b+d, b-d, a-c
	o0 := s[1]*cos1 + s[3]*cos3 + s[5]*cos5 + s[7]*cos7
	o1 := s[1]*cos3 - s[3]*cos7 - s[5]*cos1 - s[7]*cos5
	o2 := s[1]*cos5 - s[3]*cos1 + s[5]*cos7 + s[7]*cos3
	o3 := s[1]*cos7 - s[3]*cos5 + s[5]*cos3 - s[7]*cos1
	return e0 + o0, e1 + o1, e2 + o2, e3 + o3, e3 - o3, e2 - o2, e1 - o1, e0 - o0
}
