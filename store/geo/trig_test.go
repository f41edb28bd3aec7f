package geo

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactly is far more than two doubles hold.
const exactly = 300

// bigSinCos sums the series of sine and cosine, which needs nothing else.
func bigSinCos(x *big.Float) (sine, cosine *big.Float) {
	number := func(f float64) *big.Float { return new(big.Float).SetPrec(exactly).SetFloat64(f) }
	sine, cosine = number(0), number(0)
	term := number(1)
	for n := range 120 {
		part := [...]*big.Float{cosine, sine, cosine, sine}[n%4]
		if n%4 < 2 {
			part.Add(part, term)
		} else {
			part.Sub(part, term)
		}
		term = new(big.Float).Quo(new(big.Float).Mul(term, x), number(float64(n+1)))
	}
	return sine, cosine
}

func TestSinAndCosAreTheNearestDoubles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		x := (r.Float64()*2 - 1) * math.Pi * math.Pow(2, -float64(r.IntN(20)))
		s, c := bigSinCos(new(big.Float).SetPrec(exactly).SetFloat64(x))
		if want, _ := s.Float64(); sin(x) != want {
			t.Errorf("sin(%v) is %v, want %v", x, sin(x), want)
		}
		if want, _ := c.Float64(); cos(x) != want {
			t.Errorf("cos(%v) is %v, want %v", x, cos(x), want)
		}
	}
}

// The arc sine is the nearest double if the sines of those half way to its
// neighbours lie on either side.
func TestAsinIsTheNearestDouble(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	sineBetween := func(a, b float64) *big.Float {
		x := new(big.Float).SetPrec(exactly).SetFloat64(a)
		x.Add(x, new(big.Float).SetFloat64(b))
		s, _ := bigSinCos(x.Quo(x, new(big.Float).SetFloat64(2)))
		return s
	}
	for i := range 5000 {
		x := r.Float64() * math.Pow(2, -float64(r.IntN(20)))
		if i%5 == 0 {
			x = 1 - x*0.001
		}
		a, exact := asin(x), new(big.Float).SetFloat64(x)
		below, above := math.Nextafter(a, 0), math.Nextafter(a, 2)
		if a > 1.5707963 { // the sine hardly grows there
			continue
		}
		if sineBetween(below, a).Cmp(exact) > 0 || sineBetween(a, above).Cmp(exact) < 0 {
			t.Errorf("asin(%v) is %v, which is not the nearest", x, a)
		}
	}
	if asin(1) != math.Pi/2 || asin(math.Nextafter(1, 2)) != math.Pi/2 || asin(0) != 0 {
		t.Error("the ends of asin are wrong")
	}
}
