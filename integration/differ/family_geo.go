package differ

import "strconv"

func geoFamily() *family {
	return &family{
		kinds:    "g",
		holds:    ZSets,
		keysMore: 1,
		values: map[string]func(*maker) string{
			"longitude": (*maker).longitude,
			"latitude":  (*maker).latitude,
			"member":    (*maker).placeName,
			"member1":   (*maker).placeName,
			"member2":   (*maker).placeName,
			"radius":    (*maker).length,
			"width":     (*maker).length,
			"height":    (*maker).length,
			"count":     (*maker).positive,
		},
		setups: []func(*maker) []string{
			func(m *maker) []string { return m.places(1 + m.IntN(12)) },
			func(m *maker) []string { return m.places(1 + m.IntN(12)) },
			func(m *maker) []string { return m.places(m.many()) },
			func(m *maker) []string {
				return []string{"ZADD", m.keyOf("g"), m.score(), m.placeName(), m.score(), m.placeName()}
			},
		},
		inventions: []func(*maker) []Step{
			func(m *maker) []Step { return []Step{one(m.places(1 + m.IntN(20))...)} },
		},
	}
}

// places adds many at once: near one another, or all over the world.
func (m *maker) places(n int) []string {
	args := []string{"GEOADD", m.keyOf("g")}
	lon, lat := m.Float64()*360-180, m.Float64()*170-85
	wide := m.pick("0.001", "0.1", "3", "40", "400")
	spread, _ := strconv.ParseFloat(wide, 64)
	for i := range n {
		x := min(max(lon+(m.Float64()-0.5)*spread, -180), 180)
		y := min(max(lat+(m.Float64()-0.5)*spread, -85), 85)
		name := m.placeName()
		if n > 20 {
			name = "p" + itoa(i)
		}
		args = append(args, strconv.FormatFloat(x, 'f', 6, 64), strconv.FormatFloat(y, 'f', 6, 64), name)
	}
	return args
}

func (m *maker) placeName() string {
	if m.IntN(15) == 0 {
		return m.text()
	}
	if m.IntN(4) == 0 {
		return "p" + itoa(m.IntN(110))
	}
	return string("abcdefghijkl"[m.IntN(12)])
}

func (m *maker) longitude() string {
	switch m.IntN(12) {
	case 0:
		return m.pick("180", "-180", "180.0000001", "-180.1", "inf", "nan", "abc", "", "0", "90", "-90", "1e3")
	case 1, 2:
		return itoa(m.IntN(361) - 180)
	}
	return strconv.FormatFloat(m.Float64()*360-180, 'f', m.IntN(12), 64)
}

func (m *maker) latitude() string {
	switch m.IntN(12) {
	case 0:
		return m.pick("85.05112878", "-85.05112878", "85.05112879", "-86", "-inf", "nan", "abc", "", "0", "66", "80.5", "1e3")
	case 1, 2:
		return itoa(m.IntN(171) - 85)
	}
	return strconv.FormatFloat(m.Float64()*170-85, 'f', m.IntN(12), 64)
}

// length is a distance, of any size that makes sense on the earth.
func (m *maker) length() string {
	switch m.IntN(14) {
	case 0:
		return m.pick("0", "-1", "inf", "nan", "abc", "", "1e300", "1e-300", "20037726.37", "-0", "1e400")
	case 1:
		return m.decimal()
	}
	size := [...]float64{1, 10, 100, 1000, 5000, 20000, 100000, 1e6, 2e7}[m.IntN(9)]
	return strconv.FormatFloat(m.Float64()*size, 'f', m.IntN(4), 64)
}
