package geo

import "math"

// The world, in degrees. Latitudes end where Mercator's square does.
const (
	MinLon, MaxLon = -180.0, 180.0
	MinLat, MaxLat = -85.05112878, 85.05112878
)

// steps is how many bits longitude and latitude have each in a score.
const steps = 26

// Point is a place, in degrees.
type Point struct{ Lon, Lat float64 }

// Valid tells whether the place can be kept.
func (p Point) Valid() bool {
	return p.Lon >= MinLon && p.Lon <= MaxLon && p.Lat >= MinLat && p.Lat <= MaxLat
}

// Score is the score of a valid place: a whole number. At longitude 180 or at
// the northern end it has more than 52 bits, as in Redis.
func (p Point) Score() uint64 { return cellOf(p, steps, MinLat, MaxLat).bits }

// At is the middle of the cell that a score stands for. It takes any score, as
// ZADD may have set it, and makes of it what Redis does on x86.
func At(score float64) Point {
	a := cell{bitsOf(score), steps}.area()
	return Point{
		Lon: min(max((a.minLon+a.maxLon)/2, MinLon), MaxLon),
		Lat: min(max((a.minLat+a.maxLat)/2, MinLat), MaxLat),
	}
}

// bitsOf turns a double into an unsigned number as x86 does, which makes
// something of those that do not fit, too.
func bitsOf(score float64) uint64 {
	const half, top = 1 << 63, uint64(1) << 63
	switch {
	case score < -half:
		return top
	case score < half:
		return uint64(int64(score))
	case score-half < half:
		return uint64(int64(score-half)) ^ top
	}
	return 0
}

// Integer is a score as WITHHASH shows it.
func Integer(score float64) int64 {
	if score >= -(1<<63) && score < 1<<63 {
		return int64(score)
	}
	return math.MinInt64
}

// alphabet has the digits of a geohash (http://geohash.org).
const alphabet = "0123456789bcdefghjkmnpqrstuvwxyz"

// Hash is the geohash of a place in 11 characters. The last is always 0, for 52
// bits fill ten and no more than a part of it.
func (p Point) Hash() string {
	bits := cellOf(p, steps, -90, 90).bits
	var text [11]byte
	for i := range 10 {
		text[i] = alphabet[bits>>(2*steps-5*(i+1))&31]
	}
	text[10] = alphabet[0]
	return string(text[:])
}

// cell is a rectangle of the grid that cuts the world into 2^step parts both
// ways. Its bits are interleaved: those of the latitude at 0, 2, ..., those of
// the longitude at 1, 3, ...
type cell struct {
	bits uint64
	step uint
}

const (
	latBits = 0x5555555555555555
	lonBits = 0xaaaaaaaaaaaaaaaa
)

// cellOf is the cell of a place on a grid between two latitudes.
func cellOf(p Point, step uint, minLat, maxLat float64) cell {
	parts := float64(uint64(1) << step)
	lat := (p.Lat - minLat) / (maxLat - minLat) * parts
	lon := (p.Lon - MinLon) / (MaxLon - MinLon) * parts
	return cell{spread(uint32(lat)) | spread(uint32(lon))<<1, step}
}

// spread puts a 0 before each bit.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & latBits
}

// gather undoes spread: it takes every second bit.
func gather(x uint64) uint32 {
	x &= latBits
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return uint32(x | x>>16)
}

// area is a rectangle, in degrees.
type area struct{ minLon, maxLon, minLat, maxLat float64 }

func (c cell) area() area {
	parts := float64(uint64(1) << c.step)
	lat, lon := gather(c.bits), gather(c.bits>>1)
	edge := func(n uint32, from, to float64) float64 {
		return from + float64(float64(n)/parts*(to-from))
	}
	return area{
		minLon: edge(lon, MinLon, MaxLon), maxLon: edge(lon+1, MinLon, MaxLon),
		minLat: edge(lat, MinLat, MaxLat), maxLat: edge(lat+1, MinLat, MaxLat),
	}
}

// moved is the cell some columns to the east and rows to the north, -1 to 1
// each. Behind the last comes the first.
func (c cell) moved(east, north int) cell {
	lon, lat := c.bits&lonBits, c.bits&latBits
	inside := uint64(math.MaxUint64) >> (64 - 2*c.step)
	if east != 0 {
		// With the bits between set, a carry passes over them.
		lon = stepped(lon, latBits&inside, east) & lonBits & inside
	}
	if north != 0 {
		lat = stepped(lat, lonBits&inside, north) & latBits & inside
	}
	return cell{lon | lat, c.step}
}

// stepped adds 1 to, or takes it from, the number whose bits lie between
// others.
func stepped(bits, between uint64, by int) uint64 {
	if by > 0 {
		return bits + between + 1
	}
	return (bits | between) - (between + 1)
}

// Scores is a range of scores: From <= score < To.
type Scores struct{ From, To float64 }

// scores are those of all places in the cell.
func (c cell) scores() Scores {
	free := 2 * (steps - c.step)
	return Scores{float64(c.bits << free), float64((c.bits + 1) << free)}
}
