package commands

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coordd/resp"
	"coordd/store"
)

// seenEffects is an outlet that keeps what it is shown.
type seenEffects struct {
	touched  []string
	emitted  []any
	restored int
}

func (s *seenEffects) take(e *Effects) {
	for _, t := range e.Touched {
		line := fmt.Sprintf("%d:%s", t.DB, t.Key)
		if t.Expired {
			line += " expired"
		}
		if t.All {
			line += " all"
		}
		s.touched = append(s.touched, line)
	}
	s.emitted = append(s.emitted, e.Emitted...)
	if e.Restored {
		s.restored++
	}
}

// Every change of a key is told, once the entry is applied; a command that
// changes nothing touches nothing.
func TestEffectsTellTouchedKeys(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  []string
	}{
		{[]string{"SET a 1", "GET a", "DEL nosuch"}, []string{"0:a"}},
		{[]string{"SET a 1", "INCR a", "DEL a"}, []string{"0:a", "0:a", "0:a"}},
		{[]string{"SADD s x", "SADD s x", "SREM s y", "SREM s x"}, []string{"0:s", "0:s"}},
		{[]string{"LPUSH l 1 2 3"}, []string{"0:l"}},
		{[]string{"SET a 1", "EXPIRE a 100", "PERSIST a"}, []string{"0:a", "0:a", "0:a"}},
		{[]string{"SET a 1", "RENAME a b"}, []string{"0:a", "0:a", "0:b"}},
		{[]string{"SET a 1", "COPY a b DB 3"}, []string{"0:a", "3:b"}},
		{[]string{"SET a 1", "FLUSHDB"}, []string{"0:a", "0: all"}},
	} {
		var seen seenEffects
		e := newTestEngine()
		e.Observe(seen.take)
		apply(e, 1, c.lines...)
		if !slices.Equal(seen.touched, c.want) {
			t.Errorf("%q touched %q, want %q", c.lines, seen.touched, c.want)
		}
	}
}

// A key that goes because its time has come says so, whoever notices.
func TestEffectsTellExpiredKeys(t *testing.T) {
	var seen seenEffects
	e := newTestEngine()
	e.Observe(seen.take)
	apply(e, 1, "PSETEX a 1 x")
	seen.touched = nil
	e.Apply(2, e.LogTime()+10, nil)
	if want := []string{"0:a expired"}; !slices.Equal(seen.touched, want) {
		t.Errorf("touched %q, want %q", seen.touched, want)
	}
}

// Members that lapse are told as what else takes members away, once a key; and
// pools tell what is done with them.
func TestEffectsTellOfMembersAndPools(t *testing.T) {
	for _, c := range []struct {
		lines  []string // and then time passes
		wanted EventClass
		want   []string
	}{
		{[]string{"SADD s x y z", "PEXPIREMEMBER s x 5", "PEXPIREMEMBER s y 6"}, SetEvents, []string{"sadd", "srem"}},
		{[]string{"ZADD z 1 x", "PEXPIREMEMBER z x 5"}, ZSetEvents | GenericEvents, []string{"zadd", "expiremember", "zrem", "del"}},
		{[]string{"HSET h x 1", "PEXPIREMEMBER h x 5"}, HashEvents | GenericEvents, []string{"hset", "expiremember", "hexpired", "del"}},
		{[]string{"HSET h x 1", "PEXPIREMEMBER h x 5"}, StringEvents, nil},
		{[]string{"SADD s x y", "PEXPIREMEMBER s x 0", "PEXPIREMEMBER s y -1"}, SetEvents | GenericEvents, []string{"sadd", "srem", "srem", "del"}},
		{[]string{"HSET h x 1", "PEXPIREMEMBER h x 0", "PEXPIREMEMBER h x 0"}, HashEvents, []string{"hset", "hdel"}},
		{[]string{"ZADD z 1 x", "PEXPIREMEMBER z x 500", "PERSIST z x", "PERSIST z x"}, GenericEvents, []string{"expiremember", "persist"}},
		{[]string{"SADD s x", "PICK s", "PICK s LEAST", "PICK s RANDOM", "PICK nosuch"}, GenericEvents, []string{"pick", "pick"}},
		{[]string{"SADD s x", "PICK s LEAST", "PICKDONE s 1", "PICKDONE s 1"}, GenericEvents, []string{"pick", "pickdone"}},
		{[]string{"SADD s x", "PICKMARK s x DOWN", "PICKMARK s y DOWN", "PICKMARK s x UP", "PICKMARK s x UP"}, GenericEvents, []string{"pickmark", "pickmark"}},
	} {
		var seen seenEffects
		e := newTestEngine()
		e.Observe(seen.take)
		e.Listen(c.wanted)
		apply(e, 1, c.lines...)
		e.Apply(2, e.LogTime()+10, nil)
		var names []string
		for _, effect := range seen.emitted {
			names = append(names, effect.(Event).Name)
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("%q told %q, want %q", c.lines, names, c.want)
		}
	}
}

