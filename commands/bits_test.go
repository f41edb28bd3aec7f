package commands

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"coordd/resp"
	"coordd/store"
)

// someBits draws strings of which many have long runs of one bit.
func someBits(t *rapid.T, label string) string {
	var b strings.Builder
	for range rapid.IntRange(0, 4).Draw(t, label+" runs") {
		run := rapid.SampledFrom([]string{"\x00", "\xff", "a", "\x01", "\x80", "\xfe"}).Draw(t, label+" byte")
		b.WriteString(strings.Repeat(run, rapid.IntRange(1, 20).Draw(t, label+" times")))
	}
	return b.String()
}

// bitText writes a string as zeros and ones.
func bitText(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%08b", s[i])
	}
	return b.String()
}

// The bits of a range are counted and found as in a text of zeros and ones.
func TestBitRanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newTestLog(t)
		s := someBits(t, "string")
		l.do(1, "SET", "k", s)
		size, unit, width := len(s), "BYTE", 8
		if rapid.Bool().Draw(t, "bits") {
			size, unit, width = 8*len(s), "BIT", 1
		}
		limit := rapid.IntRange(-size-3, size+3)
		start, end := limit.Draw(t, "start"), limit.Draw(t, "end")
		from, to := start, end
		if from < 0 {
			from = max(from+size, 0)
		}
		if to < 0 {
			to = max(to+size, 0)
		}
		part := ""
		if to = min(to, size-1); from <= to {
			part = bitText(s)[from*width : (to+1)*width]
		}
		ones := strings.Count(part, "1")
		if start < 0 && end < 0 && start > end {
			ones = 0 // also where both lie before the string
		}
		text := []string{strconv.Itoa(start), strconv.Itoa(end), unit}
		if got := l.do(1, append([]string{"BITCOUNT", "k"}, text...)...); got.Int != int64(ones) {
			t.Fatalf("BITCOUNT %s %v: %d, want %d", bitText(s), text, got.Int, ones)
		}
		for _, bit := range []string{"0", "1"} {
			want := strings.Index(part, bit)
			if want >= 0 {
				want += from * width
			}
			if got := l.do(1, append([]string{"BITPOS", "k", bit}, text...)...); got.Int != int64(want) {
				t.Fatalf("BITPOS %s %s %v: %d, want %d", bitText(s), bit, text, got.Int, want)
			}
		}
	})
}

// BITOP does with strings of any lengths what it does with their bits.
func TestBitOp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newTestLog(t)
		op := rapid.SampledFrom([]string{"AND", "OR", "XOR", "NOT"}).Draw(t, "op")
		args, size := []string{"BITOP", op, "d"}, 0
		var sources []string
		for i := range rapid.IntRange(1, 4).Draw(t, "sources") {
			s := someBits(t, "source")
			l.do(1, "SET", strconv.Itoa(i), s)
			sources, args, size = append(sources, s), append(args, strconv.Itoa(i)), max(size, len(s))
			if op == "NOT" {
				break
			}
		}
		want := make([]byte, size)
		for at := range want {
			for i, s := range sources {
				b := byte(0)
				if at < len(s) {
					b = s[at]
				}
				switch {
				case op == "NOT":
					want[at] = ^b
				case i == 0:
					want[at] = b
				case op == "AND":
					want[at] &= b
				case op == "OR":
					want[at] |= b
				case op == "XOR":
					want[at] ^= b
				}
			}
		}
		if r := l.do(1, args...); r.Int != int64(size) {
			t.Fatalf("%v: %+v", args, r)
		}
		if got := l.do(1, "GET", "d").Str; got != string(want) {
			t.Fatalf("%s of %q: %q, want %q", op, sources, got, want)
		}
	})
}

// fieldModel is a string of bits, as text, and integers without a limit.
type fieldModel struct{ bits string }

func (m *fieldModel) grow(to int) {
	to = (to + 7) / 8 * 8
	m.bits += strings.Repeat("0", max(0, to-len(m.bits)))
}

func (m *fieldModel) get(offset, width int, signed bool) *big.Int {
	text := (m.bits + strings.Repeat("0", max(0, offset+width-len(m.bits))))[offset : offset+width]
	n, _ := new(big.Int).SetString(text, 2)
	if signed && text[0] == '1' {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(width)))
	}
	return n
}

// put writes n and returns what the integer is then; nil if it is not written.
func (m *fieldModel) put(offset, width int, signed bool, n *big.Int, mode string) *big.Int {
	all := new(big.Int).Lsh(big.NewInt(1), uint(width))
	low, high := big.NewInt(0), new(big.Int).Sub(all, big.NewInt(1))
	if signed {
		high.Rsh(high, 1)
		low.Not(high)
	}
	if n.Cmp(low) < 0 || n.Cmp(high) > 0 {
		switch {
		case mode == "FAIL":
			return nil
		case mode == "SAT" && n.Cmp(low) < 0:
			n = low
		case mode == "SAT":
			n = high
		}
	}
	n = new(big.Int).Mod(n, all)
	m.bits = m.bits[:offset] + fmt.Sprintf("%0*s", width, n.Text(2)) + m.bits[offset+width:]
	return m.get(offset, width, signed)
}

