package geo

import (
	"math"
	"testing"
)

// Redis's documentation and a real Redis have these.
func TestScoresAreThoseOfRedis(t *testing.T) {
	for _, c := range []struct {
		at    Point
		score uint64
		hash  string
		back  Point
	}{
		{Point{13.361389, 38.115556}, 3479099956230698, "sqc8b49rny0", Point{13.36138933897018433, 38.11555639549629859}},
		{Point{15.087269, 37.502669}, 3479447370796909, "sqdtr74hyu0", Point{15.08726745843887329, 37.50266842333162032}},
		{Point{-180, -85.05112878}, 0, "00bh0hbj200", Point{-179.99999731779098511, -85.05112751263942528}},
		{Point{180, 85.05112878}, 13510798882111488, "bp05b5048p0", Point{180, 85.0511287799999991}},
	} {
		if got := c.at.Score(); got != c.score {
			t.Errorf("%v has the score %d, want %d", c.at, got, c.score)
		}
		back := At(float64(c.score))
		if back != c.back || back.Hash() != c.hash {
			t.Errorf("%d is %v with the hash %s, want %v with %s", c.score, back, back.Hash(), c.back, c.hash)
		}
	}
}

func TestAnyDoubleIsAPlace(t *testing.T) {
	for score, bits := range map[float64]uint64{
		-1: math.MaxUint64, 1.9: 1, -1.9: math.MaxUint64, 1 << 63: 1 << 63, 1 << 64: 0, 1e300: 0, -1e300: 1 << 63,
		math.Inf(1): 0, math.Inf(-1): 1 << 63,
	} {
		if got := bitsOf(score); got != bits {
			t.Errorf("%v has the bits %x, want %x", score, got, bits)
		}
		if p := At(score); !p.Valid() {
			t.Errorf("%v is %v, which is no place", score, p)
		}
	}
	if Integer(1e300) != math.MinInt64 || Integer(-7.5) != -7 {
		t.Error("a score is shown wrong")
	}
}

// Behind the last column comes the first, and so do the rows.
func TestNeighbours(t *testing.T) {
	for step := uint(1); step <= steps; step++ {
		last := uint32(1)<<step - 1
		corner := cell{spread(last) | spread(last)<<1, step}
		if got := corner.moved(1, 1); got != (cell{0, step}) {
			t.Errorf("step %d: behind the last corner is %x", step, got.bits)
		}
		if got := (cell{0, step}).moved(-1, -1); got != corner {
			t.Errorf("step %d: before the first corner is %x", step, got.bits)
		}
		if got := corner.moved(0, -1).moved(0, 1).moved(-1, 0).moved(1, 0); got != corner {
			t.Errorf("step %d: there and back is %x", step, got.bits)
		}
	}
}

// What lies in a shape lies in what is searched, away from poles and date line.
func TestCoverHoldsTheShape(t *testing.T) {
	for _, shape := range []Shape{
		{Middle: Point{13.4, 52.5}, Radius: 3, Unit: 1000},
		{Middle: Point{13.4, -52.5}, Radius: 900, Unit: 1000},
		{Middle: Point{-70, 65}, Radius: 250, Unit: 1609.34},
		{Middle: Point{14.063, 64.5}, Radius: 19.56, Unit: 1000}, // the cell to the west is narrower than that
		{Middle: Point{2, 48}, Box: true, Width: 500, Height: 20, Unit: 1000},
		{Middle: Point{-2, -8}, Box: true, Width: 10, Height: 2000, Unit: 0.3048},
	} {
		inside, cover := 0, shape.Cover()
		for i := range 200 {
			for j := range 200 {
				reach := max(shape.Radius, shape.Width, shape.Height) * shape.Unit / 60000 // degrees, with room
				wide := reach / math.Cos(shape.Middle.Lat*degree)
				p := At(float64(Point{shape.Middle.Lon + (float64(i)/100-1)*wide, shape.Middle.Lat + (float64(j)/100-1)*reach/2}.Score()))
				if _, ok := shape.Has(p); !ok {
					continue
				}
				inside++
				found := false
				for _, s := range cover {
					score := float64(p.Score())
					found = found || s.From <= score && score < s.To
				}
				if !found {
					t.Fatalf("%+v: %v is in the shape, and not in %v", shape, p, cover)
				}
			}
		}
		if inside < 20 {
			t.Errorf("%+v: only %d places were tried", shape, inside)
		}
	}
}
