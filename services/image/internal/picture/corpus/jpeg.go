package corpus

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
)

// flatJPEG is a grey picture whose data is nothing but zero bits: a block is
// two of them, of a progressive picture one. sampling has a byte per component.
func flatJPEG(w, h int, progressive bool, sampling ...byte) []byte {
	var b bytes.Buffer
	b.WriteString("\xff\xd8")
	segment(&b, 0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...))
	frame := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, uint16(h)), uint16(w))
	frame = append(frame, byte(len(sampling)))
	scan := []byte{byte(len(sampling))}
	for i, factors := range sampling {
		frame = append(frame, byte(i+1), factors, 0)
		scan = append(scan, byte(i+1), 0)
	}
	marker, last := byte(0xc0), byte(63)
	if progressive {
		marker, last = 0xc2, 0
	}
	segment(&b, marker, frame)
	one := append([]byte{1}, make([]byte, 16)...) // one code of one bit, for 0
	segment(&b, 0xc4, append([]byte{0x00}, one...))
	segment(&b, 0xc4, append([]byte{0x10}, one...))
	segment(&b, 0xda, append(scan, 0, last, 0))
	b.Write(make([]byte, scanBytes(w, h, progressive, sampling)))
	b.WriteString("\xff\xd9")
	return b.Bytes()
}

// JPEGOfScans is a progressive picture of one component whose data is that many
// scans, each of which says of all blocks that they have nothing more. Reading
// it costs that many looks at every block.
func JPEGOfScans(w, h, scans int) []byte {
	data := flatJPEG(w, h, true, full)
	data = data[:len(data)-2]
	run := bytes.NewBuffer(nil)
	// the only code says that 2¹⁴ blocks, and as many as the next 14 bits, end
	segment(run, 0xc4, append(append([]byte{0x10, 1}, make([]byte, 15)...), 0xe0))
	data = append(data, run.Bytes()...)
	const inRun = 1<<15 - 1
	blocks := ((w + 7) / 8) * ((h + 7) / 8)
	for range scans - 1 {
		var b noisyJPEG
		segment(&b.Buffer, 0xda, []byte{1, 1, 0, 1, 63, 0})
		for left := blocks; left > 0; left -= inRun {
			b.bits(0, 1)
			b.bits(1<<14-1, 14)
		}
		b.flush()
		data = append(data, b.Bytes()...)
	}
	return append(data, 0xff, 0xd9)
}

func scanBytes(w, h int, progressive bool, sampling []byte) int {
	widest, highest, blocks := 1, 1, 0
	for _, factors := range sampling {
		x, y := int(factors>>4), int(factors&15)
		widest, highest, blocks = max(widest, x), max(highest, y), blocks+x*y
	}
	if len(sampling) == 1 {
		widest, highest, blocks = 1, 1, 1
	}
	bits := blocks * ((w + 8*widest - 1) / (8 * widest)) * ((h + 8*highest - 1) / (8 * highest))
	if !progressive {
		bits *= 2
	}
	return bits/8 + 1
}

func segment(b *bytes.Buffer, marker byte, body []byte) {
	b.Write([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)})
	b.Write(body)
}

