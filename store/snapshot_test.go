package store

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
)

// sample is a store with a bit of everything.
func sample(t testing.TB) *Store {
	t.Helper()
	s := New(testSlot)
	tx := s.Begin(7, 1_000_000)
	tx.Set("text", "hello")
	tx.Set("", "")
	tx.Set("soon", strings.Repeat("long", 20))
	tx.SetDeadline("soon", 1_000_500)
	l, _ := tx.MakeList("list")
	quick, _ := tx.MakeList("quick")
	ints, _ := tx.MakeSet("ints")
	few, _ := tx.MakeSet("few")
	many, _ := tx.MakeSet("many")
	h, _ := tx.MakeHash("hash")
	wide, _ := tx.On(3).MakeHash("wide")
	z, _ := tx.On(3).MakeZSet("zset")
	deep, _ := tx.On(15).MakeZSet("deep")
	lock, _ := tx.MakeLock("lock")
	for i := range 200 {
		w := fmt.Sprint("w", i)
		quick.PushBack(strings.Repeat(w, 20))
		many.Add(w)
		wide.Put(w, w)
		deep.Put(w, float64(i%7))
		if i < 20 {
			l.PushFront(w)
			ints.Add(fmt.Sprint(i * i))
			few.Add(w)
			h.Put(w, fmt.Sprint(i))
			z.Put(w, -float64(i))
		}
	}
	many.SetStanding("w7", Standing{Credit: -3})
	deep.SetStanding("w8", Standing{Credit: 1 << 40, Picks: 5, Pass: 1 << 50})
	deep.SetMark("w8", 1_000_900)
	few.SetMark("w1", Down)
	few.SetClock(77)
	few.Give(Ticket{tx.NextToken(), "w2", 1_000_800})
	few.Give(Ticket{tx.NextToken(), "w2", 1_000_700})
	few.SetMemberDeadline("w3", 1_000_600)
	wide.SetMemberDeadline("w9", 1_000_600)
	lock.Hold(Holder{Owner: "me", Token: tx.NextToken()})
	shared, _ := tx.On(1).MakeLock("shared")
	shared.SetMode(Shared)
	shared.Hold(Holder{Owner: "me", Token: tx.NextToken()})
	shared.Hold(Holder{Owner: "you", Token: tx.NextToken()})
	shared.SetMemberDeadline("you", 1_000_600)
	permits, _ := tx.On(1).MakeLock("permits")
	permits.SetMode(Permits)
	permits.Hold(Holder{Owner: "me", Token: tx.NextToken(), Permits: 3})
	tx.Done()
	return s
}

func snapshotOf(t testing.TB, s *Store) []byte {
	t.Helper()
	var buf bytes.Buffer
	if n, err := s.Freeze().WriteTo(&buf); err != nil || n != int64(buf.Len()) {
		t.Fatal(n, err)
	}
	return buf.Bytes()
}

// The form of a snapshot is a promise to the data folders that exist, and Hash
// is one to nodes of other versions: if this fails, raise snapshotVersion and
// read the old form too.
func TestSnapshotFormStays(t *testing.T) {
	for s, want := range map[*Store]uint64{
		sample(t):            0x86388c75603c8ce5,
		sampleWithStreams(t): 0xb87a5f9ba78b564c,
	} {
		if got := s.Hash(); got != want {
			t.Errorf("hash is %#x, want %#x", got, want)
		}
	}
}

func TestSnapshotRestoresEverything(t *testing.T) {
	s := sampleWithStreams(t)
	data := snapshotOf(t, s)
	for name, r := range map[string]io.Reader{
		"bytes":  bytes.NewReader(data),
		"plain":  struct{ io.Reader }{bytes.NewReader(data)},
		"bufio":  bufio.NewReaderSize(bytes.NewReader(data), 16),
		"slowly": &slowReader{data: data},
	} {
		got := New(testSlot)
		got.Begin(1, 1).Set("old", "gone")
		n, err := got.ReadFrom(r)
		if err != nil || n != int64(len(data)) {
			t.Fatalf("%s: %d, %v", name, n, err)
		}
		if got.Hash() != s.Hash() {
			t.Errorf("%s: hashes differ", name)
		}
		if got.NextDeadline() != 1_000_500 || got.Time() != 1_000_000 || got.View(0).Index() != 7 {
			t.Errorf("%s: deadline %d, time %d, index %d", name, got.NextDeadline(), got.Time(), got.View(0).Index())
		}
		if !bytes.Equal(snapshotOf(t, got), data) {
			t.Errorf("%s: snapshots differ", name)
		}
		if token := got.Begin(8, 0).NextToken(); token != 7 {
			t.Errorf("%s: token %d was granted before", name, token)
		}
	}
}

