package codec

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"coordd/commands/script/lua"
)

var structLibrary = lua.Library(map[string]func(c *lua.Call){
	"pack": structPack, "unpack": structUnpack, "size": structSize,
}, nil)

const (
	maxIntegral = 32 // bytes
	maxAlign    = 8
)

// layout reads a format of struct, option by option.
type layout struct {
	c     *lua.Call
	rest  string
	big   bool
	align int
}

func newLayout(c *lua.Call) *layout { return &layout{c: c, rest: c.Str(1), align: 1} }

// next is the next option and its size.
func (l *layout) next() (option byte, size int) {
	option, l.rest = l.rest[0], l.rest[1:]
	l.c.M.Step(1)
	switch option {
	case 'b', 'B', 'x':
		size = 1
	case 'h', 'H':
		size = 2
	case 'f':
		size = 4
	case 'l', 'L', 'T', 'd':
		size = 8
	case 'c':
		size = l.number(1)
	case 'i', 'I':
		if size = l.number(4); size > maxIntegral {
			l.c.Errorf("integral size %d is larger than limit of %d", size, maxIntegral)
		}
	}
	return option, size
}

// number reads digits, if there are any.
func (l *layout) number(missing int) int {
	if l.rest == "" || l.rest[0] < '0' || l.rest[0] > '9' {
		return missing
	}
	n := 0
	for l.rest != "" && '0' <= l.rest[0] && l.rest[0] <= '9' {
		if n = n*10 + int(l.rest[0]-'0'); n > math.MaxInt32 {
			l.c.Errorf("integral size overflow")
		}
		l.rest = l.rest[1:]
	}
	return n
}

// padding is what an option at a position needs before it.
func (l *layout) padding(at int, option byte, size int) int {
	if size == 0 || option == 'c' {
		return 0
	}
	size = min(size, l.align)
	return (size - at&(size-1)) & (size - 1)
}

// control carries out an option that is no data.
func (l *layout) control(option byte) {
	switch option {
	case ' ':
	case '>':
		l.big = true
	case '<':
		l.big = false
	case '!':
		l.align = l.number(maxAlign)
		if l.align <= 0 || l.align&(l.align-1) != 0 {
			l.c.Errorf("alignment %d is not a power of 2", l.align)
		}
	default:
		l.c.ArgError(1, fmt.Sprintf("invalid format option '%c'", option))
	}
}

// put appends the lowest bytes of an integer.
func (l *layout) put(b []byte, v uint64, size int) []byte {
	at := len(b)
	b = append(b, make([]byte, size)...)
	for i := range min(size, 8) {
		if l.big {
			b[at+size-1-i] = byte(v)
		} else {
			b[at+i] = byte(v)
		}
		v >>= 8
	}
	return b
}

// take reads an integer.
func (l *layout) take(b string, signed bool) float64 {
	var v uint64
	for i := range len(b) {
		if l.big {
			v = v<<8 | uint64(b[i])
		} else {
			v = v<<8 | uint64(b[len(b)-1-i])
		}
	}
	if !signed {
		return float64(v)
	}
	if unused := 64 - 8*len(b); unused > 0 {
		return float64(int64(v<<unused) >> unused)
	}
	return float64(int64(v))
}

func structPack(c *lua.Call) {
	l := newLayout(c)
	c.Args = append(slices.Clip(c.Args), nil) // in Redis this nil stands before what is packed, and is the first that lacks
	var b []byte
	arg := 1
	for l.rest != "" {
		option, size := l.next()
		b = append(b, make([]byte, l.padding(len(b), option, size))...)
		switch option {
		case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I':
			arg++
			b = l.put(b, toBits(c.Num(arg)), size)
		case 'x':
			b = append(b, 0)
		case 'f':
			arg++
			b = l.put(b, uint64(math.Float32bits(float32(c.Num(arg)))), size)
		case 'd':
			arg++
			b = l.put(b, doubleBits(c.Num(arg)), size)
		case 'c', 's':
			arg++
			s := c.Str(arg)
			if size == 0 {
				size = len(s)
			}
			if len(s) < size {
				c.ArgError(arg+1, "string too short")
			}
			c.M.Alloc(size)
			if b = append(b, s[:size]...); option == 's' {
				b = append(b, 0)
			}
		default:
			l.control(option)
		}
		c.M.Alloc(size)
	}
	c.Return(string(b))
}

// toBits converts as C does on amd64: towards zero, large ones without a sign.
func toBits(f float64) uint64 {
	if f >= 1<<63 && f < 1<<64 {
		return uint64(f-1<<63) + 1<<63
	}
	return uint64(lua.ToInt64(f))
}

// doubleBits is a double's form in memory. Every NaN has the same.
func doubleBits(f float64) uint64 {
	if math.IsNaN(f) {
		return 0xfff8 << 48
	}
	return math.Float64bits(f)
}

func structUnpack(c *lua.Call) {
	l := newLayout(c)
	data := c.Str(2)
	at := c.OptInt(3, 1)
	if at <= 0 {
		c.ArgError(3, "offset must be 1 or greater")
	}
	at--
	var values []lua.Value
	demand := func(size int) {
		if size < 0 || size > len(data) || at > len(data)-size {
			c.ArgError(2, "data string too short")
		}
	}
	for l.rest != "" {
		option, size := l.next()
		at += l.padding(at, option, size)
		demand(size)
		c.M.Alloc(sizeValue + size)
		switch option {
		case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I':
			values = append(values, l.take(data[at:at+size], option >= 'a'))
		case 'x':
		case 'f':
			v := l.take(data[at:at+size], false)
			values = append(values, float64(math.Float32frombits(uint32(v))))
		case 'd':
			values = append(values, l.double(data[at:at+size]))
		case 'c':
			if size == 0 {
				size = l.previous(&values)
				demand(size)
			}
			values = append(values, data[at:at+size])
		case 's':
			end := strings.IndexByte(data[at:], 0)
			if end < 0 {
				c.Errorf("unfinished string in data")
			}
			size = end + 1
			c.M.Step(size / 16)
			values = append(values, data[at:at+end])
		default:
			l.control(option)
		}
		at += size
	}
	c.Return(append(values, float64(at+1))...)
}

func (l *layout) double(b string) float64 {
	if l.big {
		return math.Float64frombits(binary.BigEndian.Uint64([]byte(b)))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64([]byte(b)))
}

// previous takes the last value back: it is the size of a string.
func (l *layout) previous(values *[]lua.Value) int {
	if n := len(*values); n > 0 {
		if size, ok := lua.ToNumber((*values)[n-1]); ok {
			*values = (*values)[:n-1]
			return int(max(min(lua.ToInt64(size), math.MaxInt32), -1))
		}
	}
	l.c.Errorf("format 'c0' needs a previous size")
	return 0
}

func structSize(c *lua.Call) {
	l := newLayout(c)
	at := 0
	for l.rest != "" {
		option, size := l.next()
		at += l.padding(at, option, size)
		switch {
		case option == 's':
			c.ArgError(1, "option 's' has no fixed size")
		case option == 'c' && size == 0:
			c.ArgError(1, "option 'c0' has no fixed size")
		case !isAlphanumeric(option):
			l.control(option)
		}
		at += size
	}
	c.Return(float64(at))
}

func isAlphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z'
}
