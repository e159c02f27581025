package picture

import (
	"image"
	"image/draw"
)

// raster is a decoded picture on a transparent canvas, which is never built:
// the frame of an animation may be a pixel in 50 million.
type raster struct {
	picture image.Image
	at      image.Point
	size    image.Point
}

func whole(picture image.Image) raster {
	return raster{picture: picture, size: picture.Bounds().Size()}
}

// covers says whether there is canvas around the picture.
func (r raster) covers() bool {
	return r.at == (image.Point{}) && r.size == r.picture.Bounds().Size()
}

// band draws the rows from y on into band, premultiplied.
func (r raster) band(band *image.RGBA, y int) {
	if !r.covers() {
		clear(band.Pix)
	}
	bounds := r.picture.Bounds()
	target := image.Rectangle{Min: r.at, Max: r.at.Add(bounds.Size())}.Sub(image.Pt(0, y))
	visible := target.Intersect(band.Rect)
	draw.Draw(band, visible, r.picture, bounds.Min.Add(visible.Min.Sub(target.Min)), draw.Src)
}

// flatten is the picture on its canvas, pixel by pixel.
func (r raster) flatten() *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: r.size})
	bounds := r.picture.Bounds()
	draw.Draw(out, image.Rectangle{Min: r.at, Max: r.at.Add(bounds.Size())}, r.picture, bounds.Min, draw.Src)
	return out
}
