package picture

import (
	"image"
	"image/color"
	"image/draw"

	xdraw "golang.org/x/image/draw"
)

// fit returns source in at most side × side pixels, never enlarged.
func fit(source raster, side int) *image.NRGBA {
	size := fitted(source.size, side)
	if size == source.size {
		return source.flatten()
	}
	if planes, ok := source.picture.(*image.YCbCr); ok && source.covers() {
		return shrinkPlanes(planes, size)
	}
	return shrink(source, size)
}

// fitted is what a size becomes.
func fitted(size image.Point, side int) image.Point {
	longest := max(size.X, size.Y)
	if longest <= side {
		return size
	}
	return image.Pt(max(1, size.X*side/longest), max(1, size.Y*side/longest))
}

// bandRows is how many rows are converted at a time.
const bandRows = 16

// shrink reduces by way of premultiplied RGBA, so that what is transparent
// lends no colour to its neighbours.
func shrink(source raster, size image.Point) *image.NRGBA {
	s := newShrinker(extent{source.size.X, source.size.Y}, extent{size.X, size.Y}, 4)
	band := image.NewRGBA(image.Rect(0, 0, source.size.X, bandRows))
	for y := 0; y < source.size.Y; y += bandRows {
		source.band(band, y)
		for row := range min(bandRows, source.size.Y-y) {
			s.feed(band.Pix[row*band.Stride:])
		}
	}
	return straight(s.picture())
}

// shrinkPlanes reduces the planes of a JPEG or WebP as they are, and makes
// colours only of what is left.
func shrinkPlanes(source *image.YCbCr, size image.Point) *image.NRGBA {
	bounds := source.Rect
	luma := shrinkPlane(source.Y[source.YOffset(bounds.Min.X, bounds.Min.Y):], source.YStride, extent{bounds.Dx(), bounds.Dy()}, size)
	chroma := chromaExtent(source)
	start := source.COffset(bounds.Min.X, bounds.Min.Y)
	cb := shrinkPlane(source.Cb[start:], source.CStride, chroma, size)
	cr := shrinkPlane(source.Cr[start:], source.CStride, chroma, size)
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for i := range luma {
		r, g, b := color.YCbCrToRGB(luma[i], cb[i], cr[i])
		pixel := out.Pix[4*i : 4*i+4 : 4*i+4]
		pixel[0], pixel[1], pixel[2], pixel[3] = r, g, b, 255
	}
	return out
}

// chromaExtent is the part of the chroma planes that the picture shows.
func chromaExtent(source *image.YCbCr) extent {
	bounds := source.Rect
	last := source.COffset(bounds.Max.X-1, bounds.Max.Y-1) - source.COffset(bounds.Min.X, bounds.Min.Y)
	return extent{last%source.CStride + 1, last/source.CStride + 1}
}

func shrinkPlane(plane []byte, stride int, from extent, size image.Point) []byte {
	s := newShrinker(from, extent{size.X, size.Y}, 1)
	for y := range from.h {
		s.feed(plane[y*stride:])
	}
	return s.out
}

// straight takes the alpha out of the colours.
func straight(premultiplied *image.RGBA) *image.NRGBA {
	if premultiplied.Opaque() {
		return (*image.NRGBA)(premultiplied)
	}
	out := image.NewNRGBA(premultiplied.Rect)
	draw.Draw(out, out.Rect, premultiplied, image.Point{}, draw.Src)
	return out
}

// square returns the centre of source, exactly side × side.
func square(source *image.NRGBA, side int) *image.NRGBA {
	bounds := source.Bounds()
	edge := min(bounds.Dx(), bounds.Dy())
	at := bounds.Min.Add(image.Pt((bounds.Dx()-edge)/2, (bounds.Dy()-edge)/2))
	centre := source.SubImage(image.Rectangle{Min: at, Max: at.Add(image.Pt(edge, edge))})
	size := image.Pt(side, side)
	if edge >= side {
		return shrink(whole(centre), size)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	xdraw.CatmullRom.Scale(out, out.Rect, centre, centre.Bounds(), xdraw.Src, nil)
	return straight(out)
}
