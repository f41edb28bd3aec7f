package store

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// machine runs the same commands on a store that is frozen and restored all
// the time, on a twin that never is, and on the model.
type machine struct {
	real, twin *Store
	model      *model
	index      uint64
	frozen     []frozenCheck
	buffers    [][]byte // behind the strings of the running command
}

type frozenCheck struct {
	view  *Frozen
	hash  uint64
	model *model
}

// testSlot puts keys that begin with '{' into one slot, the others anywhere.
func testSlot(key string) uint16 {
	if strings.HasPrefix(key, "{") {
		return 5
	}
	return uint16(hash53("slot of"+key)) & 0x3fff
}

func TestStoreAgainstModel(t *testing.T) { rapid.Check(t, storeAgainstModel) }

func FuzzStore(f *testing.F) {
	for seed := range byte(4) {
		data := make([]byte, 64<<10)
		rand.NewChaCha8([32]byte{seed}).Read(data)
		f.Add(data)
	}
	f.Fuzz(rapid.MakeFuzz(storeAgainstModel))
}

func storeAgainstModel(t *rapid.T) {
	m := &machine{real: New(testSlot), twin: New(testSlot), model: newModel()}
	m.begin(t, 1000)
	m.play(t, map[string]func(*rapid.T){
		"entry": m.entry, "freeze": m.freeze, "restore": m.restore,
		"string": m.stringWords, "key": m.keyWords, "deadline": m.deadline,
		"list": m.listWords, "set": m.setWords, "hash": m.hashWords, "zset": m.zsetWords,
		"stream": m.streamWords, "group": m.groupWords, "lock": m.lockWords, "members": m.memberDeadlines, "tickets": m.tickets,
		"copy": m.copyKey, "flush": m.flush, "scan": m.scan,
	})
}

// play does some of the actions, and compares everything after each.
func (m *machine) play(t *rapid.T, actions map[string]func(*rapid.T)) {
	names := sortedKeys(actions)
	for range rapid.IntRange(0, 120).Draw(t, "steps") {
		actions[rapid.SampledFrom(names).Draw(t, "action")](t)
		m.check(t)
	}
	for _, f := range m.frozen {
		m.checkFrozen(t, f)
	}
}

func (m *machine) begin(t *rapid.T, now int64) {
	m.index++
	for _, s := range []*Store{m.real, m.twin} {
		if got := s.Begin(m.index, now).Index(); got != m.index {
			t.Fatalf("index %d, want %d", got, m.index)
		}
	}
	m.model.tick(now)
}

func (m *machine) entry(t *rapid.T) {
	m.begin(t, m.model.now+rapid.Int64Range(-5, 40).Draw(t, "pass"))
}

func (m *machine) freeze(t *rapid.T) {
	if len(m.frozen) == 4 {
		old := m.frozen[0]
		m.checkFrozen(t, old)
		old.view.Release()
		m.frozen = slices.Delete(m.frozen, 0, 1)
	}
	m.frozen = append(m.frozen, frozenCheck{m.real.Freeze(), m.twin.Hash(), m.model.clone()})
}

func (m *machine) checkFrozen(t *rapid.T, f frozenCheck) {
	if f.view.Hash() != f.hash {
		t.Fatal("a frozen view has changed")
	}
	var buf bytes.Buffer
	if _, err := f.view.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	s := New(testSlot)
	if _, err := s.ReadFrom(&buf); err != nil {
		t.Fatal(err)
	}
	if s.Hash() != f.hash {
		t.Fatal("a restored store hashes differently")
	}
	compare(t, s.View(0), f.model)
}

// restore goes on with a store made from a snapshot of the real one.
func (m *machine) restore(t *rapid.T) {
	var buf bytes.Buffer
	n, err := m.real.Freeze().WriteTo(&buf)
	if err != nil || n != int64(buf.Len()) {
		t.Fatal(n, err)
	}
	s := m.real
	if rapid.Bool().Draw(t, "fresh") {
		s = New(testSlot)
	}
	if got, err := s.ReadFrom(&buf); err != nil || got != n {
		t.Fatal(got, err)
	}
	m.real = s
	m.begin(t, m.model.now)
}

