package resp

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func benchReplies() map[string]Reply {
	list := Reply{Kind: ArrayKind}
	for i := range 100 {
		list.Elems = append(list.Elems, Bulk(fmt.Sprintf("element-%d", i)))
	}
	scores := Reply{Kind: MapKind}
	for i := range 50 {
		scores.Elems = append(scores.Elems, Bulk(fmt.Sprintf("member-%d", i)), Double(float64(i)/4))
	}
	return map[string]Reply{"ok": OK, "int": Int(12345), "bulk": Bulk(strings.Repeat("x", 64)), "array100": list, "scores50": scores}
}

func BenchmarkAppend(b *testing.B) {
	for name, r := range benchReplies() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			for b.Loop() {
				buf = r.Append(buf[:0], RESP2)
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for name, r := range benchReplies() {
		encoded := r.Append(nil, Wire)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(encoded)))
			for b.Loop() {
				if _, _, err := Parse(encoded); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTranscode(b *testing.B) {
	for name, r := range benchReplies() {
		wire := r.Append(nil, Wire)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(wire)))
			var buf []byte
			for b.Loop() {
				buf = Transcode(buf[:0], wire, RESP2)
			}
		})
	}
}

// BenchmarkGuard is what the guard adds to redcon: looking at each frame.
func BenchmarkGuard(b *testing.B) {
	for name, input := range map[string][]byte{
		"set16":   bytes.Repeat(AppendCommand(nil, "SET", "key:000000012345", "xxx"), 16),
		"value16": AppendCommand(nil, "SET", "key:000000012345", strings.Repeat("x", 16<<10)),
	} {
		b.Run(name, func(b *testing.B) {
			s := NewServer(nil, Limits{}, &player{serve: echo})
			g := s.newConn(&tape{}).(*guard)
			g.conn.SetAuthenticated(true)
			p := make([]byte, 64<<10)
			b.ReportAllocs()
			b.SetBytes(int64(len(input)))
			for b.Loop() {
				g.intake(input)
				if g.ready.moveTo(p) != len(input) {
					b.Fatal("not all has passed")
				}
				g.released = 0
			}
		})
	}
}

// BenchmarkServer is a round trip over loopback: one client, one pipeline at a
// time. Redcon takes two allocations for each command.
func BenchmarkServer(b *testing.B) {
	ok := OK.Append(nil, RESP2)
	for _, depth := range []int{1, 16, 512} {
		b.Run(fmt.Sprintf("pipeline%d", depth), func(b *testing.B) {
			s, _ := serving(b, Limits{}, func(c *Conn, cmds []Command) {
				for range cmds {
					c.Write(ok)
				}
			})
			c := connect(b, s)
			pipeline := bytes.Repeat(AppendCommand(nil, "SET", "key:000000012345", "xxx"), depth)
			replies := make([]byte, depth*len(ok))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.nc.Write(pipeline); err != nil {
					b.Fatal(err)
				}
				for got := 0; got < len(replies); {
					n, err := c.nc.Read(replies)
					if err != nil {
						b.Fatal(err)
					}
					got += n
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*depth), "ns/command")
		})
	}
}
