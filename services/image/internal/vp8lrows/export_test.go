package vp8lrows

// IsDisputed says whether a chunk has a code of two symbols whose words x/image
// takes for each other.
func IsDisputed(chunk []byte, width, height int) bool {
	b := &bits{data: chunk}
	_ = eachOf(b, width, height, func([]uint32) error { return nil }) // a broken one is not compared
	return b.unsorted
}
