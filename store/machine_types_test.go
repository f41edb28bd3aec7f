package store

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"
)

// change runs a command on a collection, and sees that a wrong type is told and
// that the version changes exactly when the command says so.
func change[C collection](m *machine, t *rapid.T, db int, key string, kind Type,
	open func(*Tx, string) (C, error), f func(C) (answer []any, changed bool)) (got []any, v *modelValue) {
	t.Helper()
	old := m.find(db, key)
	v = m.model.open(db, key, kind)
	before := m.real.View(0).On(db).Version(key)
	if old == nil {
		before = 0
	}
	changed := false
	got = m.run(t, db, func(tx *Tx) (answer []any) {
		c, err := open(tx, m.arg(key))
		if err != nil {
			if err != ErrWrongType || v != nil {
				t.Fatalf("%v on a %v", err, old.kind)
			}
			return nil
		}
		if v == nil {
			t.Fatalf("a %v was opened as a %v", old.kind, kind)
		}
		answer, changed = f(c)
		return answer
	})
	after := m.real.View(0).On(db).Version(key)
	if v == nil || after == 0 || after >= absent {
		return got, v
	}
	if changed == (before == after) {
		t.Fatalf("version %d after %d, changed: %v", after, before, changed)
	}
	return got, v
}

func (m *machine) listWords(t *rapid.T) {
	db, key := drawDB(t), drawKeyFor(t, ListType)
	word := rapid.SampledFrom([]string{"push", "pushfront", "pop", "popfront", "set", "insert", "remove", "trim"}).Draw(t, "word")
	values := manyWords(t)
	a, b := rapid.IntRange(0, 300).Draw(t, "a"), rapid.IntRange(0, 300).Draw(t, "b")
	got, v := change(m, t, db, key, ListType, (*Tx).MakeList, func(l *List) ([]any, bool) {
		n := l.Len()
		switch word {
		case "push":
			for _, w := range values {
				l.PushBack(m.arg(w))
			}
		case "pushfront":
			for _, w := range values {
				l.PushFront(m.arg(w))
			}
		case "pop":
			w, ok := l.PopBack()
			return []any{w, ok}, ok
		case "popfront":
			w, ok := l.PopFront()
			return []any{w, ok}, ok
		case "insert":
			l.Insert(a%(n+1), m.arg(values[0]))
		case "trim":
			l.Trim(min(a, n), min(b, n))
			return nil, l.Len() != n
		case "set", "remove":
			if n == 0 {
				return nil, false
			}
			if word == "set" {
				l.Set(a%n, m.arg(values[0]))
			} else {
				l.Remove(a % n)
			}
		}
		return nil, len(values) > 0
	})
	if v == nil {
		return
	}
	m.modelList(t, v, word, values, a, b, got)
	m.model.done(db, key)
	l, _ := m.real.View(0).On(db).List(key)
	lo, hi := min(a, b, v.len()), min(max(a, b), v.len())
	var back []string
	l.RangeBack(lo, hi, func(w string) bool { back = append(back, w); return true })
	slices.Reverse(back)
	if !slices.Equal(back, v.words[lo:hi]) || lo < v.len() && l.At(lo) != v.words[lo] {
		t.Fatalf("[%d,%d) is %v", lo, hi, back)
	}
}

func (m *machine) modelList(t *rapid.T, v *modelValue, word string, values []string, a, b int, got []any) {
	n := len(v.words)
	switch word {
	case "push":
		v.words = append(v.words, values...)
	case "pushfront":
		values = slices.Clone(values)
		slices.Reverse(values)
		v.words = append(values, v.words...)
	case "pop", "popfront":
		if n == 0 {
			m.want(t, got, "", false)
			break
		}
		i := 0
		if word == "pop" {
			i = n - 1
		}
		m.want(t, got, v.words[i], true)
		v.words = slices.Delete(v.words, i, i+1)
	case "insert":
		v.words = slices.Insert(v.words, a%(n+1), values[0])
	case "trim":
		a, b = min(a, n), min(b, n)
		v.words = slices.Clone(v.words[a:max(a, b)])
	case "set":
		if n > 0 {
			v.words[a%n] = values[0]
		}
	case "remove":
		if n > 0 {
			v.words = slices.Delete(v.words, a%n, a%n+1)
		}
	}
}

