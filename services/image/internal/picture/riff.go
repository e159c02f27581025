package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"

	"golang.org/x/image/webp"
)

var errRIFF = errors.New("webp: broken RIFF structure")

const (
	riffHeader  = 12
	chunkHeader = 8
	// frameHeader is the fixed part of an ANMF chunk (WebP container
	// specification, "Animation").
	frameHeader   = 16
	animationFlag = 0x02
)

// riffChunks calls visit for each chunk until it returns false.
func riffChunks(data []byte, visit func(id string, body []byte) bool) error {
	for len(data) >= chunkHeader {
		size := uint64(binary.LittleEndian.Uint32(data[4:8]))
		if size > uint64(len(data)-chunkHeader) {
			return errRIFF
		}
		if !visit(string(data[:4]), data[chunkHeader:chunkHeader+size]) {
			return nil
		}
		next := chunkHeader + size + size%2 // chunks are padded to even sizes
		data = data[min(next, uint64(len(data))):]
	}
	return nil
}

// decodeWebP is a still picture, or the first frame of an animation.
func decodeWebP(data []byte) (raster, error) {
	frame, canvas, animated, err := firstFrame(data)
	if err != nil {
		return raster{}, err
	}
	if !animated {
		return from(webp.Decode)(data)
	}
	file := frame.file()
	// The frame's own data has a size of its own, up to 16,384 on a side
	// whatever the canvas is.
	config, err := webp.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return raster{}, err
	}
	if image.Pt(config.Width, config.Height) != frame.size {
		return raster{}, errRIFF
	}
	still, err := webp.Decode(bytes.NewReader(file))
	if err != nil {
		return raster{}, err
	}
	return raster{picture: still, at: frame.at, size: canvas}, nil
}

// webpKind says how the picture, or the first frame, is kept.
func webpKind(data []byte) (lossless, alpha bool) {
	var look func(id string, body []byte) bool
	look = func(id string, body []byte) bool {
		switch {
		case id == "VP8L":
			lossless = true
		case id == "ALPH":
			alpha = true
		case id == "ANMF" && len(body) > frameHeader:
			_ = riffChunks(body[frameHeader:], look)
			return false
		}
		return id != "VP8L" && id != "VP8 "
	}
	_ = riffChunks(data[riffHeader:], look)
	return lossless, alpha
}

// webpFrame is one frame of an animation.
type webpFrame struct {
	at     image.Point
	size   image.Point
	chunks []byte
}

// firstFrame finds the first frame and the canvas of an animation.
func firstFrame(data []byte) (frame webpFrame, canvas image.Point, animated bool, err error) {
	if len(data) < riffHeader {
		return frame, canvas, false, errRIFF
	}
	found := false
	err = riffChunks(data[riffHeader:], func(id string, body []byte) bool {
		switch {
		case id == "VP8X" && len(body) >= 10:
			animated = body[0]&animationFlag != 0
			canvas = image.Pt(uint24(body[4:])+1, uint24(body[7:])+1)
			return animated
		case id == "ANMF" && len(body) > frameHeader:
			frame = webpFrame{
				at:     image.Pt(2*uint24(body), 2*uint24(body[3:])),
				size:   image.Pt(uint24(body[6:])+1, uint24(body[9:])+1),
				chunks: body[frameHeader:],
			}
			found = true
			return false
		}
		return animated
	})
	if err == nil && animated && !found {
		err = errRIFF
	}
	inside := image.Rectangle{Min: frame.at, Max: frame.at.Add(frame.size)}.In(image.Rectangle{Max: canvas})
	if err == nil && found && !inside {
		err = errRIFF
	}
	return frame, canvas, animated, err
}

// file wraps the frame's own chunks as a still picture.
func (f webpFrame) file() []byte {
	var body bytes.Buffer
	alpha := false
	_ = riffChunks(f.chunks, func(id string, _ []byte) bool { alpha = id == "ALPH"; return false })
	if alpha { // a separate alpha plane needs the extended header
		extended := make([]byte, 10)
		extended[0] = 0x10
		putUint24(extended[4:], f.size.X-1)
		putUint24(extended[7:], f.size.Y-1)
		body.WriteString("VP8X")
		_ = binary.Write(&body, binary.LittleEndian, uint32(len(extended)))
		body.Write(extended)
	}
	body.Write(f.chunks)
	var out bytes.Buffer
	out.WriteString("RIFF")
	_ = binary.Write(&out, binary.LittleEndian, uint32(4+body.Len()))
	out.WriteString("WEBP")
	out.Write(body.Bytes())
	return out.Bytes()
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func putUint24(b []byte, v int) {
	b[0], b[1], b[2] = byte(v), byte(v>>8), byte(v>>16)
}
