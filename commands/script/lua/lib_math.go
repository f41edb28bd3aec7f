package lua

import "math"

// mathLibrary is C's, and random numbers from the host.
var mathLibrary = Library(map[string]func(c *Call){
	"abs": unaryMath(math.Abs), "acos": unaryMath(math.Acos), "asin": unaryMath(math.Asin), "atan": unaryMath(math.Atan),
	"ceil": unaryMath(math.Ceil), "cos": unaryMath(math.Cos), "cosh": unaryMath(math.Cosh), "exp": unaryMath(math.Exp),
	"floor": unaryMath(math.Floor), "log": unaryMath(math.Log), "log10": unaryMath(math.Log10), "sin": unaryMath(math.Sin),
	"sinh": unaryMath(math.Sinh), "sqrt": unaryMath(math.Sqrt), "tan": unaryMath(math.Tan), "tanh": unaryMath(math.Tanh),
	"deg":   unaryMath(func(x float64) float64 { return x / (math.Pi / 180) }),
	"rad":   unaryMath(func(x float64) float64 { return x * (math.Pi / 180) }),
	"atan2": binaryMath(math.Atan2), "fmod": binaryMath(math.Mod), "mod": binaryMath(math.Mod), "pow": binaryMath(math.Pow),
	"frexp": mathFrexp, "ldexp": mathLdexp, "modf": mathModf, "max": mathMax, "min": mathMin,
	"random": mathRandom, "randomseed": mathRandomSeed,
}, map[string]Value{"pi": math.Pi, "huge": math.Inf(1)})

func unaryMath(f func(float64) float64) func(c *Call) {
	return func(c *Call) { c.Return(number(f(c.Num(1)))) }
}

func binaryMath(f func(a, b float64) float64) func(c *Call) {
	return func(c *Call) {
		a := c.Num(1)
		c.Return(number(f(a, c.Num(2))))
	}
}

func mathFrexp(c *Call) {
	frac, exp := math.Frexp(c.Num(1))
	c.Return(frac, number(float64(exp)))
}

func mathLdexp(c *Call) {
	x := c.Num(1)
	c.Return(number(math.Ldexp(x, c.Int(2))))
}

func mathModf(c *Call) {
	x := c.Num(1)
	if math.IsInf(x, 0) {
		c.Return(x, 0.0)
		return
	}
	whole, frac := math.Modf(x)
	c.Return(number(whole), number(frac))
}

func mathMax(c *Call) {
	most := c.Num(1)
	for i := 2; i <= len(c.Args); i++ {
		if n := c.Num(i); n > most {
			most = n
		}
	}
	c.Return(number(most))
}

func mathMin(c *Call) {
	least := c.Num(1)
	for i := 2; i <= len(c.Args); i++ {
		if n := c.Num(i); n < least {
			least = n
		}
	}
	c.Return(number(least))
}

// randoms is how many different numbers math.random starts from.
const randoms = 1 << 31

func mathRandom(c *Call) {
	r := float64(c.M.random()) / randoms
	switch len(c.Args) {
	case 0:
		c.Return(r)
	case 1:
		u := c.Int(1)
		if u < 1 {
			c.ArgError(1, "interval is empty")
		}
		c.Return(number(math.Floor(r*float64(u)) + 1))
	case 2:
		l, u := c.Int(1), c.Int(2)
		if l > u {
			c.ArgError(2, "interval is empty")
		}
		c.Return(number(math.Floor(r*float64(u-l+1)) + float64(l)))
	default:
		c.Errorf("wrong number of arguments")
	}
}

// random draws from the program's own sequence once it has asked for one, else
// from the host's.
func (m *Machine) random() int {
	if m.seed == nil {
		return m.Rand()
	}
	*m.seed += 0x9e3779b97f4a7c15 // splitmix64 (Steele, Lea, Flood 2014)
	z := *m.seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) >> 33)
}

func mathRandomSeed(c *Call) {
	seed := uint64(c.Int(1))
	c.M.seed = &seed
	c.Return()
}

// osLibrary has the one harmless function. Time passes with steps, since a
// clock would be another one on every node.
var osLibrary = Library(map[string]func(c *Call){
	"clock": func(c *Call) { c.Return(float64(c.M.Used().Steps) / stepsPerSecond) },
}, nil)

const stepsPerSecond = 1e8
