package lua

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// bitLibrary is LuaJIT's bit: numbers of 32 bits, with a sign.
var bitLibrary = Library(map[string]func(c *Call){
	"tobit":   func(c *Call) { c.bits(c.bitArg(1)) },
	"bnot":    func(c *Call) { c.bits(^c.bitArg(1)) },
	"bswap":   func(c *Call) { c.bits(bits.ReverseBytes32(c.bitArg(1))) },
	"band":    fold(func(a, b uint32) uint32 { return a & b }),
	"bor":     fold(func(a, b uint32) uint32 { return a | b }),
	"bxor":    fold(func(a, b uint32) uint32 { return a ^ b }),
	"lshift":  shift(func(a uint32, n uint) uint32 { return a << n }),
	"rshift":  shift(func(a uint32, n uint) uint32 { return a >> n }),
	"arshift": shift(func(a uint32, n uint) uint32 { return uint32(int32(a) >> n) }),
	"rol":     shift(func(a uint32, n uint) uint32 { return bits.RotateLeft32(a, int(n)) }),
	"ror":     shift(func(a uint32, n uint) uint32 { return bits.RotateLeft32(a, -int(n)) }),
	"tohex":   bitToHex,
}, nil)

// bitArg rounds a number to its nearest whole one and keeps 32 bits of it. The
// magic number pushes them into the lowest bits of a double, as LuaJIT has it,
// and so it also is for numbers that are out of range.
func (c *Call) bitArg(i int) uint32 {
	const magic = 1<<52 + 1<<51
	return uint32(math.Float64bits(c.Num(i) + magic))
}

func (c *Call) bits(v uint32) { c.Return(number(float64(int32(v)))) }

func fold(f func(a, b uint32) uint32) func(c *Call) {
	return func(c *Call) {
		v := c.bitArg(1)
		for i := 2; i <= len(c.Args); i++ {
			v = f(v, c.bitArg(i))
		}
		c.bits(v)
	}
}

func shift(f func(a uint32, n uint) uint32) func(c *Call) {
	return func(c *Call) {
		v := c.bitArg(1)
		c.bits(f(v, uint(c.bitArg(2)&31)))
	}
}

func bitToHex(c *Call) {
	v := c.bitArg(1)
	const most = 8
	n := most
	if c.Arg(2) != nil {
		n = int(int32(c.bitArg(2)))
	}
	upper := n < 0
	if upper {
		n = -n
	}
	n = min(max(n, 0), most)
	s := strconv.FormatUint(uint64(v), 16)
	s = strings.Repeat("0", most-len(s)) + s
	s = s[most-n:]
	if upper {
		s = strings.ToUpper(s)
	}
	c.Return(s)
}
