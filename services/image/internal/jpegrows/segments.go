package jpegrows

import (
	"encoding/binary"
)

// The markers that are read (ITU T.81, table B.1).
const (
	markFill    = 0xff
	markFrame   = 0xc0
	markMore    = 0xc1
	markProg    = 0xc2
	markCodes   = 0xc4
	markRestart = 0xd0
	markStart   = 0xd8
	markEnd     = 0xd9
	markScan    = 0xda
	markQuant   = 0xdb
	markEach    = 0xdd
	markAdobe   = 0xee
)

// mostScans of a picture. Encoders make ten or so; each costs a look at every
// block, however short it is.
const mostScans = 100

// CheckScans refuses a picture of too many scans, which costs any reader time
// for each. Fails with ErrBroken, and leaves everything else that is wrong alone.
func CheckScans(data []byte) error {
	scans := 0
	for {
		marker, rest, err := nextMarker(data)
		if err != nil || marker == markEnd || len(rest) < 2 {
			return nil //nolint:nilerr // somebody else's business
		}
		data = rest
		if marker <= 1 || marker >= markRestart && marker <= markStart {
			continue
		}
		if size := int(binary.BigEndian.Uint16(rest)); size <= len(rest) {
			data = rest[size:]
		}
		if marker == markScan {
			if scans++; scans > mostScans {
				return broken("more than %d scans", mostScans)
			}
			data = behindScan(data)
		}
	}
}

// parser collects what the segments say.
type parser struct {
	frame *Frame
	quant [4]*[64]int32
	codes [2][4]*code
	each  int
	scans []*scan
	adobe int
}

// parse reads all segments up to the last.
func parse(data []byte) (*parser, error) {
	p := &parser{adobe: -1}
	if len(data) < 2 || data[0] != markFill || data[1] != markStart {
		return nil, broken("other first bytes")
	}
	for data = data[2:]; ; {
		marker, rest, err := nextMarker(data)
		if err != nil {
			return nil, err
		}
		switch {
		case marker == markEnd:
			return p, p.check()
		case marker >= markRestart && marker < markStart || marker == 1:
			data = rest
			continue
		}
		if len(rest) < 2 {
			return nil, broken("no end")
		}
		size := int(binary.BigEndian.Uint16(rest))
		if size < 2 || size > len(rest) {
			return nil, broken("a segment of %d bytes", size)
		}
		body := rest[2:size]
		data = rest[size:]
		if marker == markScan {
			if err := p.addScan(body, data); err != nil {
				return nil, err
			}
			data = behindScan(data)
			continue
		}
		if err := p.segment(marker, body); err != nil {
			return nil, err
		}
	}
}

func (p *parser) check() error {
	if p.frame == nil || len(p.scans) == 0 {
		return broken("no picture")
	}
	return nil
}

// nextMarker passes stray bytes over, as other readers do.
func nextMarker(data []byte) (marker byte, rest []byte, err error) {
	for i := 0; i+1 < len(data); i++ {
		if data[i] == markFill && data[i+1] != 0 && data[i+1] != markFill {
			return data[i+1], data[i+2:], nil
		}
	}
	return 0, nil, broken("no end")
}

// behindScan is where the next marker is that does not belong to a scan's data.
func behindScan(data []byte) []byte {
	for i := 0; i+1 < len(data); i++ {
		if next := data[i+1]; data[i] == markFill && next != 0 && next != markFill && (next < markRestart || next >= markStart) {
			return data[i:]
		}
	}
	return nil
}

func (p *parser) segment(marker byte, body []byte) error {
	switch {
	case marker == markQuant:
		return p.readQuant(body)
	case marker == markCodes:
		return p.readCodes(body)
	case marker == markEach && len(body) == 2:
		p.each = int(binary.BigEndian.Uint16(body))
	case marker == markAdobe && len(body) >= 12 && string(body[:5]) == "Adobe":
		p.adobe = int(body[11])
	case marker == markFrame || marker == markMore || marker == markProg:
		return p.readFrame(marker, body)
	case marker >= markFrame && marker <= 0xcf && marker != 0xcc && marker != 0xc8:
		return broken("a frame of kind %x", marker)
	}
	return nil
}

// zigzag is where the coefficients are that come one after the other.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

func (p *parser) readQuant(body []byte) error {
	for len(body) > 0 {
		wide, id := int(body[0]>>4), body[0]&15
		if size := 64 * (1 + wide); id > 3 || wide > 1 || len(body) < 1+size {
			return broken("a table of steps")
		}
		table := new([64]int32)
		body = body[1:]
		for _, at := range zigzag {
			table[at] = int32(body[0])
			if body = body[1:]; wide == 1 {
				table[at] = table[at]<<8 | int32(body[0])
				body = body[1:]
			}
		}
		p.quant[id] = table
	}
	return nil
}

func (p *parser) readCodes(body []byte) error {
	for len(body) > 0 {
		class, id := body[0]>>4, body[0]&15
		if class > 1 || id > 3 {
			return broken("a table of class %d and number %d", class, id)
		}
		var err error
		if p.codes[class][id], body, err = newCode(body[1:]); err != nil {
			return err
		}
	}
	return nil
}
