package rdb

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

const testLimit = 1 << 20

func payload(body string) string { return string(appendFooter([]byte(body))) }

func TestChecksum(t *testing.T) {
	if got := checksum([]byte("123456789")); got != 0xe9c6d914c4b8d9ca {
		t.Errorf("%x", got)
	}
}

// What a Redis 6 dumps for SET k 10, as its documentation shows it.
func TestDecodesTheDocumentedDump(t *testing.T) {
	v, err := Decode("\x00\xc0\n\t\x00\xbem\x06\x89Z(\x00\n", testLimit)
	if err != nil || v.Kind != String || v.Text != "10" {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestFooterIsChecked(t *testing.T) {
	good := payload("\x00\x01x")
	newer := []byte("\x00\x01x")
	newer = binary.LittleEndian.AppendUint16(newer, newestVersion+1)
	newer = binary.LittleEndian.AppendUint64(newer, checksum(newer))
	for name, p := range map[string]string{
		"empty": "", "short": good[:9], "cut": good[:len(good)-1], "a bit": "\x01" + good[1:],
		"the sum": good[:len(good)-1] + "\x00", "version": string(newer),
	} {
		if _, err := Decode(p, testLimit); !errors.Is(err, ErrFooter) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sixteen is an id as a key.
func sixteen(ms, seq uint64) string {
	w := writer{}
	w.id(ID{ms, seq})
	return string(w.buf)
}

func someStream() *Stream {
	s := &Stream{Last: ID{2000, 1}, Deleted: ID{5, 5}, Added: 400}
	for i := range 250 {
		s.Entries = append(s.Entries, Entry{ID{1000 + uint64(i/3), uint64(i%3) + 7}, []string{"f", strconv.Itoa(i), "g" + strconv.Itoa(i), strings.Repeat("v", i)}})
	}
	s.Groups = []Group{
		{Name: "none", Last: ID{0, 0}, Read: -1},
		{Name: "g", Last: ID{1001, 8}, Read: 3,
			Pending:   []Pending{{ID{1000, 7}, 1720000000000, 1}, {ID{1000, 8}, 1720000000001, 2}},
			Consumers: []Consumer{{"a", 5, 5, []ID{{1000, 8}}}, {"b", 6, 6, []ID{{1000, 7}}}, {"idle", 7, 7, nil}}},
	}
	return s
}

// What is written reads as what it was.
func TestRoundTrip(t *testing.T) {
	for _, v := range []Value{
		{Kind: String, Text: ""},
		{Kind: String, Text: strings.Repeat("x", 70000)},
		{Kind: List, Elems: []string{"", "1", strings.Repeat("y", 64), "\x00"}},
		{Kind: Set, Elems: []string{"a", "b"}},
		{Kind: Hash, Elems: []string{"f", "v", "g", "w"}},
		{Kind: ZSet, Elems: []string{"a", "b", "c"}, Scores: []float64{math.Inf(-1), 0.1, math.Inf(1)}},
		{Kind: StreamKind, Stream: someStream()},
		{Kind: StreamKind, Stream: &Stream{Last: ID{7, 1}, Deleted: ID{7, 1}, Added: 3}},
	} {
		got, err := Decode(string(Append(nil, &v)), testLimit)
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%v: %v\ngot  %.300v\nwant %.300v", v.Kind, err, got, v)
		}
	}
}

// When a consumer was last active is kept, in the form of Redis 7.2 where the one of
// 7.0 has no place for it.
func TestActiveTimes(t *testing.T) {
	for _, c := range []struct {
		active  int64
		form    byte
		version byte
	}{{6, stream2Form, usualVersion}, {5, stream3Form, activeVersion}, {-1, stream3Form, activeVersion}} {
		v := Value{Kind: StreamKind, Stream: someStream()}
		v.Stream.Groups[1].Consumers[1].Active = c.active
		payload := string(Append(nil, &v))
		if version := payload[len(payload)-footerBytes]; payload[0] != c.form || version != c.version {
			t.Errorf("active %d: form %d, version %d", c.active, payload[0], version)
		}
		got, err := Decode(payload, testLimit)
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("active %d: %v", c.active, err)
		}
	}
}

// Lengths of listpack elements are written as Redis does, also where they need
// a byte more.
func TestListpackLengths(t *testing.T) {
	for _, size := range []int{0, 1, 63, 64, 125, 126, 127, 128, 4095, 4096, 16377, 16378, 16379, 2097145, 2097146, 2097147} {
		p := newListpack()
		want := []string{strings.Repeat("x", size), "-9223372036854775808", "127", "128", "007"}
		for _, s := range want {
			p.string(s)
		}
		w := writer{}
		w.string(string(p.done()))
		r := &reader{rest: string(w.buf)}
		if got := r.listpack(); r.fault || !reflect.DeepEqual(got, want) {
			t.Errorf("%d bytes: fault %v, %.100q", size, r.fault, got)
		}
	}
}

// Forms that are no longer written, as Redis 6 wrote them.
func TestOldForms(t *testing.T) {
	ziplist := "\x1a\x00\x00\x00\x10\x00\x00\x00\x04\x00" + "\x00\x01a" + "\x03\xf3" + "\x02\xfe\x80" + "\x03\xc0\x00\x01" + "\xff"
	ziplist = string([]byte{byte(len(ziplist))}) + ziplist[1:]
	for name, c := range map[string]struct {
		body string
		want Value
	}{
		"list":      {"\x0a" + str(ziplist), Value{Kind: List, Elems: []string{"a", "2", "-128", "256"}}},
		"quicklist": {"\x0e\x02" + str(ziplist) + str(ziplist), Value{Kind: List, Elems: []string{"a", "2", "-128", "256", "a", "2", "-128", "256"}}},
		"hash":      {"\x0d" + str(ziplist), Value{Kind: Hash, Elems: []string{"a", "2", "-128", "256"}}},
		"zset":      {"\x0c" + str(ziplist), Value{Kind: ZSet, Elems: []string{"a", "-128"}, Scores: []float64{2, 256}}},
		"text zset": {"\x03\x03\x01a\x041e-3\x01b\xfe\x01c\xff", Value{Kind: ZSet, Elems: []string{"a", "b", "c"}, Scores: []float64{0.001, math.Inf(1), math.Inf(-1)}}},
		"intset":    {"\x0b" + str("\x04\x00\x00\x00\x02\x00\x00\x00\xff\xff\xff\xff\x00\x00\x01\x00"), Value{Kind: Set, Elems: []string{"-1", "65536"}}},
	} {
		got, err := Decode(payload(c.body), testLimit)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, got %+v", name, err, got)
		}
	}
}

func str(s string) string {
	w := writer{}
	w.string(s)
	return string(w.buf)
}

// Nonsense is an error, whatever lengths it claims, and costs next to nothing.
func TestNonsenseIsRefused(t *testing.T) {
	huge := "\x81\x7f\xff\xff\xff\xff\xff\xff\xff"
	listpack := func(body string, count uint16) string {
		b := binary.LittleEndian.AppendUint32(nil, uint32(len(body)+listpackHeader))
		return str(string(binary.LittleEndian.AppendUint16(b, count)) + body)
	}
	bodies := map[string]string{
		"nothing":                  "",
		"unknown form":             "\x63\x00",
		"module":                   "\x07\x00",
		"huge string":              "\x00" + huge,
		"huge list":                "\x01" + huge,
		"huge list of 32 bits":     "\x01\x80\xff\xff\xff\xff",
		"huge hash":                "\x04" + huge,
		"huge sorted set":          "\x05" + huge,
		"half a score":             "\x05\x01\x01a\x00\x00",
		"length of an odd form":    "\x00\x82",
		"odd string":               "\x00\xc4",
		"a number for a length":    "\x01\xc0\x01",
		"number cut":               "\x00\xc2\x00",
		"compressed to too much":   "\x00\xc3\x03\x80\x7f\xff\xff\xff\x00x\x00",
		"compressed beyond limit":  "\x00\xc3\x80\x00\x01\x00\x00\x80\x00\x80\x00\x00" + strings.Repeat("\x00", 1<<16),
		"compressed, no literals":  "\x00\xc3\x01\x05\x1f",
		"compressed, back too far": "\x00\xc3\x04\x05\x00x\x20\x09",
		"compressed, too short":    "\x00\xc3\x02\x02\x00x",
		"compressed, cut run":      "\x00\xc3\x03\x0a\x00x\xe0",
		"listpack, size":           "\x12\x01\x02" + str("\x09\x00\x00\x00\x00\x00\xff"),
		"listpack, count":          "\x12\x01\x02" + listpack("\x01\x01\xff", 2),
		"listpack, no end":         "\x12\x01\x02" + listpack("\x01\x01", 1),
		"listpack, element cut":    "\x12\x01\x02" + listpack("\xbfx\xff", 1),
		"listpack, more behind":    "\x12\x01\x02" + listpack("\x01\x01\xff\xff", 1),
		"listpack, unknown":        "\x12\x01\x02" + listpack("\xf5\x01\xff", 1),
		"quicklist, unknown node":  "\x12\x01\x03\x00",
		"hash, odd":                "\x10" + listpack("\x01\x01\xff", 1),
		"zset, odd":                "\x11" + listpack("\x01\x01\xff", 1),
		"zset, no score":           "\x11" + listpack("\x01\x01\x81x\x02\xff", 2),
		"intset, size":             "\x0b" + str("\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"),
		"intset, count":            "\x0b" + str("\x02\x00\x00\x00\xff\xff\xff\xff\x00\x00"),
		"ziplist, size":            "\x0a" + str("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff"),
		"text score":               "\x03\x01\x01a\x02xx",
		"stream, huge":             "\x0f" + huge,
		"stream, key":              "\x0f\x01" + str("short") + listpack("\x00\x01\x00\x01\x00\x01\x00\x01\xff", 4) + "\x00\x00\x00\x00",
		"stream, length":           "\x0f\x00\x01\x00\x00\x00",
		"stream, fields":           "\x0f\x01" + str(sixteen(1, 1)) + listpack("\x01\x01\x00\x01\x7f\x01\x00\x01\xff", 4) + "\x00\x00\x00\x00",
		"stream, huge groups":      "\x0f\x00\x00\x00\x00" + huge,
		"stream, pending of none":  "\x0f\x00\x00\x00\x00\x01\x01g\x00\x00\x01" + sixteen(1, 1) + "\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00",
		"stream, entry of nobody":  "\x0f\x00\x00\x00\x00\x01\x01g\x00\x00\x00\x01\x01c\x00\x00\x00\x00\x00\x00\x00\x00\x01" + sixteen(1, 1),
	}
	for name, body := range bodies {
		p := payload(body)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v, err := Decode(p, testLimit)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, %.100v", name, err, v)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 2*testLimit {
			t.Errorf("%s: took %d bytes", name, used)
		}
	}
}

