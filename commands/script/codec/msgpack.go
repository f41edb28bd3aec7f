package codec

import (
	"encoding/binary"
	"math"

	"coordd/commands/script/lua"
)

var cmsgpackLibrary = lua.Library(map[string]func(c *lua.Call){
	"pack": msgPack, "unpack": msgUnpackAll, "unpack_one": msgUnpackOne, "unpack_limit": msgUnpackLimit,
}, map[string]lua.Value{
	"_NAME": "cmsgpack", "_VERSION": "lua-cmsgpack 0.4.0",
	"_COPYRIGHT": "Copyright (C) 2012, Salvatore Sanfilippo", "_DESCRIPTION": "MessagePack C implementation for Lua",
})

// sizeValue is what a value takes where it lies in a list.
const sizeValue = 16

const (
	maxPacked   = 16   // levels; what is deeper is packed as nil
	maxUnpacked = 2000 // levels
	maxResults  = 7990 // of one call
)

// packer writes MessagePack.
type packer struct {
	c *lua.Call
	b []byte
}

func msgPack(c *lua.Call) {
	if len(c.Args) == 0 {
		c.ArgError(0, "MessagePack pack needs input.")
	}
	p := packer{c: c}
	for _, v := range c.Args {
		p.value(v, 0)
	}
	c.Return(string(p.b))
}

func (p *packer) value(v lua.Value, level int) {
	p.c.M.Alloc(9)
	switch v := v.(type) {
	case string:
		p.text(v)
	case bool:
		if v {
			p.b = append(p.b, 0xc3)
		} else {
			p.b = append(p.b, 0xc2)
		}
	case float64:
		p.number(v)
	case *lua.Table:
		if level == maxPacked {
			p.b = append(p.b, 0xc0)
		} else {
			p.table(v, level)
		}
	default:
		p.b = append(p.b, 0xc0)
	}
}

func (p *packer) text(s string) {
	p.c.M.Alloc(len(s))
	switch n := len(s); {
	case n < 32:
		p.b = append(p.b, 0xa0|byte(n))
	case n <= 0xff:
		p.b = append(p.b, 0xd9, byte(n))
	default:
		p.size(n, 0xda)
	}
	p.b = append(p.b, s...)
}

// size writes a size of 16 bits, or after the next code one of 32.
func (p *packer) size(n int, code byte) {
	if n <= 0xffff {
		p.b = binary.BigEndian.AppendUint16(append(p.b, code), uint16(n))
	} else {
		p.b = binary.BigEndian.AppendUint32(append(p.b, code+1), uint32(n))
	}
}

func (p *packer) number(f float64) {
	if f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
		p.integer(int64(f))
		return
	}
	if f == float64(float32(f)) {
		p.b = binary.BigEndian.AppendUint32(append(p.b, 0xca), math.Float32bits(float32(f)))
		return
	}
	p.b = binary.BigEndian.AppendUint64(append(p.b, 0xcb), doubleBits(f))
}

func (p *packer) integer(n int64) {
	switch {
	case n >= -32 && n <= 127:
		p.b = append(p.b, byte(n))
	case n >= 0 && n <= 0xff:
		p.b = append(p.b, 0xcc, byte(n))
	case n >= 0 && n <= 0xffff:
		p.b = binary.BigEndian.AppendUint16(append(p.b, 0xcd), uint16(n))
	case n >= 0 && n <= 0xffffffff:
		p.b = binary.BigEndian.AppendUint32(append(p.b, 0xce), uint32(n))
	case n >= 0:
		p.b = binary.BigEndian.AppendUint64(append(p.b, 0xcf), uint64(n))
	case n >= math.MinInt8:
		p.b = append(p.b, 0xd0, byte(n))
	case n >= math.MinInt16:
		p.b = binary.BigEndian.AppendUint16(append(p.b, 0xd1), uint16(n))
	case n >= math.MinInt32:
		p.b = binary.BigEndian.AppendUint32(append(p.b, 0xd2), uint32(n))
	default:
		p.b = binary.BigEndian.AppendUint64(append(p.b, 0xd3), uint64(n))
	}
}

// table writes an array if the keys are 1 to n, else a map.
func (p *packer) table(t *lua.Table, level int) {
	n, most := 0, 0.0
	array := true
	t.Each(func(k, _ lua.Value) bool {
		p.c.M.Step(1)
		n++
		f, ok := k.(float64)
		array = array && ok && f >= 1 && f == math.Trunc(f)
		most = max(most, f)
		return true
	})
	if array && most == float64(n) {
		if n <= 15 {
			p.b = append(p.b, 0x90|byte(n))
		} else {
			p.size(n, 0xdc)
		}
		for i := range n {
			p.value(t.GetInt(i+1), level+1)
		}
		return
	}
	if n <= 15 {
		p.b = append(p.b, 0x80|byte(n))
	} else {
		p.size(n, 0xde)
	}
	t.Each(func(k, v lua.Value) bool {
		p.value(k, level+1)
		p.value(v, level+1)
		return true
	})
}