// run does one command on both stores and sees that they answer alike.
func (m *machine) run(t *rapid.T, db int, f func(tx *Tx) []any) []any {
	t.Helper()
	var answers [2][]any
	for i, s := range []*Store{m.real, m.twin} {
		tx := s.txs[0].On(db)
		tx.Seed(m.index)
		answers[i] = f(tx)
		tx.Done()
	}
	for _, b := range m.buffers {
		clear(b)
	}
	m.buffers = nil
	if !reflect.DeepEqual(answers[0], answers[1]) {
		t.Fatalf("answers differ: %v and %v", answers[0], answers[1])
	}
	return answers[0]
}

func (m *machine) want(t *rapid.T, got []any, want ...any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// arg is s in a buffer that is wiped when the command is over.
func (m *machine) arg(s string) string {
	b := []byte(s)
	m.buffers = append(m.buffers, b)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// check compares everything with the model.
func (m *machine) check(t *rapid.T) {
	if m.real.Hash() != m.twin.Hash() {
		t.Fatal("the stores differ")
	}
	compare(t, m.real.View(0), m.model)
	if got, want := m.real.NextDeadline(), m.model.nextDeadline(); got != want {
		t.Fatalf("next deadline %d, want %d", got, want)
	}
	for db, values := range m.model.dbs {
		expires := 0
		for _, v := range values {
			if v.deadline != 0 { // the leases of a lock are its members'
				expires++
			}
		}
		// Keys whose deadline was set into the past are there until the next entry.
		if k, e := m.real.Keys(db); k != len(values) || e != expires {
			t.Fatalf("keys %d with %d deadlines, want %d with %d", k, e, len(values), expires)
		}
	}
}

func compare(t *rapid.T, view *Tx, m *model) {
	t.Helper()
	for db := range m.dbs {
		tx := view.On(db)
		seen := map[string]bool{}
		tx.Each(func(key string, kind Type) bool {
			v := m.dbs[db][key]
			if v == nil || v.kind != kind {
				t.Fatalf("%q is a %v, want %v", key, kind, v)
			}
			seen[key] = true
			compareValue(t, tx, key, v)
			return true
		})
		for key, v := range m.dbs[db] {
			due := v.isDue(m.now)
			if seen[key] == due {
				t.Fatalf("%q is seen: %v, due: %v", key, seen[key], due)
			}
		}
	}
}

func compareValue(t *rapid.T, tx *Tx, key string, v *modelValue) {
	t.Helper()
	deadline := v.deadline
	if v.kind == LockType {
		deadline = v.lastLease()
	}
	if at, ok := tx.Deadline(key); at != deadline || !ok {
		t.Fatalf("%q: deadline %d, %v", key, at, ok)
	}
	if got := tx.Encoding(key); v.kind != ListType && got != v.encoding() {
		t.Fatalf("%q: encoding %s, want %s", key, got, v.encoding())
	}
	var got, want any
	switch v.kind {
	case StringType:
		text, _, err := tx.Get(key)
		got, want = fmt.Sprint(text, err), fmt.Sprint(v.text, nil)
	case ListType:
		l, _ := tx.List(key)
		got, want = elements(l), v.words
		size := packedHeader
		for _, w := range v.words {
			size += packedLen(w)
		}
		if l.packed != size {
			t.Fatalf("%q takes %d bytes, want %d", key, l.packed, size)
		}
	case SetType:
		s, _ := tx.SetOf(key)
		got, want = setMembers(s), v.members()
		compareDeadlines(t, s.MemberDeadline, v)
		compareStandings(t, s.Standing, v)
	case HashType:
		h, _ := tx.Hash(key)
		fields, names := map[string]string{}, []string{}
		h.Each(func(f, val string) bool {
			fields[f] = val
			names = append(names, f)
			return true
		})
		got, want = []any{fields, names}, []any{v.fields, v.members()}
		compareDeadlines(t, h.MemberDeadline, v)
	case ZSetType:
		z, _ := tx.ZSet(key)
		scores, names := map[string]float64{}, []string{}
		z.Range(0, z.Len(), func(m string, s float64) bool {
			scores[m] = s
			names = append(names, m)
			return true
		})
		got, want = []any{scores, names}, []any{v.scores, v.members()}
		compareDeadlines(t, z.MemberDeadline, v)
		compareStandings(t, z.Standing, v)
	case LockType:
		l, _ := tx.Lock(key)
		held := map[string]string{}
		l.Each(func(h Holder) bool {
			held[h.Owner] = h.text()
			return true
		})
		got, want = []any{l.Mode(), held}, []any{LockMode(v.token), v.fields}
		compareDeadlines(t, l.MemberDeadline, v)
	case StreamType:
		s, _ := tx.Stream(key)
		got, want = *observed(s), *v.stream.orEmpty()
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q holds %v, want %v", key, got, want)
	}
}

func elements(l *List) []string {
	all := []string{}
	l.Range(0, l.Len(), func(v string) bool {
		all = append(all, v)
		return true
	})
	return all
}

func setMembers(s *Set) []string {
	all := []string{}
	s.Each(func(m string) bool {
		all = append(all, m)
		return true
	})
	return all
}

func compareStandings(t *rapid.T, standing func(string) Standing, v *modelValue) {
	t.Helper()
	for _, m := range v.members() {
		want := Standing{Credit: v.credits[m], Mark: v.marks[m]}
		for _, ticket := range v.tickets {
			if ticket.Member == m {
				want.Out++
			}
		}
		if got := standing(m); got != want {
			t.Fatalf("standing of %q is %+v, want %+v", m, got, want)
		}
	}
}

func compareDeadlines(t *rapid.T, deadline func(string) int64, v *modelValue) {
	t.Helper()
	for _, m := range v.members() {
		if got := deadline(m); got != v.deadlines[m] {
			t.Fatalf("deadline of %q is %d, want %d", m, got, v.deadlines[m])
		}
	}
}

func (m *machine) scan(t *rapid.T) {
	db := drawDB(t)
	count := rapid.IntRange(0, 5).Draw(t, "count")
	got := m.run(t, db, func(tx *Tx) []any {
		seen := map[string]bool{}
		for cursor, first := uint64(0), true; first || cursor != 0; first = false {
			cursor = tx.Scan(cursor, count, func(key string, _ Type) { seen[key] = true })
		}
		key, ok := tx.RandomKey()
		return []any{seen, ok, key == "" || seen[key]}
	})
	live := map[string]bool{}
	for key, v := range m.model.dbs[db] {
		if !v.isDue(m.model.now) {
			live[key] = true
		}
	}
	m.want(t, got, live, len(live) > 0, true)
}

func (m *machine) flush(t *rapid.T) {
	if rapid.IntRange(0, 4).Draw(t, "seldom") != 0 {
		return
	}
	db := drawDB(t)
	m.run(t, db, func(tx *Tx) []any { tx.Flush(); return nil })
	m.model.dbs[db] = map[string]*modelValue{}
}

func (m *machine) copyKey(t *rapid.T) {
	db, to := drawDB(t), drawDB(t)
	a, b := drawKey(t), drawKey(t)
	rename := rapid.Bool().Draw(t, "rename")
	from := m.find(db, a)
	m.run(t, db, func(tx *Tx) []any {
		if rename {
			tx.Rename(m.arg(a), m.arg(b))
		} else {
			tx.CopyTo(tx.On(to), m.arg(a), m.arg(b))
		}
		return nil
	})
	switch {
	case from == nil:
	case !rename && (db != to || a != b):
		m.model.dbs[to][b] = from.clone()
	case rename && a != b:
		delete(m.model.dbs[db], a)
		m.model.dbs[db][b] = from
	}
}

// find is the model's value unless it is due; then it is deleted, as the store does on a write.
func (m *machine) find(db int, key string) *modelValue {
	v := m.model.dbs[db][key]
	if v != nil && v.isDue(m.model.now) {
		delete(m.model.dbs[db], key)
		return nil
	}
	return v
}

func (m *machine) keyWords(t *rapid.T) {
	db, key := drawDB(t), drawKey(t)
	v := m.find(db, key)
	switch rapid.SampledFrom([]string{"delete", "type", "token"}).Draw(t, "word") {
	case "delete":
		m.want(t, m.run(t, db, func(tx *Tx) []any { return []any{tx.Delete(m.arg(key))} }), v != nil)
		delete(m.model.dbs[db], key)
	case "type":
		// Reading removes nothing, so the model's value may be back.
		got := m.run(t, db, func(tx *Tx) []any {
			tx.live(key)
			return []any{tx.Type(m.arg(key)), tx.Version(key)-1 < absent-1}
		})
		if v == nil {
			m.want(t, got, NoneType, false)
		} else {
			m.want(t, got, v.kind, true)
		}
	case "token":
		m.model.tokens++
		m.want(t, m.run(t, db, func(tx *Tx) []any { tx.live(key); return []any{tx.NextToken()} }), m.model.tokens)
	}
}

func (m *machine) deadline(t *rapid.T) {
	db, key := drawDB(t), drawKey(t)
	v := m.find(db, key)
	at := rapid.SampledFrom([]int64{0, m.model.now - 1, m.model.now, m.model.now + 1, m.model.now + 20}).Draw(t, "at")
	before := m.real.View(0).On(db).Version(key)
	got := m.run(t, db, func(tx *Tx) []any { return []any{tx.SetDeadline(m.arg(key), at)} })
	m.want(t, got, v != nil)
	if v == nil {
		return
	}
	after := m.real.View(0).On(db).Version(key)
	changed := v.deadline != at
	if v.kind == LockType {
		changed = v.setLeases(at)
	} else {
		v.deadline = at
	}
	if changed == (before == after) && after != 0 {
		t.Fatalf("version %d after %d, changed: %v", after, before, changed)
	}
}

func (m *machine) stringWords(t *rapid.T) {
	db, key := drawDB(t), drawKeyFor(t, StringType)
	v := m.find(db, key)
	text := drawWord(t)
	keep := rapid.Bool().Draw(t, "keep")
	m.run(t, db, func(tx *Tx) []any {
		if keep {
			tx.Put(m.arg(key), m.arg(text))
		} else {
			tx.Set(m.arg(key), m.arg(text))
		}
		return nil
	})
	fresh := &modelValue{kind: StringType, text: text}
	if keep && v != nil {
		fresh.deadline = v.deadline
	}
	m.model.dbs[db][key] = fresh
}

func drawDB(t *rapid.T) int { return rapid.IntRange(0, 1).Draw(t, "db") }

var keys = []string{"", "a", "{x}1", "{x}2", "list", "set", "hash", "zset", "stream", "lock", "string"}

func drawKey(t *rapid.T) string { return rapid.SampledFrom(keys).Draw(t, "key") }

// drawKeyFor mostly draws a key that holds the type already, if it is there.
func drawKeyFor(t *rapid.T, kind Type) string {
	return rapid.SampledFrom([]string{kind.String(), kind.String(), keys[0], keys[1], keys[2]}).Draw(t, "key")
}

var words = slices.Concat([]string{"", "-0", "01", "-9223372036854775808", "9223372036854775808",
	strings.Repeat("x", 64), strings.Repeat("y", 65), strings.Repeat("z", 9000)}, numbers(1, 40), numbers(100, 120))

// manyWords draws up to 700 words, so that collections change their form.
func manyWords(t *rapid.T) []string {
	switch rapid.IntRange(0, 9).Draw(t, "many") {
	case 0:
		n := rapid.IntRange(1, 700).Draw(t, "n")
		return numbers(1000, 1000+n)
	case 1:
		n := rapid.IntRange(1, 300).Draw(t, "n")
		all := numbers(2000, 2000+n)
		for i := range all {
			all[i] = "w" + all[i]
		}
		return all
	}
	return rapid.SliceOfN(rapid.SampledFrom(words), 1, 4).Draw(t, "words")
}

func drawWord(t *rapid.T) string { return rapid.SampledFrom(words).Draw(t, "word") }

func numbers(from, to int) (all []string) {
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

func sortedKeys[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
