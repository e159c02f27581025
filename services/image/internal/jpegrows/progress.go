package jpegrows

// progress reads what a scan of a progressive picture has of a block (ITU T.81, G.1.2).
func (s *scan) progress(p *part, b *block) error {
	switch {
	case s.first == 0 && !s.more:
		return s.readDC(p, b, s.low)
	case s.first == 0:
		b[0] |= int32(s.from.read(1)) << s.low
		return nil
	case s.more:
		return s.refine(p, b)
	}
	if s.skip > 0 {
		s.skip--
		return nil
	}
	for k := s.first; k <= s.last; k++ {
		value, err := p.ac.next(&s.from)
		if err != nil {
			return err
		}
		run, size := value>>4, value&15
		if size == 0 {
			if run != 15 {
				s.skip = s.readSkip(run) - 1
				break
			}
			k += 15
			continue
		}
		if k += run; k > s.last {
			return broken("too many coefficients")
		}
		b[zigzag[k]] = s.from.signed(size) << s.low
	}
	return nil
}

// readSkip is how many blocks end here, this one among them.
func (s *scan) readSkip(run int) int { return 1<<run + s.from.read(run) }

// refine reads a bit more of the coefficients that there are, and new ones of
// one bit between them.
func (s *scan) refine(p *part, b *block) error {
	k := s.first
	for s.skip == 0 && k <= s.last {
		value, err := p.ac.next(&s.from)
		if err != nil {
			return err
		}
		run, fresh := value>>4, int32(0)
		switch value & 15 {
		case 0:
			if run != 15 {
				s.skip = s.readSkip(run)
			}
		case 1:
			fresh = -1 << s.low
			if s.from.read(1) == 1 {
				fresh = 1 << s.low
			}
		default:
			return broken("a new coefficient of many bits")
		}
		if s.skip > 0 {
			break
		}
		if k = s.correct(b, k, run); k > s.last {
			if fresh != 0 {
				return broken("too many coefficients")
			}
			break
		}
		if fresh != 0 {
			b[zigzag[k]] = fresh
		}
		k++
	}
	if s.skip > 0 {
		s.skip--
		s.correct(b, k, 64)
	}
	return nil
}

// correct reads a bit for each coefficient that there is, until zeros were
// passed over, and returns where it stopped.
func (s *scan) correct(b *block, k, zeros int) int {
	for ; k <= s.last; k++ {
		c := &b[zigzag[k]]
		if *c == 0 {
			if zeros == 0 {
				break
			}
			zeros--
			continue
		}
		if s.from.read(1) == 0 {
			continue
		}
		if *c > 0 {
			*c += 1 << s.low
		} else {
			*c -= 1 << s.low
		}
	}
	return k
}
