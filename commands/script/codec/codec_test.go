package codec

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"coordd/commands/script/lua"
)

// call calls a library's function and returns its results or its error.
func call(m *lua.Machine, library, name string, args ...lua.Value) (results []lua.Value, failed *lua.Error) {
	failed = m.Protect(func() {
		f := m.Globals.Get(library).(*lua.Table).Get(name)
		results = append(results, m.Call(f, args...)...)
	})
	return results, failed
}

func newMachine() *lua.Machine {
	m := lua.NewMachine()
	Open(m)
	m.Reset(lua.Limits{Steps: 10_000_000, Bytes: 64 << 20})
	return m
}

// value draws what both codecs can write and read back: no holes in lists, and
// names as keys of maps.
func value(rt *rapid.T, m *lua.Machine, depth int) lua.Value {
	kind := rapid.IntRange(0, 5).Draw(rt, "kind")
	if depth == 0 {
		kind %= 4
	}
	switch kind {
	case 0:
		return float64(rapid.Int64Range(-1<<46, 1<<46).Draw(rt, "int"))
	case 1:
		return float64(rapid.Int32().Draw(rt, "half")) / 2
	case 2:
		return string(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(rt, "bytes"))
	case 3:
		return rapid.Bool().Draw(rt, "bool")
	}
	t := m.NewTable(0)
	for i := range rapid.IntRange(1, 20).Draw(rt, "size") {
		v := value(rt, m, depth-1)
		if kind == 4 {
			m.SetInt(t, i+1, v)
		} else {
			m.Set(t, "k"+strconv.Itoa(i), v)
		}
	}
	return t
}

func same(a, b lua.Value) bool {
	x, ok := a.(*lua.Table)
	y, ok2 := b.(*lua.Table)
	if !ok || !ok2 {
		return a == b
	}
	equal := true
	count := 0
	x.Each(func(k, v lua.Value) bool {
		count++
		equal = equal && same(v, y.Get(k))
		return true
	})
	y.Each(func(_, _ lua.Value) bool {
		count--
		return true
	})
	return equal && count == 0
}

func TestMessagesComeBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newMachine()
		v := value(rt, m, 3)
		packed, failed := call(m, "cmsgpack", "pack", v)
		if failed != nil {
			rt.Fatal(failed)
		}
		got, failed := call(m, "cmsgpack", "unpack", packed[0])
		if failed != nil || len(got) != 1 || !same(v, got[0]) {
			rt.Fatalf("%q comes back as %v, %v", packed[0], got, failed)
		}
	})
}

func TestJSONComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newMachine()
		v := value(rt, m, 3)
		text, failed := call(m, "cjson", "encode", v)
		if failed != nil {
			rt.Fatal(failed)
		}
		got, failed := call(m, "cjson", "decode", text[0])
		if failed != nil || len(got) != 1 || !same(v, got[0]) {
			rt.Fatalf("%q comes back as %v, %v", text[0], got, failed)
		}
	})
}

// Settings are of one run, and those of cjson.new() of one library.
func TestJSONSettings(t *testing.T) {
	m := newMachine()
	sparse := m.NewTable(0)
	m.Set(sparse, 1000.0, "x")
	if _, failed := call(m, "cjson", "encode", sparse); failed == nil {
		t.Fatal("a sparse array was taken")
	}
	if _, failed := call(m, "cjson", "encode_sparse_array", true); failed != nil {
		t.Fatal(failed)
	}
	if got, failed := call(m, "cjson", "encode", sparse); failed != nil || got[0] != `{"1000":"x"}` {
		t.Errorf("%v, %v", got, failed)
	}
	own, failed := call(m, "cjson", "new")
	if failed != nil {
		t.Fatal(failed)
	}
	failed = m.Protect(func() { m.Call(own[0].(*lua.Table).Get("encode"), sparse) })
	if failed == nil || !strings.Contains(failed.Error(), "excessively sparse") {
		t.Errorf("the settings have leaked: %v", failed)
	}
	m.Reset(lua.Limits{Steps: 1000, Bytes: 10000})
	if _, failed := call(m, "cjson", "encode", sparse); failed == nil {
		t.Error("a setting has outlived its run")
	}
}

func TestInvalidNumbers(t *testing.T) {
	m := newMachine()
	for _, c := range []struct {
		setting lua.Value
		number  float64
		want    string
	}{
		{"null", math.NaN(), "null"}, {"null", math.Inf(1), "null"},
		{true, math.NaN(), "nan"}, {"on", math.Inf(-1), "-inf"},
	} {
		if _, failed := call(m, "cjson", "encode_invalid_numbers", c.setting); failed != nil {
			t.Fatal(failed)
		}
		if got, failed := call(m, "cjson", "encode", c.number); failed != nil || got[0] != c.want {
			t.Errorf("%v with %v: %v, %v", c.number, c.setting, got, failed)
		}
	}
	if _, failed := call(m, "cjson", "decode_invalid_numbers", false); failed != nil {
		t.Fatal(failed)
	}
	for _, text := range []string{"nan", "-inf", "0x1", "01", "+1"} {
		if got, failed := call(m, "cjson", "decode", text); failed == nil {
			t.Errorf("%s is %v", text, got)
		}
	}
}

// Whatever bytes they are given, decoders end with a value or with an error of
// Lua's, and what they make is counted.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.5e3,"\u00e9\ud83d\ude00",null,true]}`, `[[[[`, `"\u12`, "-", "1e", "\xdd\xff\xff\xff\xff", "\x81\xc0\x01",
		"\x93\x01\xa1x\xcb\x40\x09\x1e\xb8\x51\xeb\x85\x1f", ">!8i4c0s", "<bBhHlLTiIfd x",
	} {
		f.Add(seed, "abc\x00defgh")
	}
	m := newMachine()
	f.Fuzz(func(t *testing.T, input, data string) {
		for _, c := range [][]lua.Value{
			{"cjson", "decode", input}, {"cmsgpack", "unpack", input}, {"cmsgpack", "unpack_limit", input, 3.0, 1.0},
			{"struct", "unpack", input, data}, {"struct", "size", input}, {"struct", "pack", input, 1.0, data, 2.5, data, -3.0},
		} {
			m.Reset(lua.Limits{Steps: 100_000, Bytes: 1 << 20})
			call(m, c[0].(string), c[1].(string), c[2:]...)
		}
	})
}
