package differ

func hllFamily() *family {
	return &family{
		kinds:    "p",
		holds:    Strings,
		keysMore: 1,
		forms: map[string]string{
			"pfdebug": "<DECODE | ENCODING | DECODE | ENCODING | DECODE | ENCODING | DECODE | GETREG | TODENSE | word> key",
		},
		values: map[string]func(*maker) string{
			"element":   (*maker).member,
			"sourcekey": func(m *maker) string { return m.keyOf(m.family.kinds) },
			"word":      (*maker).text,
		},
		setups: []func(*maker) []string{
			func(m *maker) []string { return m.elements(1 + m.IntN(12)) },
			func(m *maker) []string { return m.elements(m.many()) },
			func(m *maker) []string { return m.elements(m.many()) },
			func(m *maker) []string { return m.elements(1000 + m.IntN(1000)) },
			func(m *maker) []string { return []string{"SET", m.keyOf("p"), m.sketch()} },
		},
		inventions: []func(*maker) []Step{
			func(m *maker) []Step { return []Step{one(m.elements(m.many())...)} },
			func(m *maker) []Step { return []Step{one("SET", m.keyOf("p"), m.sketch())} },
			func(m *maker) []Step { return []Step{one("GET", m.keyOf("p"))} },
		},
	}
}

// elements adds many at once.
func (m *maker) elements(n int) []string {
	args := []string{"PFADD", m.keyOf("p")}
	for range n {
		args = append(args, "w"+itoa(m.IntN(6000)))
	}
	return args
}

// sketch is a HyperLogLog that somebody else has written, seldom a good one.
func (m *maker) sketch() string {
	header := m.pick("HYLL\x01\x00\x00\x00", "HYLL\x01\x00\x00\x00", "HYLL\x01\x00\x00\x00", "HYLL\x01\x07\x00\x00", "HYLL\x00\x00\x00\x00", "HYLL\x02\x00\x00\x00", "hyll\x01\x00\x00\x00") +
		m.pick("\x00\x00\x00\x00\x00\x00\x00\x80", "\x00\x00\x00\x00\x00\x00\x00\x80", "\x07\x00\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\xff\xff\xff\xff")
	if m.IntN(8) == 0 {
		b := make([]byte, 12288)
		for i := range b {
			b[i] = byte(m.IntN(256))
			if m.IntN(3) == 0 {
				b[i] = 0xff
			}
		}
		return header[:4] + "\x00" + header[5:] + string(b)
	}
	left, runs := 16384, []byte(nil)
	for left > 0 && m.IntN(30) > 0 {
		switch n := m.IntN(100); {
		case n < 30 && left > 4:
			times := 1 + m.IntN(4)
			runs = append(runs, 0x80|byte(m.IntN(32))<<2|byte(times-1))
			left -= times
		case n < 60:
			times := min(1+m.IntN(64), left)
			runs = append(runs, byte(times-1))
			left -= times
		default:
			times := min(1+m.IntN(1000), left)
			runs = append(runs, 0x40|byte((times-1)>>8), byte(times-1))
			left -= times
		}
	}
	if left > 0 && m.IntN(6) > 0 {
		runs = append(runs, 0x40|byte((left-1)>>8), byte(left-1))
	}
	if m.IntN(20) == 0 {
		runs = append(runs, byte(m.IntN(256)))
	}
	return header + string(runs)
}
