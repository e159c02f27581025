package picture

import (
	"bytes"
	"encoding/binary"
)

// upright is the orientation of a picture that needs no turning (EXIF 2.32,
// tag 0x0112). Anything unreadable counts as upright: a broken tag must not
// refuse a picture.
const upright = 1

const orientationTag = 0x0112

// tiffOrientation reads the orientation in the first directory of a TIFF
// structure. It looks at one directory, once, so that no loop of offsets can
// keep it busy.
func tiffOrientation(tiff []byte) int {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return upright
	}
	if len(tiff) < 8 {
		return upright
	}
	start := uint64(order.Uint32(tiff[4:]))
	if start+2 > uint64(len(tiff)) {
		return upright
	}
	count := int(order.Uint16(tiff[start:]))
	const entry = 12
	for entries := tiff[start+2:]; count > 0 && len(entries) >= entry; count, entries = count-1, entries[entry:] {
		if order.Uint16(entries) != orientationTag {
			continue
		}
		if value := int(order.Uint16(entries[8:])); value >= 1 && value <= 8 {
			return value
		}
		return upright
	}
	return upright
}

// jpegOrientation looks for the EXIF segment before the picture's data.
func jpegOrientation(data []byte) int {
	const exifSegment, startOfScan = 0xe1, 0xda
	for data = data[2:]; len(data) >= 4 && data[0] == 0xff; {
		marker := data[1]
		if marker == 0xff { // fill byte
			data = data[1:]
			continue
		}
		size := int(binary.BigEndian.Uint16(data[2:]))
		if marker == startOfScan || size < 2 || 2+size > len(data) {
			return upright
		}
		body := data[4 : 2+size]
		if marker == exifSegment && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		data = data[2+size:]
	}
	return upright
}

// pngOrientation looks for the eXIf chunk.
func pngOrientation(data []byte) int {
	const signature, around = 8, 12 // length, type and checksum
	for data = data[signature:]; len(data) >= around; {
		size := uint64(binary.BigEndian.Uint32(data))
		if size+around > uint64(len(data)) {
			return upright
		}
		if string(data[4:8]) == "eXIf" {
			return tiffOrientation(data[8 : 8+size])
		}
		data = data[size+around:]
	}
	return upright
}

// webpOrientation looks for the EXIF chunk, with or without JPEG's prefix.
func webpOrientation(data []byte) int {
	orientation := upright
	_ = riffChunks(data[riffHeader:], func(id string, body []byte) bool {
		if id != "EXIF" {
			return true
		}
		orientation = tiffOrientation(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		return false
	})
	return orientation
}
