package hll

import "math"

// histogram is how many registers have each value. Only damaged dense ones
// have more than 51.
type histogram [1 << valueBits]int

// estimate is Ertl's. Products of powers of two are exact, and the only other
// one is rounded before it is subtracted, so all nodes get the same.
func (h *histogram) estimate() uint64 {
	const (
		m     = float64(registers)
		ranks = 64 - registerBits
		alpha = 0.5 / math.Ln2
	)
	z := m * tau((m-float64(h[ranks+1]))/m)
	for value := ranks; value >= 1; value-- {
		z = (z + float64(h[value])) * 0.5
	}
	z += float64(m * sigma(float64(h[0])/m))
	n := math.Round(alpha * m * m / z)
	if !(n < 1<<63) { // nothing but values that no hash has
		return 1 << 63
	}
	return uint64(n)
}

// sigma is x + x^2 + 2x^4 + 4x^8 + ...
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x *= x
		before := z
		z += float64(x * y)
		y += y
		if z == before {
			return z
		}
	}
}

// tau is a third of 1 - x - (1-sqrt x)^2/2 - (1-sqrt sqrt x)^2/4 - ...
func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		before := z
		y *= 0.5
		z -= float64((1 - x) * (1 - x) * y)
		if z == before {
			return z / 3
		}
	}
}