// What belongs to the state but to no client's keyspace touches nothing, and
// no command on whole databases reaches it.
func TestHiddenDatabases(t *testing.T) {
	var seen seenEffects
	keep := Spec{"keep", 2, Write, oneKey, "coordd", "", "Writes to the hidden databases.", nil, nil}
	keep.Data = func(tx *store.Tx, args []string) resp.Reply {
		tx.On(store.System).Set(args[1], "kept")
		return resp.OK
	}
	e := NewEngine(NewTable(append(DataGroups(), Group{"test", []Spec{keep}})...), store.New(testSlot))
	e.Observe(seen.take)
	apply(e, 1, "keep k", "FLUSHALL")
	seen.touched = nil
	apply(e, 2, "keep k")
	if len(seen.touched) != 0 {
		t.Errorf("touched %q", seen.touched)
	}
	restored := NewEngine(NewTable(DataGroups()...), store.New(testSlot))
	var buf bytes.Buffer
	if _, err := e.Freeze().WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	restored.Observe(seen.take)
	if err := restored.Restore(&buf); err != nil || seen.restored != 1 {
		t.Fatalf("restore: %v, told %d times", err, seen.restored)
	}
	if v, _, _ := restored.store.View(0).On(store.System).Get("k"); v != "kept" {
		t.Errorf("the hidden database holds %q after a restore", v)
	}
	if restored.Hash() != e.Hash() {
		t.Error("hashes differ")
	}
}

// Events are recorded only while somebody wants their class.
func TestNotifyOnlyWhatIsWanted(t *testing.T) {
	var seen seenEffects
	say := Spec{"say", 2, Write, oneKey, "coordd", "", "Notifies.", nil, nil}
	say.Data = func(tx *store.Tx, args []string) resp.Reply {
		Notify(tx, StringEvents, "said", args[1])
		return resp.OK
	}
	e := NewEngine(NewTable(Group{"test", []Spec{say}}), store.New(testSlot))
	e.Observe(seen.take)
	apply(e, 1, "say a")
	e.Listen(ListEvents)
	apply(e, 2, "say b")
	e.Listen(StringEvents | EventsByKey)
	apply(e, 3, "say c")
	if want := []any{Event{StringEvents, "said", 0, "c"}}; !reflect.DeepEqual(seen.emitted, want) {
		t.Errorf("emitted %v, want %v", seen.emitted, want)
	}
}

// A waker is told of touched keys while somebody waits, and of those that it
// touches itself.
func TestWaker(t *testing.T) {
	var told []string
	enroll := Spec{"enroll", 1, Write, Keys{}, "coordd", "", "Puts somebody among the waiting.", nil, nil}
	enroll.Data = func(tx *store.Tx, _ []string) resp.Reply {
		tx.On(store.Waiting).Set("somebody", "x")
		return resp.OK
	}
	e := NewEngine(NewTable(append(DataGroups(), Group{"test", []Spec{enroll}})...), store.New(testSlot))
	e.Wake(func(tx *store.Tx, touched []store.Touch) {
		for _, touch := range touched {
			told = append(told, touch.Key)
			if touch.Key == "a" {
				tx.On(touch.DB).Set("b", "made by the waker")
			}
		}
	})
	apply(e, 1, "SET a 1")
	if told != nil {
		t.Fatalf("told of %q though nobody waits", told)
	}
	apply(e, 2, "enroll", "SET a 2", "GET a")
	if want := []string{"a", "b"}; !slices.Equal(told, want) {
		t.Errorf("told of %q, want %q", told, want)
	}
}

// A view tells of the keys that it misses while somebody wants to know.
func TestViewsTellOfMisses(t *testing.T) {
	e := NewEngine(NewTable(DataGroups()...), store.New(testSlot))
	var told []any
	e.OnMiss(func(missed []any) { told = append(told, missed...) })
	view := func(line string) {
		args := strings.Fields(line)
		e.View(1, 1, 3, e.table.Lookup(args[0]), args)
	}
	view("GET a")
	e.Listen(StringEvents)
	view("GET a")
	e.Listen(MissEvents)
	apply(e, 1, "SET there 1")
	view("EXISTS a b a")
	view("DBSIZE")
	miss := func(key string) any { return Event{MissEvents, "keymiss", 3, key} }
	if want := []any{miss("a"), miss("b"), miss("a")}; !reflect.DeepEqual(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
}
