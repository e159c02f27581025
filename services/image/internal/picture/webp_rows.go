package picture

import (
	"bytes"
	"context"
	"image"
	"image/color"

	"golang.org/x/image/vp8"

	"github.com/dailyfeed/dailyfeed/services/image/internal/vp8lrows"
)

// webpByRows has, of a lossless picture, the last 2²⁰ pixels, codes and
// transforms; of a lossy one with alpha its planes, at twelve bits a pixel.
func webpByRows() *rowReader {
	return &rowReader{cost: 80 << 20, read: func(ctx context.Context, data []byte, from, to image.Point) (*image.NRGBA, error) {
		frame, canvas, animated, err := firstFrame(data)
		if err != nil {
			return nil, err
		}
		if !animated {
			frame, canvas = webpFrame{size: from, chunks: data[riffHeader:]}, from
		}
		s := newShrinker(extent{canvas.X, canvas.Y}, extent{to.X, to.Y}, 4)
		blank, row := make([]byte, 4*canvas.X), make([]byte, 4*canvas.X)
		for range frame.at.Y {
			s.feed(blank)
		}
		if err := frame.each(row[4*frame.at.X:4*(frame.at.X+frame.size.X)], func() error { return s.feeding(ctx)(row) }); err != nil {
			return nil, err
		}
		for range canvas.Y - frame.at.Y - frame.size.Y {
			s.feed(blank)
		}
		return straight(s.picture()), nil
	}}
}

// each puts each row of the frame into row, premultiplied, and calls done.
func (f webpFrame) each(row []byte, done func() error) error {
	var alpha, lossy, lossless []byte
	err := riffChunks(f.chunks, func(id string, body []byte) bool {
		switch id {
		case "ALPH":
			alpha = body
		case "VP8 ":
			lossy = body
		case "VP8L":
			lossless = body
		}
		return lossy == nil && lossless == nil
	})
	switch {
	case err != nil:
		return err
	case lossless != nil:
		return vp8lrows.Each(lossless, f.size.X, f.size.Y, func(pixels []uint32) error { //nolint:wrapcheck // decode wraps it
			for x, p := range pixels {
				premultiply(row[4*x:4*x+4:4*x+4], uint32(byte(p>>16)), uint32(byte(p>>8)), uint32(byte(p)), p>>24)
			}
			return done()
		})
	case lossy != nil:
		return f.eachLossy(lossy, alpha, row, done)
	}
	return errRIFF
}

// premultiply as image/draw does it.
func premultiply(pixel []byte, r, g, b, a uint32) {
	const whole, wide = 255, 257
	if a < whole {
		r, g, b = r*wide*a/whole>>8, g*wide*a/whole>>8, b*wide*a/whole>>8
	}
	pixel[0], pixel[1], pixel[2], pixel[3] = byte(r), byte(g), byte(b), byte(a)
}

func (f webpFrame) eachLossy(lossy, alpha, row []byte, done func() error) error {
	decoder := vp8.NewDecoder()
	decoder.Init(bytes.NewReader(lossy), len(lossy))
	header, err := decoder.DecodeFrameHeader()
	if err != nil {
		return err //nolint:wrapcheck // decode wraps it
	}
	if image.Pt(header.Width, header.Height) != f.size {
		return errRIFF
	}
	planes, err := decoder.DecodeFrame()
	if err != nil {
		return err //nolint:wrapcheck // decode wraps it
	}
	y := 0
	return eachAlpha(alpha, f.size, func(opacity []byte) error {
		for x, a := range opacity {
			at := planes.COffset(x, y)
			r, g, b := color.YCbCrToRGB(planes.Y[planes.YOffset(x, y)], planes.Cb[at], planes.Cr[at])
			premultiply(row[4*x:4*x+4:4*x+4], uint32(r), uint32(g), uint32(b), uint32(a))
		}
		y++
		return done()
	})
}

// eachAlpha calls visit with each row of an alpha plane (WebP container
// specification, "Alpha"). A picture without one is opaque.
func eachAlpha(chunk []byte, size image.Point, visit func(row []byte) error) error {
	if len(chunk) == 0 {
		opaque := bytes.Repeat([]byte{255}, size.X)
		for range size.Y {
			if err := visit(opaque); err != nil {
				return err
			}
		}
		return nil
	}
	compression, filter, data := chunk[0]&3, chunk[0]>>2&3, chunk[1:]
	row, above := make([]byte, size.X), make([]byte, size.X)
	y := 0
	next := func() error {
		unfilterAlpha(row, above, filter, y)
		err := visit(row)
		row, above = above, row
		y++
		return err
	}
	switch compression {
	case 0:
		if len(data) < size.X*size.Y {
			return errRIFF
		}
		for ; y < size.Y; data = data[size.X:] {
			copy(row, data)
			if err := next(); err != nil {
				return err
			}
		}
		return nil
	case 1:
		return vp8lrows.EachAlpha(data, size.X, size.Y, func(pixels []uint32) error { //nolint:wrapcheck // decode wraps it
			for x, p := range pixels {
				row[x] = byte(p >> 8)
			}
			return next()
		})
	}
	return errRIFF
}

// unfilterAlpha adds what the neighbours let expect: the one to the left, above,
// or both less the one between them. There are none above the first row and
// left of the first column.
func unfilterAlpha(row, above []byte, filter byte, y int) {
	const none, left, up = 0, 1, 2
	if filter == none {
		return
	}
	if y > 0 {
		row[0] += above[0]
	}
	for x := 1; x < len(row); x++ {
		switch {
		case y == 0 || filter == left:
			row[x] += row[x-1]
		case filter == up:
			row[x] += above[x]
		default:
			row[x] += byte(min(max(int(row[x-1])+int(above[x])-int(above[x-1]), 0), 255))
		}
	}
}
