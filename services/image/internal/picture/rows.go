package picture

import (
	"context"
	"image"
	"image/color"

	"github.com/dailyfeed/dailyfeed/services/image/internal/jpegrows"
	"github.com/dailyfeed/dailyfeed/services/image/internal/pngrows"
)

// wholeMost is what a picture may take that the libraries' decoders read, which
// keep all of it. What would take more is read by row and reduced as it comes
// (docs/adr/0018); such a picture is always larger than what is kept of it.
const wholeMost = 32 << 20

// rowReader reads a picture of from row by row and reduces it, until ctx ends:
// one of 50 megapixels takes seconds, and its client may have left.
type rowReader struct {
	read func(ctx context.Context, data []byte, from, to image.Point) (*image.NRGBA, error)
	// cost is what that takes at most.
	cost int64
}

// pngByRows has seven inflaters and a few rows.
func pngByRows() *rowReader {
	return &rowReader{cost: 8 << 20, read: func(ctx context.Context, data []byte, from, to image.Point) (*image.NRGBA, error) {
		s := newShrinker(extent{from.X, from.Y}, extent{to.X, to.Y}, 4)
		if err := pngrows.Each(data, s.feeding(ctx)); err != nil {
			return nil, err //nolint:wrapcheck // decode wraps it
		}
		return straight(s.picture()), nil
	}}
}

// feeding is feed until ctx ends.
func (s *shrinker) feeding(ctx context.Context) func(row []byte) error {
	return func(row []byte) error {
		s.feed(row)
		return ctx.Err()
	}
}

// picture is what a shrinker of four channels has made.
func (s *shrinker) picture() *image.RGBA {
	return &image.RGBA{Pix: s.out, Stride: 4 * s.to.w, Rect: image.Rect(0, 0, s.to.w, s.to.h)}
}

// jpegByRows has the coefficients of a row of units.
func jpegByRows() *rowReader {
	return &rowReader{cost: 16 << 20, read: func(ctx context.Context, data []byte, _, to image.Point) (*image.NRGBA, error) {
		var planes []*shrinker
		var colours jpegrows.Colours
		begin := func(f jpegrows.Frame) error {
			colours = f.Colours
			for _, c := range f.Components {
				planes = append(planes, newShrinker(extent{c.Width, c.Height}, extent{to.X, to.Y}, 1))
			}
			return nil
		}
		err := jpegrows.Each(data, begin, func(component int, row []byte) error { return planes[component].feeding(ctx)(row) })
		if err != nil {
			return nil, err //nolint:wrapcheck // decode wraps it
		}
		return colour(planes, colours, to), nil
	}}
}

// colour makes pixels of reduced components.
func colour(planes []*shrinker, colours jpegrows.Colours, size image.Point) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: size})
	var v [4]uint8
	for i := range size.X * size.Y {
		for c, plane := range planes {
			v[c] = plane.out[i]
		}
		r, g, b := v[0], v[1], v[2]
		switch colours {
		case jpegrows.Grey:
			g, b = r, r
		case jpegrows.RGB:
		case jpegrows.YCbCr:
			r, g, b = color.YCbCrToRGB(r, g, b)
		case jpegrows.CMYK:
			r, g, b = color.CMYKToRGB(^r, ^g, ^b, ^v[3])
		case jpegrows.YCCK:
			r, g, b = color.YCbCrToRGB(r, g, b)
			r, g, b = color.CMYKToRGB(r, g, b, ^v[3])
		}
		pixel := out.Pix[4*i : 4*i+4 : 4*i+4]
		pixel[0], pixel[1], pixel[2], pixel[3] = r, g, b, 255
	}
	return out
}