func msgUnpackAll(c *lua.Call) {
	values, _ := unpack(c, maxResults, 0)
	c.Return(values...)
}

func msgUnpackOne(c *lua.Call) {
	values, next := unpack(c, 1, c.OptInt(2, 0))
	c.Return(append([]lua.Value{next}, values...)...)
}

func msgUnpackLimit(c *lua.Call) {
	values, next := unpack(c, c.Int(2), c.OptInt(3, 0))
	c.Return(append([]lua.Value{next}, values...)...)
}

// unpack reads so many values; next is where more of them are, or -1.
func unpack(c *lua.Call, limit, offset int) (values []lua.Value, next lua.Value) {
	s := c.Str(1)
	switch {
	case offset < 0 || limit < 0:
		c.Errorf("Invalid request to unpack with offset of %d and limit of %d.", offset, len(s))
	case offset > len(s):
		c.Errorf("Start offset %d greater than input length %d.", offset, len(s))
	}
	u := unpacker{c: c, s: s[offset:]}
	for len(u.s) > 0 && len(values) < limit {
		if len(values) == maxResults {
			c.Errorf("too many return values at once; use unpack_one or unpack_limit instead.")
		}
		values = append(values, u.value(0))
	}
	if len(u.s) == 0 {
		return values, -1.0
	}
	return values, float64(len(s) - len(u.s))
}

// unpacker reads MessagePack.
type unpacker struct {
	c *lua.Call
	s string // what is left
}

// take cuts bytes off.
func (u *unpacker) take(n uint64) string {
	if n > uint64(len(u.s)) {
		u.c.Errorf("Missing bytes in input.")
	}
	s := u.s[:n]
	u.s = u.s[n:]
	return s
}

// unsigned reads a number of so many bytes.
func (u *unpacker) unsigned(size int) (n uint64) {
	for _, b := range []byte(u.take(uint64(size))) {
		n = n<<8 | uint64(b)
	}
	return n
}

func (u *unpacker) value(level int) lua.Value {
	if level > maxUnpacked {
		u.c.Errorf("stack overflow (in function mp_decode_to_lua_type)")
	}
	u.c.M.Alloc(sizeValue)
	switch code := byte(u.unsigned(1)); {
	case code <= 0x7f:
		return float64(code)
	case code >= 0xe0:
		return float64(int8(code))
	case code <= 0x8f:
		return u.table(uint64(code&15), true, level)
	case code <= 0x9f:
		return u.table(uint64(code&15), false, level)
	case code <= 0xbf:
		return u.text(uint64(code & 31))
	default:
		return u.coded(code, level)
	}
}

// coded reads what its first byte names but does not hold.
func (u *unpacker) coded(code byte, level int) lua.Value {
	switch code {
	case 0xc0:
		return nil
	case 0xc2, 0xc3:
		return code == 0xc3
	case 0xca:
		return float64(math.Float32frombits(uint32(u.unsigned(4))))
	case 0xcb:
		return math.Float64frombits(u.unsigned(8))
	case 0xcc, 0xcd, 0xce:
		return float64(u.unsigned(1 << (code - 0xcc)))
	case 0xd0:
		return float64(int8(u.unsigned(1)))
	case 0xd1:
		return float64(int16(u.unsigned(2)))
	case 0xd2:
		return float64(int32(u.unsigned(4)))
	case 0xcf, 0xd3: // Lua's integers have a sign
		return float64(int64(u.unsigned(8)))
	case 0xd9, 0xda, 0xdb:
		return u.text(u.unsigned(1 << (code - 0xd9)))
	case 0xdc, 0xdd:
		return u.table(u.unsigned(2<<(code-0xdc)), false, level)
	case 0xde, 0xdf:
		return u.table(u.unsigned(2<<(code-0xde)), true, level)
	}
	u.c.Errorf("Bad data format in input.")
	return nil
}

func (u *unpacker) text(n uint64) lua.Value {
	s := u.take(n)
	u.c.M.Alloc(len(s))
	return s
}

func (u *unpacker) table(n uint64, pairs bool, level int) lua.Value {
	m := u.c.M
	t := m.NewTable(0)
	for i := uint64(1); i <= n; i++ {
		var key lua.Value = float64(i)
		if pairs {
			key = u.value(level + 1)
		}
		m.SetRaw(t, key, u.value(level+1))
	}
	return t
}
