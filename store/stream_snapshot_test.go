package store

import (
	"slices"
	"testing"
)

// sampleWithStreams is sample and a bit of everything that streams are.
func sampleWithStreams(t testing.TB) *Store {
	t.Helper()
	s := sample(t)
	tx := s.Begin(7, 0)
	empty, _ := tx.MakeStream("empty stream")
	empty.SetID(StreamID{9, 9}, 7, StreamID{8, 8})
	long, _ := tx.On(3).MakeStream("stream")
	for i := range uint64(250) {
		long.Append(StreamID{1000 + i/3, i}, []string{"field", "value", "n", string(rune('a' + i%26))})
	}
	long.Append(StreamID{2000, 0}, []string{"other", "", "field", "value"})
	long.Remove(StreamID{1040, 120})
	long.Trim(StreamTrim{MaxLen: 230})
	long.MakeGroup("idle", StreamID{}, Unknown)
	long.MakeGroup("busy", StreamID{1010, 30}, 31)
	g := long.OpenGroup("busy")
	for i, name := range []string{"first", "second", "third"} {
		g.MakeConsumer(name, int64(1000+i))
		g.SawConsumer(name, int64(1005+i), i > 0)
	}
	for i := range uint64(200) {
		g.Assign(Pending{StreamID{1000 + i/3, i}, []string{"first", "third"}[i%2], 1003, int64(i)})
	}
	tx.Done()
	return s
}

// goodStream is the value of a stream of two nodes and two groups.
var goodStream = []any{
	uint64(9), uint64(0), uint64(3), uint64(0), 4, uint64(2),
	uint64(1), uint64(0), uint64(3), uint64(0), uint64(50), uint64(1), uint64(1), "f", uint64(1), uint64(1), uint64(0), "\x00\x01v",
	uint64(5), uint64(0), uint64(9), uint64(0), uint64(50), uint64(0), uint64(2), "f", "g", uint64(2), uint64(0), uint64(0), "\x00\x01v\x00", uint64(4), uint64(0), "\x01\x01f\x01v",
	uint64(2),
	"a", uint64(9), uint64(0), 3, uint64(2), "c", 5, 5, "d", 6, -1, uint64(2), uint64(1), uint64(0), uint64(0), 5, 1, uint64(2), uint64(0), uint64(1), 5, 2,
	"b", uint64(0), uint64(0), -1, uint64(0), uint64(0),
}

// badStreams are copies of it with one thing wrong.
func badStreams(one func(kind Type, fields ...any) []byte) map[string][]byte {
	bad := map[string][]byte{}
	for name, c := range map[string]struct {
		at   int
		with any
	}{
		"a last id too low":           {0, uint64(8)},
		"nodes that overlap":          {8, uint64(6)},
		"no fields":                   {12, uint64(0)},
		"a node with too many":        {11, uint64(100)},
		"an entry behind its node":    {15, uint64(3)},
		"a word too long":             {17, "\x00\x02v"},
		"a word too short":            {17, "\x00\x01vv"},
		"no words":                    {17, ""},
		"words that are missing":      {17, "\x02\x01f\x01v"},
		"a huge number of words":      {17, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
		"a node of a huge size":       {22, uint64(1 << 50)},
		"entries out of order":        {31, uint64(0)},
		"groups out of order":         {57, "a"},
		"consumers out of order":      {43, "c"},
		"pending for nobody":          {54, uint64(2)},
		"pending entries disordered":  {52, uint64(1)},
		"a node that ends at no time": {20, uint64(4)},
	} {
		fields := slices.Clone(goodStream)
		fields[c.at] = c.with
		bad[name] = one(StreamType, fields...)
	}
	return bad
}
