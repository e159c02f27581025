package picture

import (
	"bytes"
	"encoding/binary"
)

// upright is the orientation of a picture that needs no turning (EXIF 2.32,
// tag 0x0112). Anything unreadable counts as upright: a broken tag must not
// refuse a picture.
const upright = 1

const (
	orientationTag = 0x0112
	shortType      = 3
)

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
		value := int(order.Uint16(entries[8:]))
		if order.Uint16(entries[2:]) != shortType || value < 1 || value > 8 {
			return upright
		}
		return value
	}
	return upright
}

// jpegOrientation looks for the first EXIF segment before the picture's data.
// XMP, too, comes in APP1 segments, before or behind it.
func jpegOrientation(data []byte) int {
	orientation := upright
	jpegSegments(data, func(marker byte, body []byte) bool {
		if marker != markAPP1 || !bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return true
		}
		orientation = tiffOrientation(body[6:])
		return false
	})
	return orientation
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