// step draws one operation and returns its words and the reply it must have.
func (m *fieldModel) step(t *rapid.T, mode string) (words []string, want resp.Reply) {
	signed := rapid.Bool().Draw(t, "signed")
	typ, width := "u", rapid.IntRange(1, 63).Draw(t, "width")
	if signed {
		typ, width = "i", rapid.IntRange(1, 64).Draw(t, "width")
	}
	offset := rapid.IntRange(0, 100).Draw(t, "offset")
	place := strconv.Itoa(offset)
	if rapid.Bool().Draw(t, "counted") {
		offset %= 4
		place = "#" + strconv.Itoa(offset)
		offset *= width
	}
	typ += strconv.Itoa(width)
	old := m.get(offset, width, signed)
	n := rapid.Int64().Draw(t, "n") >> rapid.IntRange(0, 63).Draw(t, "shift")
	word := rapid.SampledFrom([]string{"GET", "SET", "INCRBY"}).Draw(t, "word")
	if word == "GET" {
		return []string{word, typ, place}, resp.Int(old.Int64())
	}
	words = []string{word, typ, place, strconv.FormatInt(n, 10)}
	target := big.NewInt(n)
	if word == "INCRBY" {
		target.Add(target, old)
	} else if !signed && n < 0 { // SET takes it for 2^64 + n
		target.SetUint64(uint64(n))
	}
	m.grow(offset + width)
	now := m.put(offset, width, signed, target, mode)
	switch {
	case now == nil:
		return words, resp.Null
	case word == "INCRBY":
		return words, resp.Int(now.Int64())
	}
	return words, resp.Int(old.Int64())
}

// BITFIELD reckons as if integers had no limit, then makes them fit.
func TestBitField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newTestLog(t)
		s := someBits(t, "string")
		l.do(1, "SET", "k", s)
		m, mode := &fieldModel{bitText(s)}, "WRAP"
		for range 3 {
			args, want := []string{"BITFIELD", "k"}, []resp.Reply{}
			mode = "WRAP"
			for range rapid.IntRange(1, 5).Draw(t, "steps") {
				if rapid.Bool().Draw(t, "new mode") {
					mode = rapid.SampledFrom([]string{"WRAP", "SAT", "FAIL"}).Draw(t, "mode")
					args = append(args, "OVERFLOW", mode)
				}
				words, reply := m.step(t, mode)
				args, want = append(args, words...), append(want, reply)
			}
			got := l.do(1, args...)
			if fmt.Sprint(got.Elems) != fmt.Sprint(want) {
				t.Fatalf("%v:\n%+v, want\n%+v", args, got.Elems, want)
			}
			if now := bitText(l.do(1, "GET", "k").Str); now != m.bits {
				t.Fatalf("%v makes\n%s, want\n%s", args, now, m.bits)
			}
		}
	})
}

// What an integer needs must lie within the longest string, to its last bit,
// if it is to be written.
func TestBitFieldStaysWithinTheLongestString(t *testing.T) {
	l := newTestLog(t)
	for _, command := range []string{"SET u8 4294967289 0", "SET i64 4294967295 0", "INCRBY u2 4294967295 1"} {
		args := append([]string{"BITFIELD", "k"}, strings.Split(command, " ")...)
		if r := l.do(1, args...); r.Str != errBitOffset.Str {
			t.Errorf("%s: %+v", command, r)
		}
	}
	if l.do(1, "EXISTS", "k").Int != 0 {
		t.Error("the string was made")
	}
	if r := l.do(1, "BITFIELD", "k", "GET", "i64", "4294967295"); len(r.Elems) != 1 || r.Elems[0].Int != 0 {
		t.Errorf("%+v", r)
	}
}

// Who watches a key is not told of a write that leaves everything as it was.
func TestBitsThatStayAreNoChange(t *testing.T) {
	table, s := NewTable(DataGroups()...), store.New(testSlot)
	tx := s.Begin(1, 1)
	run := func(command string) uint64 {
		args := strings.Split(command, " ")
		if r := table.Lookup(args[0]).Data(tx, args); r.IsError() {
			t.Fatalf("%s: %s", command, r.Str)
		}
		tx.Done()
		return tx.Version("k")
	}
	version := run("SET k ab")
	for _, c := range []struct {
		command string
		changes bool
	}{
		{"SETBIT k 1 1", false}, {"SETBIT k 0 0", false}, {"SETBIT k 0 1", true}, {"SETBIT k 0 1", false},
		{"SETBIT k 100 0", true}, {"SETBIT k 100 0", false},
		{"BITFIELD k GET u8 0", false}, {"BITFIELD k GET u8 1000", false}, {"BITFIELD k SET u8 8 98", false},
		{"BITFIELD k INCRBY u8 8 0", false}, {"BITFIELD k OVERFLOW FAIL SET u1 0 2", false},
		{"BITFIELD k SET u8 8 98 INCRBY u8 8 1", true}, {"BITFIELD k SET u8 1000 0", true},
		{"BITCOUNT k", false}, {"BITOP OR k k", true},
	} {
		now := run(c.command)
		if (now != version) != c.changes {
			t.Errorf("%s: changes it: %v", c.command, now != version)
		}
		version = now
	}
}

// BITOP takes the place of any value but a lock.
func TestBitOpSparesLocks(t *testing.T) {
	l := newTestLog(t)
	l.do(1, "SET", "k", "v")
	l.do(1, "LOCK", "lock", "me", "1000")
	for _, source := range []string{"k", "missing"} {
		if r := l.do(1, "BITOP", "OR", "lock", source); r.Str != errWrongType.Str {
			t.Errorf("BITOP OR lock %s: %+v", source, r)
		}
	}
	if r := l.do(1, "TYPE", "lock"); r.Str != "lock" {
		t.Errorf("it is a %s now", r.Str)
	}
}

// Routing must see the destination of BITOP and its sources, not its word.
func TestBitOpKeys(t *testing.T) {
	spec := NewTable(Bitmaps).Lookup("BITOP")
	if got := slices.Collect(spec.Keys.In(strings.Fields("bitop and d a b"))); !slices.Equal(got, []int{2, 3, 4}) {
		t.Error(got)
	}
}