// No payload makes Decode panic, and what it takes can be written and read again.
func FuzzDecode(f *testing.F) {
	for _, v := range []Value{
		{Kind: String, Text: "text"},
		{Kind: List, Elems: []string{"a", "1"}},
		{Kind: ZSet, Elems: []string{"a"}, Scores: []float64{1.5}},
		{Kind: StreamKind, Stream: someStream()},
	} {
		p := Append(nil, &v)
		f.Add(p[:len(p)-footerBytes])
	}
	for _, body := range []string{
		"\x00\xc3\x04\x0a\x00x\xe0\x00\x00", "\x12\x01\x02\x0a\x0a\x00\x00\x00\x01\x00\x81x\x02\xff",
		"\x0b\x0a\x02\x00\x00\x00\x01\x00\x00\x00\x07\x00", "\x0a\x0e\x0e\x00\x00\x00\x0a\x00\x00\x00\x01\x00\x00\x01a\xff",
		"\x10\x0d\x0d\x00\x00\x00\x02\x00\x81f\x02\x81v\x02\xff", "\x03\x01\x01a\x011",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := Decode(payload(string(body)), testLimit)
		if err != nil {
			return
		}
		p := string(Append(nil, &v))
		again, err := Decode(p, testLimit)
		if err != nil || string(Append(nil, &again)) != p {
			t.Fatalf("%.200v became %.200v, %v", v, again, err)
		}
	})
}
