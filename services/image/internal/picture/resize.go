package picture

import (
	"image"
	"image/color"
	"image/draw"

	xdraw "golang.org/x/image/draw"
)

// fit returns source in at most side × side pixels, never enlarged.
func fit(source image.Image, side int) *image.NRGBA {
	size := source.Bounds().Size()
	longest := max(size.X, size.Y)
	if longest <= side {
		return scale(source, size)
	}
	return scale(source, image.Pt(max(1, size.X*side/longest), max(1, size.Y*side/longest)))
}

// scale resamples source to exactly size. A much larger source is first
// averaged down by a whole factor in bands of rows, so that the memory of the
// resampling is bounded by the result and not by the source.
func scale(source image.Image, size image.Point) *image.NRGBA {
	bounds := source.Bounds()
	factor := min(bounds.Dx()/(2*size.X), bounds.Dy()/(2*size.Y))
	if factor >= 2 {
		source = average(source, factor)
		bounds = source.Bounds()
	}
	out := image.NewNRGBA(image.Rectangle{Max: size})
	if bounds.Size() == size {
		draw.Draw(out, out.Bounds(), source, bounds.Min, draw.Src)
		return out
	}
	premultiplied := image.NewRGBA(out.Bounds())
	xdraw.CatmullRom.Scale(premultiplied, premultiplied.Bounds(), source, bounds, xdraw.Src, nil)
	draw.Draw(out, out.Bounds(), premultiplied, image.Point{}, draw.Src)
	return out
}

// average reduces source by factor: each pixel is the mean of factor × factor
// pixels, premultiplied; up to factor − 1 rows and columns at the far edges are
// left out.
func average(source image.Image, factor int) *image.RGBA {
	bounds := source.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, bounds.Dx()/factor, bounds.Dy()/factor))
	band := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), factor))
	for y := range out.Rect.Dy() {
		draw.Draw(band, band.Rect, source, image.Pt(bounds.Min.X, bounds.Min.Y+y*factor), draw.Src)
		averageBand(out.Pix[y*out.Stride:], band, out.Rect.Dx(), factor)
	}
	return out
}

func averageBand(row []byte, band *image.RGBA, width, factor int) {
	area := uint32(factor * factor)
	for x := range width {
		var sum [4]uint32
		for dy := range factor {
			pixels := band.Pix[dy*band.Stride+x*factor*4:][:factor*4]
			for i := 0; i < len(pixels); i += 4 {
				sum[0] += uint32(pixels[i])
				sum[1] += uint32(pixels[i+1])
				sum[2] += uint32(pixels[i+2])
				sum[3] += uint32(pixels[i+3])
			}
		}
		for i, s := range sum {
			row[x*4+i] = byte((s + area/2) / area)
		}
	}
}

// square returns the centre of source, exactly side × side.
func square(source image.Image, side int) *image.NRGBA {
	bounds := source.Bounds()
	edge := min(bounds.Dx(), bounds.Dy())
	at := bounds.Min.Add(image.Pt((bounds.Dx()-edge)/2, (bounds.Dy()-edge)/2))
	cropped := image.NewNRGBA(image.Rect(0, 0, edge, edge))
	draw.Draw(cropped, cropped.Rect, source, at, draw.Src)
	return scale(cropped, image.Pt(side, side))
}

// turn applies an EXIF orientation: 2–4 mirror or rotate by 180°, 5–8 also
// swap width and height.
func turn(source *image.NRGBA, orientation int) *image.NRGBA {
	if orientation <= upright || orientation > 8 {
		return source
	}
	w, h := source.Rect.Dx(), source.Rect.Dy()
	size := image.Pt(w, h)
	if orientation >= 5 {
		size = image.Pt(h, w)
	}
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			out.SetNRGBA(x, y, pixelBefore(source, x, y, w, h, orientation))
		}
	}
	return out
}

// pixelBefore is the pixel of source that lands on (x, y).
func pixelBefore(source *image.NRGBA, x, y, w, h, orientation int) color.NRGBA {
	switch orientation {
	case 2:
		return source.NRGBAAt(w-1-x, y)
	case 3:
		return source.NRGBAAt(w-1-x, h-1-y)
	case 4:
		return source.NRGBAAt(x, h-1-y)
	case 5:
		return source.NRGBAAt(y, x)
	case 6:
		return source.NRGBAAt(y, h-1-x)
	case 7:
		return source.NRGBAAt(w-1-y, h-1-x)
	default: // 8
		return source.NRGBAAt(w-1-y, x)
	}
}
