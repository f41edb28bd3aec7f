package codec

import (
	"math"
	"strconv"

	"coordd/commands/script/lua"
)

// jsonEncoder writes one value.
type jsonEncoder struct {
	*jsonSettings
	c *lua.Call
	b []byte
}

func jsonEncode(c *lua.Call, s *jsonSettings) {
	if len(c.Args) != 1 {
		c.ArgError(1, "expected 1 argument")
	}
	e := jsonEncoder{jsonSettings: s, c: c}
	e.value(c.Args[0], 0)
	c.Return(string(e.b))
}

func (e *jsonEncoder) fail(v lua.Value, why string) {
	e.c.Errorf("Cannot serialise %s: %s", lua.TypeName(v), why)
}

func (e *jsonEncoder) value(v lua.Value, level int) {
	e.c.M.Alloc(8)
	switch v := v.(type) {
	case nil:
		e.b = append(e.b, "null"...)
	case bool:
		e.b = strconv.AppendBool(e.b, v)
	case float64:
		e.number(v)
	case string:
		e.text(v)
	case *lua.Table:
		e.table(v, level+1)
	default:
		if v != lua.Value(jsonNull) {
			e.fail(v, "type not supported")
		}
		e.b = append(e.b, "null"...)
	}
}

func (e *jsonEncoder) number(f float64) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		switch e.encodeInvalid {
		case false:
			e.fail(f, "must not be NaN or Inf")
		case "null":
			e.b = append(e.b, "null"...)
			return
		}
		if math.IsNaN(f) {
			e.b = append(e.b, "nan"...)
			return
		}
	}
	if e.precision == 14 {
		e.b = append(e.b, lua.FormatNumber(f)...)
		return
	}
	e.b = strconv.AppendFloat(e.b, f, 'g', e.precision, 64)
}

// escapes are the short forms of control characters, and of others.
var escapes = map[byte]string{
	'"': `\"`, '\\': `\\`, '/': `\/`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`,
}

func (e *jsonEncoder) text(s string) {
	const worst = 6 // "\u0000"
	e.c.M.Alloc(len(s))
	e.b = append(e.b, '"')
	for i := range len(s) {
		c := s[i]
		short, ok := "", false
		if c < '0' || c == '\\' {
			short, ok = escapes[c]
		}
		switch {
		case ok:
			e.b = append(e.b, short...)
		case c < ' ' || c == 127:
			e.c.M.Alloc(worst)
			e.b = append(e.b, `\u00`...)
			e.b = append(e.b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			e.b = append(e.b, c)
		}
	}
	e.b = append(e.b, '"')
}

func (e *jsonEncoder) table(t *lua.Table, level int) {
	if level > min(e.encodeDepth, mostDepth) {
		e.c.Errorf("Cannot serialise, excessive nesting (%d)", level)
	}
	if n := e.arrayLength(t); n > 0 {
		e.b = append(e.b, '[')
		for i := 1; i <= n; i++ {
			if i > 1 {
				e.b = append(e.b, ',')
			}
			e.value(t.GetInt(i), level)
		}
		e.b = append(e.b, ']')
		return
	}
	e.b = append(e.b, '{')
	first := true
	t.Each(func(k, v lua.Value) bool {
		if !first {
			e.b = append(e.b, ',')
		}
		first = false
		switch k := k.(type) {
		case string:
			e.text(k)
		case float64:
			e.b = append(e.b, '"')
			e.number(k)
			e.b = append(e.b, '"')
		default:
			e.fail(k, "table key must be a number or string")
		}
		e.b = append(e.b, ':')
		e.value(v, level)
		return true
	})
	e.b = append(e.b, '}')
}

// arrayLength is how long the array is that a table stands for; -1: it is an
// object.
func (e *jsonEncoder) arrayLength(t *lua.Table) int {
	n, most := 0, 0.0
	array := true
	t.Each(func(k, _ lua.Value) bool {
		e.c.M.Step(1)
		f, ok := k.(float64)
		if array = ok && f > 0 && f == math.Trunc(f); !array {
			return false
		}
		n++
		most = max(most, f)
		return true
	})
	if !array {
		return -1
	}
	if e.sparseRatio > 0 && most > float64(n)*float64(e.sparseRatio) && most > float64(e.sparseSafe) {
		if !e.sparseConvert {
			e.fail(t, "excessively sparse array")
		}
		return -1
	}
	return int(min(most, math.MaxInt32))
}
