package jpegrows

// Each calls begin with what the picture is, and then visit with each row of
// each component, from the top; the rows of different components come in turns.
// A row is visit's until it returns, and as long as its component is wide.
// Fails with ErrBroken; visit has then been called for the rows before.
func Each(data []byte, begin func(Frame) error, visit func(component int, row []byte)) error {
	p, err := parse(data)
	if err != nil {
		return err
	}
	f := p.frame
	if f.Colours, err = p.colours(); err != nil {
		return err
	}
	for _, c := range f.Components {
		if c.quant == nil {
			return broken("a component without a scan")
		}
	}
	if err := begin(*f); err != nil {
		return err
	}
	widest := 0
	for i := range f.Components {
		c := &f.Components[i]
		c.coefficients = make([]block, c.blocks*c.v)
		widest = max(widest, c.blocks*blockSide)
	}
	band := make([]byte, widest*blockSide)
	for y := range f.down {
		for _, s := range p.scans {
			if err := s.row(f, y); err != nil {
				return err
			}
		}
		for i := range f.Components {
			f.Components[i].show(y, band, func(row []byte) { visit(i, row) })
		}
	}
	return nil
}

// show makes samples of row y of units, and clears the blocks for the next.
func (c *Component) show(y int, band []byte, visit func(row []byte)) {
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
			visit(band[row*stride : row*stride+c.Width])
		}
	}
	clear(c.coefficients)
}