func (m *machine) setWords(t *rapid.T) {
	db, key := drawDB(t), drawKeyFor(t, SetType)
	word := rapid.SampledFrom([]string{"add", "add", "remove", "credit"}).Draw(t, "word")
	values := manyWords(t)
	credit := rapid.Int64Range(-1, 1).Draw(t, "credit")
	got, v := change(m, t, db, key, SetType, (*Tx).MakeSet, func(s *Set) (answer []any, changed bool) {
		if word == "credit" {
			for i := range min(s.Len(), 5) {
				s.SetStanding(m.arg(s.At(i)), Standing{Credit: credit})
			}
			return nil, false
		}
		for _, w := range values {
			if word == "add" {
				answer = append(answer, s.Add(m.arg(w)))
			} else {
				answer = append(answer, s.Remove(m.arg(w)))
			}
			if s.Has(w) != (word == "add") {
				t.Fatalf("after %s %q is a member: %v", word, w, s.Has(w))
			}
		}
		return answer, slices.Contains(answer, any(true))
	})
	if v == nil {
		return
	}
	var want []any
	for _, w := range values {
		switch word {
		case "add":
			want = append(want, v.addMember(w))
		case "remove":
			want = append(want, v.removeMember(w))
		}
	}
	if word == "credit" {
		v.giveCredit(credit)
	}
	m.want(t, got, want...)
	m.model.done(db, key)
	s, _ := m.real.View(0).On(db).SetOf(key)
	for i, w := range v.members() {
		if s.At(i) != w {
			t.Fatalf("member %d is %q, want %q", i, s.At(i), w)
		}
	}
	scanned := map[string]bool{}
	for cursor, first := uint64(0), true; first || cursor != 0; first = false {
		cursor = s.Scan(cursor, 7, func(w string) { scanned[w] = true })
	}
	if !slices.Equal(sortedKeys(scanned), sortedKeys(v.fields)) {
		t.Fatal("a scan does not see the members")
	}
}

func (m *machine) hashWords(t *rapid.T) {
	db, key := drawDB(t), drawKeyFor(t, HashType)
	remove := rapid.IntRange(0, 2).Draw(t, "remove") == 0
	keep := rapid.Bool().Draw(t, "keep")
	names, value := manyWords(t), drawWord(t)
	got, v := change(m, t, db, key, HashType, (*Tx).MakeHash, func(h *Hash) (answer []any, changed bool) {
		for _, name := range names {
			switch {
			case remove:
				answer = append(answer, h.Remove(m.arg(name)))
			case keep:
				answer = append(answer, h.Put(m.arg(name), m.arg(value)))
			default:
				answer = append(answer, h.Set(m.arg(name), m.arg(value)))
			}
			if got, ok := h.Get(name); ok == remove || ok && got != value {
				t.Fatalf("%q is %q, %v", name, got, ok)
			}
		}
		return answer, len(names) > 0 && !remove || slices.Contains(answer, any(true))
	})
	if v == nil {
		return
	}
	var want []any
	for _, name := range names {
		if remove {
			want = append(want, v.removeMember(name))
		} else {
			want = append(want, v.putField(name, value))
			if !keep {
				delete(v.deadlines, name)
			}
		}
	}
	m.want(t, got, want...)
	m.model.done(db, key)
	h, _ := m.real.View(0).On(db).Hash(key)
	for i, name := range v.members() {
		if f, val := h.At(i); f != name || val != v.fields[name] {
			t.Fatalf("field %d is %q, want %q", i, f, name)
		}
	}
	scanned := map[string]bool{}
	for cursor, first := uint64(0), true; first || cursor != 0; first = false {
		cursor = h.Scan(cursor, 7, func(w, _ string) { scanned[w] = true })
	}
	if !slices.Equal(sortedKeys(scanned), sortedKeys(v.fields)) {
		t.Fatal("a scan does not see the fields")
	}
}

func (m *machine) zsetWords(t *rapid.T) {
	db, key := drawDB(t), drawKeyFor(t, ZSetType)
	word := rapid.SampledFrom([]string{"put", "put", "remove", "credit"}).Draw(t, "word")
	values := manyWords(t)
	score := func(i int) float64 { return float64(i*7%5) - 1.5 }
	credit := rapid.Int64Range(-1, 1).Draw(t, "credit")
	same := true
	if old := m.find(db, key); old != nil && old.kind == ZSetType {
		for i, w := range values {
			s, ok := old.scores[w]
			same = same && ok && s == score(i)
		}
	} else {
		same = len(values) == 0
	}
	got, v := change(m, t, db, key, ZSetType, (*Tx).MakeZSet, func(z *ZSet) (answer []any, changed bool) {
		for i, w := range values {
			switch word {
			case "put":
				answer = append(answer, z.Put(m.arg(w), score(i)))
			case "remove":
				answer = append(answer, z.Remove(m.arg(w)))
			}
		}
		if word == "put" {
			return answer, !same
		}
		for i := 0; word == "credit" && i < min(z.Len(), 5); i++ {
			w, _ := z.At(i)
			z.SetStanding(m.arg(w), Standing{Credit: credit})
		}
		return answer, slices.Contains(answer, any(true))
	})
	if v == nil {
		return
	}
	var want []any
	for i, w := range values {
		switch word {
		case "put":
			want = append(want, v.putScore(w, score(i)))
		case "remove":
			want = append(want, v.removeScore(w))
		}
	}
	if word == "credit" {
		v.giveCredit(credit)
	}
	m.want(t, got, want...)
	m.model.done(db, key)
	m.checkRanks(t, db, key, v)
}

