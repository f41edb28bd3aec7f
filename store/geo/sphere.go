package geo

import "math"

// Redis's earth: the radius in metres, and half the side of Mercator's square.
const (
	earthRadius = 6372797.560856
	mercatorMax = 20037726.37
)

// degree is one in radians, rounded as C's M_PI/180 is.
const degree = float64(math.Pi) / 180

// Distance is the length in metres of the great circle between two places, by
// the haversine formula.
func Distance(p, q Point) float64 {
	v := sin((q.Lon*degree - p.Lon*degree) / 2)
	if v == 0 {
		return latDistance(p.Lat, q.Lat)
	}
	lat1, lat2 := float64(p.Lat*degree), float64(q.Lat*degree)
	u := sin((lat2 - lat1) / 2)
	a := float64(u*u) + float64(cos(lat1)*cos(lat2)*v*v)
	return 2 * earthRadius * asin(math.Sqrt(a))
}

// latDistance is the distance between two places of the same longitude.
func latDistance(lat1, lat2 float64) float64 {
	return earthRadius * math.Abs(float64(lat2*degree)-float64(lat1*degree))
}

// Shape is what is searched: all within Radius of the middle or, where Box is
// set, a box around it. Lengths are in units of Unit metres.
type Shape struct {
	Middle        Point
	Radius        float64
	Box           bool
	Width, Height float64
	Unit          float64
}

// Has tells whether a place is in the shape, and how many metres it is from the
// middle if so.
func (s Shape) Has(p Point) (metres float64, ok bool) {
	if !s.Box {
		metres = Distance(s.Middle, p)
		return metres, !(metres > s.Radius*s.Unit)
	}
	if latDistance(p.Lat, s.Middle.Lat) > s.Height*s.Unit/2 {
		return 0, false
	}
	// The width is measured where the place is.
	if Distance(p, Point{s.Middle.Lon, p.Lat}) > s.Width*s.Unit/2 {
		return 0, false
	}
	return Distance(s.Middle, p), true
}
