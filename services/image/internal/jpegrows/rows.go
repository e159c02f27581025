package jpegrows

// Each calls begin with what the picture is, and then visit with each row of
// each component, from the top; the rows of different components come in turns.
// A row is visit's until it returns, and as long as its component is wide.
// Fails with ErrBroken, and with what begin or visit fails with, which ends it;
// visit has then been called for the rows before.
func Each(data []byte, begin func(Frame) error, visit func(component int, row []byte) error) error {
	p, err := open(data)
	if err != nil {
		return err
	}
	if err := begin(*p.frame); err != nil {
		return err
	}
	widest := 0
	for _, c := range p.frame.Components {
		widest = max(widest, c.blocks*blockSide)
	}
	band := make([]byte, widest*blockSide)
	return p.eachRow(func(y int) error {
		for i := range p.frame.Components {
			if err := p.frame.Components[i].show(y, band, func(row []byte) error { return visit(i, row) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// open reads all that comes before the first row.
func open(data []byte) (*parser, error) {
	p, err := parse(data)
	if err != nil {
		return nil, err
	}
	if p.frame.Colours, err = p.colours(); err != nil {
		return nil, err
	}
	for _, c := range p.frame.Components {
		if c.quant == nil {
			return nil, broken("a component without a scan")
		}
	}
	return p, nil
}

// eachRow calls visit for each row of units, whose coefficients are then in the
// components.
func (p *parser) eachRow(visit func(y int) error) error {
	f := p.frame
	for i := range f.Components {
		c := &f.Components[i]
		c.coefficients = make([]block, c.blocks*c.v)
	}
	for y := range f.down {
		for _, s := range p.scans {
			if err := s.row(f, y); err != nil {
				return err
			}
		}
		if err := visit(y); err != nil {
			return err
		}
		for _, c := range f.Components {
			clear(c.coefficients)
		}
	}
	return nil
}

// show makes samples of row y of units.
func (c *Component) show(y int, band []byte, visit func(row []byte) error) error {
	stride := c.blocks * blockSide
	for v := range c.v {
		top := (y*c.v + v) * blockSide
		if top >= c.Height {
			break
		}
		blocks := c.coefficients[v*c.blocks : (v+1)*c.blocks]
		for x := range blocks[:c.blocksW] {
			blocks[x].samples(c.quant, band[x*blockSide:], stride)
		}
		for row := range min(blockSide, c.Height-top) {
			if err := visit(band[row*stride : row*stride+c.Width]); err != nil {
				return err
			}
		}
	}
	return nil
}
