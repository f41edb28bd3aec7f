package geo

import "math"

// around are the steps from a cell to the nine that are searched, itself first,
// in Redis's order. That is the order of a search that is not sorted.
var around = [9]struct{ east, north int }{
	{0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1},
}

// Cover lists the ranges of scores where the places of a shape are to be looked
// for: those of the cell of its middle and of the cells around it, as far as the
// shape may reach into them.
func (s Shape) Cover() []Scores {
	step := s.step()
	middle := cellOf(s.Middle, step, MinLat, MaxLat)
	var b area
	if step > 1 { // else the whole world is searched
		b = s.bounds()
		if middle.tooNear(b) {
			step--
			middle = cellOf(s.Middle, step, MinLat, MaxLat)
		}
	}
	own := middle.area()
	var found []Scores
	var last cell
	for i, to := range around {
		c := middle.moved(to.east, to.north)
		beyond := to.north < 0 && own.minLat < b.minLat || to.north > 0 && own.maxLat > b.maxLat ||
			to.east < 0 && own.minLon < b.minLon || to.east > 0 && own.maxLon > b.maxLon
		if step > 1 && beyond || i > 1 && c == last { // on a coarse grid east and west are the same
			continue
		}
		found = append(found, c.scores())
		last = c
	}
	return found
}

// tooNear tells that the cells around do not reach to the ends of b.
func (c cell) tooNear(b area) bool {
	return c.moved(0, 1).area().maxLat < b.maxLat || c.moved(0, -1).area().minLat > b.minLat ||
		c.moved(1, 0).area().maxLon < b.maxLon || c.moved(-1, 0).area().minLon > b.minLon
}

// step is how fine a grid may be whose cells around the middle hold the shape.
func (s Shape) step() uint {
	reach := s.Radius
	if s.Box {
		reach = math.Sqrt(float64(s.Width/2*(s.Width/2)) + float64(s.Height/2*(s.Height/2)))
	}
	reach *= s.Unit
	if reach == 0 {
		return steps
	}
	step := -1 // coarser than need be, for the middle may be near an edge
	for ; reach < mercatorMax; reach *= 2 {
		step++
	}
	if lat := math.Abs(s.Middle.Lat); lat > 80 { // meridians are near one another
		step -= 2
	} else if lat > 66 {
		step--
	}
	return uint(min(max(step, 1), steps))
}

// bounds is the rectangle that the shape lies in. The half with the pole is
// where the meridians are nearer to one another, and its edge is the wider.
func (s Shape) bounds() area {
	width, height := s.Unit*s.Radius, s.Unit*s.Radius
	if s.Box {
		width, height = s.Unit*(s.Width/2), s.Unit*(s.Height/2)
	}
	dLat := height / earthRadius / degree
	edge := s.Middle.Lat + dLat
	if s.Middle.Lat < 0 {
		edge = s.Middle.Lat - dLat
	}
	dLon := width / earthRadius / cos(edge*degree) / degree
	return area{
		minLon: s.Middle.Lon - dLon, maxLon: s.Middle.Lon + dLon,
		minLat: s.Middle.Lat - dLat, maxLat: s.Middle.Lat + dLat,
	}
}
