package corpus

import (
	"bytes"
	"compress/zlib"
	"math/rand/v2"
)

// PNGForm is a way of keeping pixels in a PNG.
type PNGForm struct {
	Depth, Kind byte
	Interlaced  bool
	// Key names a colour, or indexes, that are transparent.
	Key bool
}

// PNGForms are all that the specification has.
func PNGForms() []PNGForm {
	var forms []PNGForm
	for kind, depths := range map[byte][]byte{0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}} {
		for _, depth := range depths {
			for _, interlaced := range []bool{false, true} {
				forms = append(forms, PNGForm{Depth: depth, Kind: kind, Interlaced: interlaced})
				if kind <= pngPalette {
					forms = append(forms, PNGForm{Depth: depth, Kind: kind, Interlaced: interlaced, Key: true})
				}
			}
		}
	}
	return forms
}

// NoisyPNG has random pixels, and each row another filter; its compressed
// data is in many chunks.
func NoisyPNG(w, h int, form PNGForm) []byte {
	noise := rand.New(rand.NewPCG(uint64(form.Depth), uint64(form.Kind))) //nolint:gosec // the same each time (2026-11-21)
	interlace := byte(0)
	if form.Interlaced {
		interlace = 1
	}
	out := append([]byte(pngMagic), header(uint32(w), uint32(h), form.Depth, form.Kind, interlace)...)
	if form.Kind == pngPalette {
		out = append(out, chunk("PLTE", randomText(noise, 3<<form.Depth))...)
	}
	if form.Key {
		out = append(out, chunk("tRNS", map[byte]string{pngGrey: "\x00\x01", pngRGB: "\x00\x00\x00\x00\x00\x00", pngPalette: "\x00\x80"}[form.Kind])...)
	}
	bits := map[byte]int{pngGrey: 1, pngRGB: 3, pngPalette: 1, 4: 2, pngRGBA: 4}[form.Kind] * int(form.Depth)
	packed := pack(noisyRows(noise, w, h, bits, interlace))
	for len(packed) > 0 {
		const piece = 20
		n := min(piece, len(packed))
		out = append(out, chunk("IDAT", string(packed[:n]))...)
		packed = packed[n:]
	}
	return append(out, chunk("IEND", "")...)
}

func randomText(noise *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(noise.Uint32())
	}
	return string(text)
}

// noisyRows are the rows of each pass, the filters in turns.
func noisyRows(noise *rand.Rand, w, h, bits int, interlace byte) []byte {
	var rows []byte
	for _, p := range passes(interlace) {
		across, down := (w-p[0]+p[2]-1)/p[2], (h-p[1]+p[3]-1)/p[3]
		if across <= 0 || down <= 0 {
			continue
		}
		for range down {
			const filters = 5
			rows = append(rows, byte(len(rows)%filters))
			rows = append(rows, randomText(noise, (across*bits+7)/8)...)
		}
	}
	return rows
}

func pack(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write(data)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) //nolint:forbidigo // writing to memory
	}
	return b.Bytes()
}