// slowReader gives one byte at a time.
type slowReader struct{ data []byte }

func (r *slowReader) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(1, len(p))], r.data)
	r.data = r.data[n:]
	return n, nil
}

func TestReadFromStopsAtTheEnd(t *testing.T) {
	data := snapshotOf(t, sample(t))
	r := bytes.NewReader(append(data, "tail"...))
	if _, err := New(testSlot).ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(r); string(rest) != "tail" {
		t.Errorf("left over: %q", rest)
	}
}

func TestReadFromRefusesDamage(t *testing.T) {
	data := snapshotOf(t, sampleWithStreams(t))
	s := New(testSlot)
	s.Begin(1, 1).Set("kept", "v")
	before := s.Hash()
	refuse := func(what string, damaged []byte) {
		t.Helper()
		if _, err := s.ReadFrom(bytes.NewReader(damaged)); !errors.Is(err, ErrBadSnapshot) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	// Every byte of the head and of the end, and some between.
	for i := 0; i < len(data); i++ {
		if i > 300 && i < len(data)-100 && i%29 != 0 {
			continue
		}
		refuse(fmt.Sprint("cut at ", i), data[:i])
		damaged := bytes.Clone(data)
		damaged[i] ^= 1 << (i % 8)
		refuse(fmt.Sprint("a bit of byte ", i), damaged)
	}
	if s.Hash() != before {
		t.Error("the store has changed")
	}
}

// body makes a snapshot with a right checksum out of fields: uint64 (varint),
// int (zigzag varint), byte, float64, string.
func body(fields ...any) []byte {
	e := newEncoder(io.Discard)
	e.buf = append(e.buf, snapshotMagic...)
	for _, f := range fields {
		switch f := f.(type) {
		case uint64:
			e.uint(f)
		case int:
			e.int(int64(f))
		case byte:
			e.byte(f)
		case float64:
			e.float(f)
		case string:
			e.string(f)
		}
	}
	return e.buf
}

func sealed(data []byte) []byte {
	return binary.LittleEndian.AppendUint64(bytes.Clone(data), xxhash.Sum64(data))
}

func TestReadFromRefusesNonsense(t *testing.T) {
	u := func(n int) uint64 { return uint64(n) }
	head := []any{u(1), u(5), 6, u(9), u(0)}
	in := func(db int, fields ...any) []byte {
		return body(append(append(append([]any{}, head...), u(db)), fields...)...)
	}
	end := []any{byte(0), u(0)}
	key := func(kind Type, key string, fields ...any) []any {
		return append([]any{byte(kind), key, 0, u(1)}, fields...)
	}
	one := func(kind Type, fields ...any) []byte {
		return in(1, append(key(kind, "k", fields...), end...)...)
	}
	first, second := "a", "b"
	if s := New(testSlot); s.position(first) > s.position(second) {
		first, second = second, first
	}
	now := []any{u(snapshotVersion), u(5), 6, u(9), u(0), u(0), u(1)} // the head of the present version, and database 0
	lock := func(fields ...any) []byte {
		return body(append(append(now, key(LockType, "k", fields...)...), end...)...)
	}
	good := map[string][]byte{
		"nothing":   body(append(head, u(0))...),
		"a string":  one(StringType, "v"),
		"creations": body(u(3), u(5), 6, u(9), u(0), u(2), u(0), u(9), u(300), u(1), u(0)),
		"version 2": body(u(2), u(5), 6, u(9), u(0), u(0)),
		"in order":  in(1, append(append(key(StringType, first, "v"), key(StringType, second, "v")...), end...)...),
		"a set":     one(SetType, byte(0), u(2), -4, 9, u(1), "9", 5),
		"a zset":    one(ZSetType, byte(1), u(1), "m", 1.5, u(0)),
		"a stream":  one(StreamType, goodStream...),
		"old lock":  one(LockType, "o", u(1)),
		"a lock":    lock(byte(Shared), u(2), "o", u(1), u(0), "p", u(2), u(0), byte(0)),
		"a lease":   lock(byte(Permits), u(1), "o", u(1), u(2), byte(1), u(1), "o", 5, u(0), 0, u(0)),
	}
	bad := map[string][]byte{
		"version":          body(u(snapshotVersion+1), u(5), 6, u(9), u(0), u(0), u(0)),
		"no database":      in(allDatabases+1, append(key(StringType, "k", "v"), end...)...),
		"database twice":   in(1, append(append(key(StringType, "k", "v"), byte(0), u(1)), append(key(StringType, "l", "v"), end...)...)...),
		"empty database":   in(1, end...),
		"unknown type":     one(Type(99), "v"),
		"keys twice":       in(1, append(append(key(StringType, "k", "v"), key(StringType, "k", "v")...), end...)...),
		"keys disordered":  in(1, append(append(key(StringType, second, "v"), key(StringType, first, "v")...), end...)...),
		"later version":    in(1, append([]any{byte(StringType), "k", 0, u(10), "v"}, end...)...),
		"long key":         in(1, byte(StringType), uint64(1<<33)),
		"empty list":       one(ListType, byte(0), u(0)),
		"list form":        one(ListType, byte(2), u(1), "v"),
		"empty set":        one(SetType, byte(0), u(0), u(0)),
		"set form":         one(SetType, byte(3), u(1), "m", u(0)),
		"ints disordered":  one(SetType, byte(0), u(2), 9, -4, u(0)),
		"too many ints":    one(SetType, byte(0), u(513), 9),
		"member twice":     one(SetType, byte(1), u(2), "m", "m", u(0)),
		"too many members": one(SetType, byte(1), u(129), "m"),
		"row twice":        one(SetType, byte(2), u(2), "m", "m", u(0)),
		"no member":        one(SetType, byte(1), u(1), "m", u(1), "n", 3),
		"credit 0":         one(SetType, byte(1), u(1), "m", u(1), "m", 0),
		"credit twice":     one(SetType, byte(1), u(1), "m", u(2), "m", 1, "m", 1),
		"empty hash":       one(HashType, byte(0), u(0)),
		"field twice":      one(HashType, byte(0), u(2), "f", "v", "f", "v"),
		"entry twice":      one(HashType, byte(1), u(2), "f", "v", "f", "v"),
		"too many fields":  one(HashType, byte(0), u(129), "f", "v"),
		"empty zset":       one(ZSetType, byte(0), u(0), u(0)),
		"nan":              one(ZSetType, byte(0), u(1), "m", math.NaN(), u(0)),
		"ranks disordered": one(ZSetType, byte(0), u(2), "m", 2.0, "n", 1.0, u(0)),
		"score twice":      one(ZSetType, byte(0), u(2), "m", 1.0, "m", 2.0, u(0)),
		"large score":      one(ZSetType, byte(1), u(2), "m", 1.0, "m", 2.0, u(0)),
		"too many scores":  one(ZSetType, byte(0), u(129), "m", 1.0),
		"free lock":        one(LockType, "", u(1)),
		"no holder":        lock(byte(Shared), u(0), byte(0)),
		"mode of a lock":   lock(byte(3), u(1), "o", u(1), u(0), byte(0)),
		"two exclusive":    lock(byte(Exclusive), u(2), "o", u(1), u(0), "p", u(2), u(0), byte(0)),
		"holder twice":     lock(byte(Shared), u(2), "o", u(1), u(0), "o", u(2), u(0), byte(0)),
		"nobody holds":     lock(byte(Shared), u(1), "", u(1), u(0), byte(0)),
		"no permits":       lock(byte(Permits), u(1), "o", u(1), u(0), byte(0)),
		"shared permits":   lock(byte(Shared), u(1), "o", u(1), u(1), byte(0)),
		"lease of nobody":  lock(byte(Shared), u(1), "o", u(1), u(0), byte(1), u(1), "p", 5, u(0), 0, u(0)),
		"lock that picks":  lock(byte(Shared), u(1), "o", u(1), u(0), byte(1), u(0), u(0), 7, u(0)),
		"lock with an end": body(append(append(now, byte(LockType), "k", 5, u(1), byte(Shared), u(1), "o", u(1), u(0), byte(0)), end...)...),
		"huge number":      append(body(u(1)), bytes.Repeat([]byte{0xff}, 11)...),
	}
	maps.Copy(bad, badStreams(one))
	for name, data := range good {
		if _, err := New(testSlot).ReadFrom(bytes.NewReader(sealed(data))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, data := range bad {
		_, err := New(testSlot).ReadFrom(bytes.NewReader(sealed(data)))
		if !errors.Is(err, ErrBadSnapshot) || strings.Contains(err.Error(), "checksum") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The lease of a lock was the key's deadline before version 4.
func TestOldLockKeepsItsLease(t *testing.T) {
	s := New(testSlot)
	data := sealed(body(uint64(3), uint64(5), 6, uint64(9), uint64(0), uint64(0), uint64(1),
		byte(LockType), "k", 70, uint64(1), "me", uint64(4), byte(0), uint64(0)))
	if _, err := s.ReadFrom(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	l, _ := s.View(0).Lock("k")
	h, held := l.Holder("me")
	if at, _ := s.View(0).Deadline("k"); !held || h.Token != 4 || l.Mode() != Exclusive || at != 70 || s.NextDeadline() != 70 {
		t.Errorf("%+v in mode %v until %d, next %d", h, l.Mode(), at, s.NextDeadline())
	}
	if tx := s.Begin(6, 70); tx.Type("k") != NoneType || len(tx.Touched()) != 1 || !tx.Touched()[0].Expired {
		t.Errorf("after its lease: %+v", tx.Touched())
	}
}

// What is claimed and does not come costs no memory.
func TestReadFromAllocatesWhatComes(t *testing.T) {
	huge := uint64(1 << 40)
	for name, data := range map[string][]byte{
		"key":     body(uint64(1), uint64(5), 6, uint64(9), uint64(0), uint64(1), byte(StringType), huge>>9),
		"value":   body(uint64(1), uint64(5), 6, uint64(9), uint64(0), uint64(1), byte(StringType), "k", 0, uint64(1), huge),
		"members": body(uint64(1), uint64(5), 6, uint64(9), uint64(0), uint64(1), byte(SetType), "k", 0, uint64(1), byte(2), huge),
	} {
		s := New(testSlot)
		got := allocated(func() {
			if _, err := s.ReadFrom(bytes.NewReader(data)); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: %v", name, err)
			}
		})
		if got > 1<<20 {
			t.Errorf("%s: %d bytes allocated", name, got)
		}
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// brokenWriter fails after some bytes.
type brokenWriter struct{ left int }

var errBroken = errors.New("broken")

func (w *brokenWriter) Write(p []byte) (int, error) {
	n := min(len(p), w.left)
	w.left -= n
	if n < len(p) {
		return n, errBroken
	}
	return n, nil
}

func TestWriteToTellsErrors(t *testing.T) {
	s := sample(t)
	s.Begin(8, 0).Set("big", strings.Repeat("x", 5*encoderBuffer))
	size := len(snapshotOf(t, s))
	for left := 0; left < size; left += 1000 {
		n, err := s.Freeze().WriteTo(&brokenWriter{left})
		if err != errBroken || n != int64(left) {
			t.Fatalf("after %d bytes: %d, %v", left, n, err)
		}
	}
}

func FuzzReadFrom(f *testing.F) {
	for _, s := range []*Store{New(testSlot), sample(f), sampleWithStreams(f)} {
		data := snapshotOf(f, s)
		f.Add(data[:len(data)-8])
	}
	u := func(n int) uint64 { return uint64(n) }
	for _, tail := range [][]any{
		{byte(StringType), "k", 0, u(1), "v"},
		{byte(SetType), "k", 9, u(1), byte(0), u(2), -4, 9, u(1), "9", 5},
		{byte(ZSetType), "k", 0, u(1), byte(1), u(1), "m", 1.5, u(0)},
		{byte(LockType), "k", 0, u(1), "o", u(1)},
	} {
		f.Add(body(append(append([]any{u(1), u(5), 6, u(9), u(0), u(1)}, tail...), byte(0), u(0))...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := sample(t)
		before := s.Hash()
		s.ReadFrom(bytes.NewReader(data))
		if _, err := s.ReadFrom(bytes.NewReader(sealed(data))); err != nil {
			if s.Hash() != before {
				t.Fatal("the store has changed")
			}
			return
		}
		again := New(testSlot)
		if _, err := again.ReadFrom(bytes.NewReader(snapshotOf(t, s))); err != nil {
			t.Fatal(err)
		}
		if again.Hash() != s.Hash() {
			t.Fatal("hashes differ")
		}
	})
}
