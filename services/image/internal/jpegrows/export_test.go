package jpegrows

// IsWild says whether a picture has coefficients that no samples of eight bits
// have, by far: sums of these overflow in the standard library.
func IsWild(data []byte) bool {
	p, err := open(data)
	if err != nil {
		return false
	}
	const most = 1 << 13 // 8 × 8 samples of ±128 have coefficients within ±1024
	wild := false
	_ = p.eachRow(func(int) error { // a broken one is not compared
		for _, c := range p.frame.Components {
			for i := range c.coefficients {
				for at, v := range c.coefficients[i] {
					v := int64(v) * int64(c.quant[at])
					wild = wild || v < -most || v > most
				}
			}
		}
		return nil
	})
	return wild
}
