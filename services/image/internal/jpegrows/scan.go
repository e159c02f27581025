package jpegrows

// scan is a part of the data for all rows.
type scan struct {
	from  bits
	parts []part
	// first to last are the coefficients, in zigzag order, that it has; without
	// its lowest bits where low > 0, one more bit of them where more is set.
	first, last int
	low         int
	more        bool
	progressive bool
	each, done  int // units between restarts, and since the last
	skip        int // blocks that end before they begin
}

// part is a component's.
type part struct {
	component int
	dc, ac    *code
	before    int32
}

// mostBlocks of a unit of several components (ITU T.81, B.2.3).
const mostBlocks = 10

func (p *parser) addScan(body, data []byte) error {
	if p.frame == nil || len(body) < 1 {
		return broken("a scan out of place")
	}
	if len(p.scans) == mostScans {
		return broken("more than %d scans", mostScans)
	}
	count := int(body[0])
	if count < 1 || count > len(p.frame.Components) || len(body) != 4+2*count {
		return broken("a scan of %d components", count)
	}
	rest := body[1+2*count:]
	s := &scan{
		from: bits{data: data}, first: int(rest[0]), last: int(rest[1]), low: int(rest[2] & 15), more: rest[2]>>4 > 0,
		progressive: p.frame.progressive, each: p.each,
	}
	if !s.progressive {
		s.first, s.last, s.low, s.more = 0, 63, 0, false
	}
	if s.first > s.last || s.last > 63 || s.low > 13 || s.progressive && s.first == 0 && s.last > 0 || s.first > 0 && count > 1 {
		return broken("coefficients %d to %d of %d components", s.first, s.last, count)
	}
	sampled := 0
	for i := range count {
		part, err := p.readPart(s, body[1+2*i], body[2+2*i])
		if err != nil {
			return err
		}
		for _, other := range s.parts {
			if other.component == part.component {
				return broken("a component twice in a scan")
			}
		}
		c := p.frame.Components[part.component]
		sampled += c.h * c.v
		s.parts = append(s.parts, part)
	}
	if count > 1 && sampled > mostBlocks {
		return broken("too many blocks in a unit")
	}
	p.scans = append(p.scans, s)
	return nil
}

func (p *parser) readPart(s *scan, id, tables byte) (part, error) {
	at := -1
	for i, c := range p.frame.Components {
		if c.id == id {
			at = i
		}
	}
	dc, ac := tables>>4, tables&15
	if at < 0 || dc > 3 || ac > 3 {
		return part{}, broken("a component that there is not")
	}
	c := &p.frame.Components[at]
	if c.quant == nil {
		c.quant = p.quant[c.quantID]
	}
	out := part{component: at, dc: p.codes[0][dc], ac: p.codes[1][ac]}
	if c.quant == nil || s.first == 0 && !s.more && out.dc == nil || s.last > 0 && out.ac == nil {
		return part{}, broken("a table that there is not")
	}
	return out, nil
}

// row reads row y of units, and puts what it has into the components' blocks.
func (s *scan) row(f *Frame, y int) error {
	if len(s.parts) == 1 {
		return s.rowsOfOne(&f.Components[s.parts[0].component], y)
	}
	for x := range f.across {
		if err := s.begin(); err != nil {
			return err
		}
		for i := range s.parts {
			c := &f.Components[s.parts[i].component]
			for v := range c.v {
				for h := range c.h {
					if err := s.block(&s.parts[i], &c.coefficients[v*c.blocks+x*c.h+h]); err != nil {
						return err
					}
				}
			}
		}
	}
	return s.check()
}

// rowsOfOne: a scan of one component has its blocks in rows, and only those
// that the picture covers.
func (s *scan) rowsOfOne(c *Component, y int) error {
	for v := range min(c.v, c.blockH-y*c.v) {
		for x := range c.blocksW {
			if err := s.begin(); err != nil {
				return err
			}
			if err := s.block(&s.parts[0], &c.coefficients[v*c.blocks+x]); err != nil {
				return err
			}
		}
	}
	return s.check()
}

func (s *scan) check() error {
	if s.from.over() {
		return broken("a scan ends before its last row")
	}
	return nil
}

// begin begins a unit.
func (s *scan) begin() error {
	if s.each > 0 && s.done == s.each {
		if err := s.check(); err != nil {
			return err
		}
		if err := s.from.restart(); err != nil {
			return err
		}
		s.done, s.skip = 0, 0
		for i := range s.parts {
			s.parts[i].before = 0
		}
	}
	s.done++
	return nil
}

func (s *scan) block(p *part, b *block) error {
	if s.progressive {
		return s.progress(p, b)
	}
	if err := s.readDC(p, b, 0); err != nil {
		return err
	}
	for k := 1; k < 64; k++ {
		value, err := p.ac.next(&s.from)
		if err != nil {
			return err
		}
		run, size := value>>4, value&15
		if size == 0 {
			if run != 15 {
				break
			}
			k += 15
			continue
		}
		if k += run; k > 63 {
			return broken("too many coefficients")
		}
		b[zigzag[k]] = s.from.signed(size)
	}
	return nil
}

func (s *scan) readDC(p *part, b *block, low int) error {
	size, err := p.dc.next(&s.from)
	if err != nil {
		return err
	}
	if size > 16 {
		return broken("a difference of %d bits", size)
	}
	p.before += s.from.signed(size)
	b[0] = p.before << low
	return nil
}
