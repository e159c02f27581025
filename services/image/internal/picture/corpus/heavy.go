package corpus

import (
	"bytes"
	"image"
	"image/color"
)

// Heavy are the bombs: pictures of 50 megapixels, the most that is taken, in
// every form that makes decoders keep much or look often. They are not in All,
// because each takes seconds under the race detector.
func Heavy() []Item {
	const w, h = 10000, 5000
	two := color.Palette{color.Black, color.White}
	inks := app(0xee, adobe+"\x02")
	lossless50 := riffChunk("VP8L", lossless(w, h, 255))
	alpha50 := riffChunk("ALPH", "\x01"+lossless(w, h, 128)[5:])
	return []Item{
		taken("jpeg 50 MP", "the largest that is taken", flatJPEG(w, h, false, half, full, full), 1080, 540, asJPEG),
		taken("jpeg 50 MP 4:4:4", "all samples: 150 MB", flatJPEG(w, h, false, full, full, full), 1080, 540, asJPEG),
		taken("jpeg 50 MP cmyk", "four samples, and pixels made of them: 400 MB", insert(flatJPEG(w, h, false, full, full, full, full), inks), 1080, 540, asJPEG),
		taken("jpeg 50 MP progressive", "all coefficients: 375 MB", flatJPEG(w, h, true, half, full, full), 1080, 540, asJPEG),
		taken("jpeg 50 MP progressive cmyk", "coefficients, samples and pixels: 1.2 GB", insert(flatJPEG(w, h, true, full, full, full, full), inks), 1080, 540, asJPEG),
		taken("jpeg 50 MP of 100 scans", "each costs a look at every block", JPEGOfScans(w, h, 100), 1080, 540, asJPEG),
		refused("jpeg 50 MP of 10000 scans", "so many would take minutes", JPEGOfScans(w, h, 10000), corrupted),
		refused("jpeg 1 MP of 30000 scans", "and so would they of a small picture", JPEGOfScans(1000, 1000, 30000), corrupted),
		taken("png 50 MP", "200 MB of pixels in 200 kB", flatPNG(w, h, 8, pngRGBA, 0), 1080, 540, asPNG),
		taken("png 50 MP 16 bit", "twice that", flatPNG(w, h, 16, pngRGBA, 0), 1080, 540, asPNG),
		taken("png 50 MP interlaced", "seven pictures, and the whole one", flatPNG(w, h, 16, pngRGBA, 1), 1080, 540, asPNG),
		taken("png 50 MP palette", "indexes", flatPNG(w, h, 8, pngPalette, 0, chunk("PLTE", "\x00\x00\x00")), 1080, 540, asJPEG),
		taken("gif 50 MP canvas", "a frame of one pixel on the largest canvas", encodeGIF(image.Pt(w, h), solid(1, 1, two)), 1080, 540, asPNG),
		taken("gif 50 MP frame", "indexes", encodeGIF(image.Pt(w, h), solid(w, h, two)), 1080, 540, asJPEG),
		taken("gif 50 MP interlaced", "rows that come in four turns", interlacedGIF(w, h, two), 1080, 540, asJPEG),
		taken("webp 50 MP", "a bomb of 40 bytes", webpFile(lossless50), 1080, 540, asJPEG),
		taken("webp 50 MP lossy", "planes: 75 MB", webpFile(riffChunk("VP8 ", lossy(w, h))), 1080, 540, asJPEG),
		taken("webp 50 MP alpha", "planes, and a lossless picture for alpha", webpFile(extended(alphaFlag, w, h), alpha50, riffChunk("VP8 ", lossy(w, h))), 1080, 540, asPNG),
		taken("webp 50 MP animated", "a frame of the whole canvas", webpFile(extended(animationFlag, w, h), riffChunk("ANIM", "\x00\x00\x00\x00\x00\x00"), frame(0, 0, w, h, lossless50)), 1080, 540, asJPEG),
	}
}

// interlacedGIF claims that its rows come in turns; all are the same.
func interlacedGIF(w, h int, p color.Palette) []byte {
	data := encodeGIF(image.Pt(w, h), solid(w, h, p))
	const flags = 9
	data[bytes.IndexByte(data, 0x2c)+flags] |= 0x40
	return data
}
