package pngrows

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// ErrBroken is data that is no PNG, or not all of one.
var ErrBroken = errors.New("pngrows: broken data")

const (
	magic = "\x89PNG\r\n\x1a\n"
	// around a chunk's body: length, kind, checksum.
	around = 12
)

// chunk cuts the next chunk off.
func chunk(data []byte) (kind string, body, rest []byte, err error) {
	if len(data) < around {
		return "", nil, nil, fmt.Errorf("%w: no end", ErrBroken)
	}
	size := uint64(binary.BigEndian.Uint32(data))
	if size+around > uint64(len(data)) {
		return "", nil, nil, fmt.Errorf("%w: a chunk of %d bytes", ErrBroken, size)
	}
	end := 8 + size
	if crc32.ChecksumIEEE(data[4:end]) != binary.BigEndian.Uint32(data[end:]) {
		return "", nil, nil, fmt.Errorf("%w: a wrong checksum", ErrBroken)
	}
	return string(data[4:8]), data[8:end], data[end+4:], nil
}

// stored is what the chunks say.
type stored struct {
	header       header
	palette, key []byte
	// pixels begins with the first IDAT chunk.
	pixels []byte
}

// readChunks checks every chunk up to the last.
func readChunks(data []byte) (s stored, err error) {
	if len(data) < len(magic) || string(data[:len(magic)]) != magic {
		return s, fmt.Errorf("%w: other first bytes", ErrBroken)
	}
	for first, rest := true, data[len(magic):]; ; first = false {
		here := rest
		kind, body, next, err := chunk(here)
		if err != nil {
			return s, err
		}
		if first != (kind == "IHDR") {
			return s, fmt.Errorf("%w: %s out of place", ErrBroken, kind)
		}
		switch {
		case kind == "IHDR":
			s.header, err = readHeader(body)
		case kind == "PLTE":
			s.palette = body
		case kind == "tRNS":
			s.key = body
		case kind == "IDAT" && s.pixels == nil:
			s.pixels = here
		case kind == "IEND":
			return s, nil
		}
		if err != nil {
			return s, err
		}
		rest = next
	}
}

// idat reads the bodies of neighbouring IDAT chunks, which have been checked.
type idat struct{ body, rest []byte }

// Read implements io.Reader.
func (r *idat) Read(p []byte) (int, error) {
	for len(r.body) == 0 {
		if len(r.rest) < around || string(r.rest[4:8]) != "IDAT" {
			return 0, io.EOF
		}
		end := 8 + int(binary.BigEndian.Uint32(r.rest))
		r.body, r.rest = r.rest[8:end], r.rest[end+4:]
	}
	n := copy(p, r.body)
	r.body = r.body[n:]
	return n, nil
}
