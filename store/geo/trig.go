package geo

import "math"

// Sine, cosine and arc sine to the nearest double, but for one case in some
// hundred thousand: they are computed with twice the digits of a double where
// that matters. Arguments of sin and cos are at most 4 in size.

// long is the sum of two doubles, the second less than half a last digit of
// the first.
type long struct{ hi, lo float64 }

// halfPi is pi/2.
var halfPi = long{1.5707963267948966, 6.123233995736766e-17}

// sum adds two doubles without loss.
func sum(a, b float64) long {
	s := a + b
	part := s - a
	return long{s, (a - (s - part)) + (b - part)}
}

// product multiplies two doubles without loss.
func product(a, b float64) long {
	p := float64(a * b)
	return long{p, math.FMA(a, b, -p)}
}

func (a long) plus(b long) long {
	s := sum(a.hi, b.hi)
	return sum(s.hi, s.lo+(a.lo+b.lo))
}

func (a long) minus(b long) long { return a.plus(long{-b.hi, -b.lo}) }

func (a long) times(b long) long {
	p := product(a.hi, b.hi)
	return sum(p.hi, p.lo+(float64(a.hi*b.lo)+float64(a.lo*b.hi)))
}

// over divides by a double.
func (a long) over(d float64) long {
	q := a.hi / d
	p := product(q, d)
	return sum(q, ((a.hi-p.hi)-p.lo+a.lo)/d)
}

// series is a sum of powers of x/(n(n+1)): 1 - x/(n(n+1))(1 - x/((n+2)(n+3))(...)),
// where n grows by two. From the fifth factor on a double is exact enough.
func series(x long, n float64) long {
	const exact, all = 4, 12
	tail := 1.0
	for k := all; k >= exact; k-- {
		at := n + 2*float64(k)
		tail = 1 - float64(x.hi/(at*(at+1))*tail)
	}
	r := long{tail, 0}
	for k := exact - 1; k >= 0; k-- {
		at := n + 2*float64(k)
		r = long{1, 0}.minus(x.times(r).over(at * (at + 1)))
	}
	return r
}

// sinCos is the sine and the cosine.
func sinCos(x long) (sine, cosine long) {
	turns := math.RoundToEven(x.hi / halfPi.hi) // quarters
	x = x.minus(halfPi.times(long{turns, 0}))
	square := x.times(x)
	sine, cosine = x.times(series(square, 2)), series(square, 1)
	negative := func(a long) long { return long{-a.hi, -a.lo} }
	switch int(turns) & 3 {
	case 1:
		return cosine, negative(sine)
	case 2:
		return negative(sine), negative(cosine)
	case 3:
		return negative(cosine), sine
	}
	return sine, cosine
}

func sin(x float64) float64 {
	if math.Abs(x) < 1e-8 { // x less x^3/6 is x
		return x
	}
	s, _ := sinCos(long{x, 0})
	return s.hi
}

func cos(x float64) float64 {
	_, c := sinCos(long{x, 0})
	return c.hi
}

// asin is the arc sine of 0 <= x; what is above 1, by rounding, counts as 1.
func asin(x float64) float64 {
	if x < 1e-8 {
		return x
	}
	if x <= 0.5 {
		return asinLong(long{x, 0}).hi
	}
	// asin x = pi/2 - 2 asin sqrt((1-x)/2)
	rest := max(1-x, 0) / 2
	if rest == 0 {
		return halfPi.hi
	}
	root := math.Sqrt(rest)
	a := asinLong(sum(root, math.FMA(-root, root, rest)/(2*root)))
	return halfPi.minus(long{2 * a.hi, 2 * a.lo}).hi
}

// asinLong is the arc sine of 0 < x <= 1/2: a first guess by its series, one
// step of Newton's with a double, and one of the next order to the end.
func asinLong(x long) long {
	square := float64(x.hi * x.hi)
	guess := x.hi * (1 + float64(square*(1.0/6+float64(square*(3.0/40+float64(square*(15.0/336+float64(square*(105.0/3456)))))))))
	s, c := sinCos(long{guess, 0})
	guess += (x.hi - s.hi) / c.hi
	s, c = sinCos(long{guess, 0})
	d := x.minus(s).over(c.hi)
	d.lo += float64(d.hi*d.hi) * (s.hi / c.hi) / 2
	d.lo -= float64(d.hi * (c.lo / c.hi))
	return long{guess, 0}.plus(d)
}