func (m *machine) checkRanks(t *rapid.T, db int, key string, v *modelValue) {
	z, _ := m.real.View(0).On(db).ZSet(key)
	ms := v.members()
	for i, w := range ms {
		r, ok := z.Rank(w)
		at, s := z.At(i)
		if r != i || !ok || at != w || s != v.scores[w] {
			t.Fatalf("rank %d is %q, and %q has %d, %v", i, at, w, r, ok)
		}
	}
	for _, s := range []float64{-2, -1.5, -1, -0.5, 2.5, 3} {
		for _, after := range []bool{false, true} {
			want := 0
			for _, w := range ms {
				if v.scores[w] < s || after && v.scores[w] == s {
					want++
				}
			}
			if got := z.SeekScore(s, after); got != want {
				t.Fatalf("score %v, %v: rank %d, want %d", s, after, got, want)
			}
		}
	}
	var back []string
	z.RangeBack(len(ms)/3, len(ms), func(w string, _ float64) bool { back = append(back, w); return true })
	slices.Reverse(back)
	if !slices.Equal(back, ms[len(ms)/3:]) {
		t.Fatalf("backwards: %v", back)
	}
	scanned := map[string]bool{}
	for cursor, first := uint64(0), true; first || cursor != 0; first = false {
		cursor = z.Scan(cursor, 7, func(w string, _ float64) { scanned[w] = true })
	}
	if !slices.Equal(sortedKeys(scanned), sortedKeys(v.scores)) {
		t.Fatal("a scan does not see the members")
	}
}

func (m *machine) lockWords(t *rapid.T) {
	db, key := drawDB(t), drawKeyFor(t, LockType)
	owner := rapid.SampledFrom([]string{"o", "p", "q"}).Draw(t, "owner")
	mode := rapid.SampledFrom([]LockMode{Exclusive, Shared, Permits}).Draw(t, "mode")
	h := Holder{Owner: owner, Token: rapid.Uint64Range(0, 2).Draw(t, "token")}
	if mode == Permits {
		h.Permits = rapid.Uint64Range(1, 2).Draw(t, "permits")
	}
	leave := rapid.IntRange(0, 3).Draw(t, "leave") == 0
	_, v := change(m, t, db, key, LockType, (*Tx).MakeLock, func(l *Lock) ([]any, bool) {
		v := m.model.dbs[db][key]
		if leave {
			return nil, l.Remove(m.arg(owner))
		}
		if v.locks(mode, owner) {
			l.SetMode(mode)
			l.Hold(Holder{m.arg(owner), h.Token, h.Permits})
		}
		return nil, v.locks(mode, owner) && (uint64(mode) != v.token || v.fields[owner] != h.text())
	})
	switch {
	case v == nil:
		return
	case leave:
		v.removeMember(owner)
	case v.locks(mode, owner):
		lease := v.deadlines[owner]
		v.removeMember(owner)
		if lease != 0 {
			v.deadlines[owner] = lease
		}
		v.token, v.fields[owner], v.words = uint64(mode), h.text(), append(v.words, owner)
	}
	m.model.done(db, key)
}

// locks tells whether an owner may hold a lock in a mode, as far as the store minds.
func (v *modelValue) locks(mode LockMode, owner string) bool {
	_, holds := v.fields[owner]
	alone := len(v.fields) == 0 || len(v.fields) == 1 && holds
	return alone || mode != Exclusive && uint64(mode) == v.token
}

func (h Holder) text() string { return fmt.Sprint(h.Token, h.Permits) }

// setLeases gives all leases of a lock one deadline, and tells whether it has
// changed anything.
func (v *modelValue) setLeases(at int64) (changed bool) {
	for owner := range v.fields {
		changed = changed || v.deadlines[owner] != at
		delete(v.deadlines, owner)
		if at != 0 {
			v.deadlines[owner] = at
		}
	}
	return changed
}
