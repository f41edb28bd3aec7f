package codec

import (
	"math"
	"strconv"

	"coordd/commands/script/lua"
)

// cjsonLibrary works with the settings of the run at hand: what a script
// changes is forgotten after it.
var cjsonLibrary = lua.Library(jsonFunctions(nil), jsonValues)

var jsonValues = map[string]lua.Value{"null": jsonNull, "_NAME": "cjson", "_VERSION": "2.1.0"}

// jsonNull stands for null in tables, where nil cannot.
var jsonNull = &lua.Light{Name: "(nil)"}

// jsonSettings are what cjson's functions of those names change.
type jsonSettings struct {
	sparseConvert bool
	sparseRatio   int
	sparseSafe    int
	encodeDepth   int
	decodeDepth   int
	precision     int
	keepBuffer    bool
	encodeInvalid lua.Value // false: an error, true, or "null"
	decodeInvalid bool
}

// most is how deep nesting may be set to: C's stack could bear more than ours
// is asked to.
const mostDepth = 10000

func newJSONSettings() *jsonSettings {
	return &jsonSettings{
		sparseRatio: 2, sparseSafe: 10, encodeDepth: 1000, decodeDepth: 1000, precision: 14,
		keepBuffer: true, encodeInvalid: false, decodeInvalid: true,
	}
}

// jsonSettingsOf are the run's own, where a function has none of cjson.new().
func jsonSettingsOf(c *lua.Call, own *jsonSettings) *jsonSettings {
	if own != nil {
		return own
	}
	const key = "cjson"
	if s, ok := c.M.Kept[key].(*jsonSettings); ok {
		return s
	}
	s := newJSONSettings()
	if c.M.Kept == nil {
		c.M.Kept = map[string]any{}
	}
	c.M.Kept[key] = s
	return s
}

// jsonFunctions makes the library's functions; own are the settings of one
// that cjson.new() has made.
func jsonFunctions(own *jsonSettings) map[string]func(c *lua.Call) {
	with := func(f func(c *lua.Call, s *jsonSettings)) func(c *lua.Call) {
		return func(c *lua.Call) { f(c, jsonSettingsOf(c, own)) }
	}
	return map[string]func(c *lua.Call){
		"encode": with(jsonEncode),
		"decode": with(jsonDecode),
		"new":    jsonNew,
		"encode_sparse_array": with(func(c *lua.Call, s *jsonSettings) {
			setFlag(c, 1, &s.sparseConvert)
			setNumber(c, 2, &s.sparseRatio, 0, math.MaxInt32)
			setNumber(c, 3, &s.sparseSafe, 0, math.MaxInt32)
			c.Return(s.sparseConvert, float64(s.sparseRatio), float64(s.sparseSafe))
		}),
		"encode_max_depth": with(func(c *lua.Call, s *jsonSettings) {
			setNumber(c, 1, &s.encodeDepth, 1, math.MaxInt32)
			c.Return(float64(s.encodeDepth))
		}),
		"decode_max_depth": with(func(c *lua.Call, s *jsonSettings) {
			setNumber(c, 1, &s.decodeDepth, 1, math.MaxInt32)
			c.Return(float64(s.decodeDepth))
		}),
		"encode_number_precision": with(func(c *lua.Call, s *jsonSettings) {
			setNumber(c, 1, &s.precision, 1, 14)
			c.Return(float64(s.precision))
		}),
		"encode_keep_buffer": with(func(c *lua.Call, s *jsonSettings) {
			setFlag(c, 1, &s.keepBuffer)
			c.Return(s.keepBuffer)
		}),
		"encode_invalid_numbers": with(func(c *lua.Call, s *jsonSettings) {
			if c.Arg(1) == "null" {
				s.encodeInvalid = "null"
			} else if c.Arg(1) != nil {
				on := false
				setFlag(c, 1, &on)
				s.encodeInvalid = on
			}
			c.Return(s.encodeInvalid)
		}),
		"decode_invalid_numbers": with(func(c *lua.Call, s *jsonSettings) {
			setFlag(c, 1, &s.decodeInvalid)
			c.Return(s.decodeInvalid)
		}),
	}
}

// jsonNew makes a library with settings of its own.
func jsonNew(c *lua.Call) {
	const size = 4 << 10
	c.M.Alloc(size)
	c.Return(lua.Library(jsonFunctions(newJSONSettings()), jsonValues))
}

// setFlag reads an on or off, where one is given.
func setFlag(c *lua.Call, i int, flag *bool) {
	switch v := c.Arg(i).(type) {
	case nil:
	case bool:
		*flag = v
	default:
		switch s := c.Str(i); s {
		case "off":
			*flag = false
		case "on":
			*flag = true
		default:
			c.ArgError(i, "invalid option '"+s+"'")
		}
	}
}

// setNumber reads a number within bounds, where one is given.
func setNumber(c *lua.Call, i int, n *int, least, most int) {
	if c.Arg(i) == nil {
		return
	}
	v := c.Int(i)
	if v < least || v > most {
		c.ArgError(i, "expected integer between "+strconv.Itoa(least)+" and "+strconv.Itoa(most))
	}
	*n = v
}
