package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// The markers that are looked for (ITU T.81, table B.1).
const (
	markFill  = 0xff
	markSOF0  = 0xc0
	markSOF2  = 0xc2
	markScan  = 0xda
	markEnd   = 0xd9
	markAPP1  = 0xe1
	markAPP14 = 0xee
)

// jpegSegments calls visit for each segment before the picture's data until it
// returns false. It goes the way of the decoder: stray bytes between segments
// are passed over, markers without a length too.
func jpegSegments(data []byte, visit func(marker byte, body []byte) bool) {
	for data = data[2:]; ; {
		at := bytes.IndexByte(data, markFill)
		if at < 0 {
			return
		}
		for data = data[at:]; len(data) > 0 && data[0] == markFill; {
			data = data[1:]
		}
		if len(data) == 0 {
			return
		}
		marker := data[0]
		data = data[1:]
		if marker == 0 || marker >= 0xd0 && marker <= 0xd7 {
			continue
		}
		if marker == markScan || marker == markEnd || len(data) < 2 {
			return
		}
		size := int(binary.BigEndian.Uint16(data))
		if size < 2 || size > len(data) || !visit(marker, data[2:size]) {
			return
		}
		data = data[size:]
	}
}

// jpegFrame is what the frame header says of the memory that decoding takes.
type jpegFrame struct {
	components  int
	progressive bool
	// widest and highest are the largest sampling factors, sampled the sum of
	// all components' products: blocks per unit of coding.
	widest, highest, sampled int64
	// converted pictures (RGB, CMYK) are built a second time.
	converted bool
}

func readJPEGFrame(data []byte) jpegFrame {
	frame := jpegFrame{widest: 1, highest: 1}
	jpegSegments(data, func(marker byte, body []byte) bool {
		const adobe = "Adobe"
		switch {
		case marker >= markSOF0 && marker <= markSOF2:
			frame.read(marker, body)
		case marker == markAPP14 && len(body) >= 12 && string(body[:len(adobe)]) == adobe && body[11] == 0:
			frame.converted = true
		}
		return true
	})
	return frame
}

func (f *jpegFrame) read(marker byte, body []byte) {
	const fixed, each = 6, 3
	if len(body) < fixed {
		return
	}
	f.progressive = marker == markSOF2
	f.components = int(body[5])
	f.converted = f.converted || f.components == 4
	names := make([]byte, 0, 4)
	for rest := body[fixed:]; len(rest) >= each; rest = rest[each:] {
		h, v := int64(rest[1]>>4), int64(rest[1]&15)
		if f.components == 1 {
			h, v = 1, 1
		}
		f.widest, f.highest, f.sampled = max(f.widest, h), max(f.highest, v), f.sampled+h*v
		names = append(names, rest[0])
	}
	f.converted = f.converted || string(names) == "RGB"
}

// jpegCost: the samples; of a progressive picture also all coefficients, four
// bytes each.
func jpegCost(data []byte, c image.Config) int64 {
	const block, side = 64, 8
	frame := readJPEGFrame(data)
	across := (int64(c.Width) + side*frame.widest - 1) / (side * frame.widest)
	down := (int64(c.Height) + side*frame.highest - 1) / (side * frame.highest)
	samples := across * down * frame.sampled * block
	cost := samples
	if frame.progressive {
		cost += 4 * samples
	}
	if frame.converted {
		cost += 4 * pixels(c)
	}
	return cost
}