// photo has another colour in each quarter, so that turning shows.
func photo(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{A: 255}
			if x < w/2 {
				c.R = 255
			}
			if y < h/2 {
				c.G = 255
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func photoJPEG(w, h int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, photo(w, h), nil); err != nil {
		panic(err) //nolint:forbidigo // writing to memory
	}
	return b.Bytes()
}

// insert puts segments right behind the start of a JPEG.
func insert(data []byte, segments ...[]byte) []byte {
	out := bytes.Clone(data[:2])
	for _, s := range segments {
		out = append(out, s...)
	}
	return append(out, data[2:]...)
}

func app(marker byte, body string) []byte {
	var b bytes.Buffer
	segment(&b, marker, []byte(body))
	return b.Bytes()
}

const (
	full, half, quarterTall = 0x11, 0x22, 0x21
	adobe                   = "Adobe\x00\x64\x00\x00\x00\x00"
	// Secret is in every kind of metadata of the corpus, and in nothing kept.
	Secret = "GPS of home"
)

func jpegs() []Item {
	items := []Item{
		taken("jpeg baseline", "what cameras write", photoJPEG(400, 300), 400, 300, asJPEG),
		taken("jpeg grey", "one component", flatJPEG(100, 50, false, full), 100, 50, asJPEG),
		taken("jpeg 4:2:0", "chroma of half the size, odd sides", flatJPEG(101, 51, false, half, full, full), 101, 51, asJPEG),
		taken("jpeg 4:2:2 large", "chroma of half the width, reduced", flatJPEG(2161, 81, false, quarterTall, full, full), 1080, 40, asJPEG),
		taken("jpeg cmyk", "four components, of a printer's tools", insert(flatJPEG(64, 64, false, full, full, full, full), app(0xee, adobe+"\x00")), 64, 64, asJPEG),
		taken("jpeg ycck", "the same, as luma and chroma", insert(flatJPEG(64, 64, false, full, full, full, full), app(0xee, adobe+"\x02")), 64, 64, asJPEG),
		refused("jpeg cmyk of unknown ink", "four components, and nothing says which", flatJPEG(64, 64, false, full, full, full, full), corrupted),
		taken("jpeg progressive", "what web tools write", flatJPEG(300, 200, true, half, full, full), 300, 200, asJPEG),
		taken("jpeg 1×1", "the smallest", photoJPEG(1, 1), 1, 1, asJPEG),
		taken("jpeg line", "an extreme ratio: a side must not become 0", flatJPEG(16384, 1, false, full), 1080, 1, asJPEG),
		taken("jpeg column", "an extreme ratio, upright", flatJPEG(1, 16384, false, full), 1, 1080, asJPEG),
		refused("jpeg 65535×65535", "a frame of 4 gigapixels in 600 bytes", flatJPEG(65535, 65535, false, full)[:600], tooManyPixels),
		refused("jpeg side", "a side over 16384", flatJPEG(16385, 1, false, full), tooManyPixels),
		refused("jpeg no height", "a height that only a later DNL segment gives", flatJPEG(100, 0, false, full), badSignature),
		refused("jpeg magic only", "first bytes right, no header", []byte("\xff\xd8\xff\xe0"), badSignature),
		refused("jpeg no data", "the frame, and then its end", append(flatJPEG(800, 800, false, full)[:180], 0xff, 0xd9), corrupted),
	}
	return append(items, taggedJPEGs()...)
}

func taggedJPEGs() []Item {
	plain := photoJPEG(64, 32)
	xmp := app(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x>"+Secret+"</x>")
	exif := func(orientation int) []byte { return app(0xe1, "Exif\x00\x00"+TIFF(orientation)) }
	items := []Item{
		taken("jpeg icc and comment", "profiles and comments are dropped",
			insert(plain, app(0xe2, "ICC_PROFILE\x00\x01\x01"+Secret), app(0xfe, Secret), app(0xed, "Photoshop 3.0\x00"+Secret)), 64, 32, asJPEG),
		taken("jpeg xmp before exif", "the first APP1 is not the one", insert(plain, xmp, exif(6)), 32, 64, asJPEG),
		taken("jpeg fill bytes", "markers may be preceded by any number of 0xFF", insert(plain, []byte("\xff\xff\xff"), exif(6)), 32, 64, asJPEG),
		taken("jpeg exif loop", "a directory that points at itself", insert(plain, app(0xe1, "Exif\x00\x00"+loopedTIFF())), 64, 32, asJPEG),
		taken("jpeg exif beyond", "an offset behind the end", insert(plain, app(0xe1, "Exif\x00\x00II*\x00\xff\xff\xff\xff")), 64, 32, asJPEG),
		taken("jpeg exif 9", "an orientation that is none", insert(plain, exif(9)), 64, 32, asJPEG),
		taken("jpeg script", "a script in a comment survives nothing", insert(plain, app(0xfe, "<script>alert(1)</script>")), 64, 32, asJPEG),
	}
	for orientation := 1; orientation <= 8; orientation++ {
		size := turned(64, 32, orientation)
		items = append(items, taken(fmt.Sprintf("jpeg exif %d", orientation), "an orientation of EXIF", insert(plain, exif(orientation)), size.X, size.Y, asJPEG))
	}
	return items
}

func turned(w, h, orientation int) image.Point {
	if orientation >= 5 {
		return image.Pt(h, w)
	}
	return image.Pt(w, h)
}

// TIFF is EXIF data with an orientation and something private.
func TIFF(orientation int) string {
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	tiff = binary.LittleEndian.AppendUint16(tiff, 0x0112)
	tiff = binary.LittleEndian.AppendUint16(tiff, 3)
	tiff = binary.LittleEndian.AppendUint32(tiff, 1)
	tiff = binary.LittleEndian.AppendUint32(tiff, uint32(orientation))
	return string(tiff) + "\x00\x00\x00\x00" + Secret
}

// loopedTIFF has a directory without an orientation whose next is itself, and
// whose only entry is a directory at the same place.
func loopedTIFF() string {
	return "II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00"
}
