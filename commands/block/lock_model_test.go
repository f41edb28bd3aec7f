package block

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// The naive locks: slices and maps, and nothing kept for speed.
type modelLock struct {
	mode    string // "", SHARED or PERMITS
	holders map[string]modelHolder
	line    []modelWaiter
	last    int64 // token
}

type modelHolder struct {
	token, until int64
	permits      int
}

type modelWaiter struct {
	id     int
	owner  string
	mode   string
	n      int // PERMITS
	ttl    int64
	holder bool // it was one when it came
}

func (w modelWaiter) words() []string {
	words := []string{strconv.FormatInt(w.ttl, 10)}
	switch w.mode {
	case "SHARED":
		words = append(words, "SHARED")
	case "PERMITS":
		words = append(words, "PERMITS", strconv.Itoa(w.n))
	}
	return words
}

func (l *modelLock) fits(w modelWaiter) bool {
	others := len(l.holders)
	if _, holds := l.holders[w.owner]; holds {
		others--
		if w.mode == l.mode {
			return true
		}
	}
	return others == 0 || w.mode == l.mode && (w.mode == "SHARED" || w.mode == "PERMITS" && others < w.n)
}

func (l *modelLock) passes(w modelWaiter) bool {
	_, holds := l.holders[w.owner]
	return holds || len(l.line) == 0 || l.line[0].owner == w.owner
}

// grant gives the lock; check is told the token to be renewed, 0 for a new grant.
func (l *modelLock) grant(w modelWaiter, now int64, check func(renewed int64) int64) {
	h, holds := l.holders[w.owner]
	if !holds || l.mode != w.mode && l.mode != "" {
		h.token = 0
	}
	h.token = check(h.token)
	l.mode, h.until, h.permits = w.mode, now+w.ttl, w.n
	l.holders[w.owner] = h
}

func (l *modelLock) enter(w modelWaiter) {
	at := len(l.line)
	_, w.holder = l.holders[w.owner]
	same := slices.IndexFunc(l.line, func(o modelWaiter) bool { return o.owner == w.owner })
	switch {
	case same >= 0:
		w.holder = l.line[same].holder
		for at = same; at < len(l.line) && l.line[at].owner == w.owner; at++ {
		}
	case w.holder:
		at = slices.IndexFunc(append(l.line, modelWaiter{}), func(o modelWaiter) bool { return !o.holder })
	}
	l.line = slices.Insert(slices.Clone(l.line), at, w)
}

// serve serves the line, and tells who was.
func (l *modelLock) serve(f func(w modelWaiter)) {
	for len(l.line) > 0 && l.fits(l.line[0]) {
		w := l.line[0]
		l.line = l.line[1:]
		f(w)
	}
}

type modelLocks map[string]*modelLock

func (m modelLocks) clone() modelLocks {
	c := modelLocks{}
	for name, l := range m {
		c[name] = &modelLock{l.mode, maps.Clone(l.holders), slices.Clone(l.line), l.last}
	}
	return c
}

// isDeadlock plays what comes: whoever waits for nothing lets go of all it has,
// but for one owner, until nothing changes. Its last client is still there then.
func (m modelLocks) isDeadlock(name string, w modelWaiter) bool {
	m = m.clone()
	m[name].enter(w)
	for changed := true; changed; {
		changed = false
		waits := map[string]bool{w.owner: true}
		for _, l := range m {
			for _, o := range l.line {
				waits[o.owner] = true
			}
		}
		for _, l := range m {
			for owner := range l.holders {
				if !waits[owner] {
					delete(l.holders, owner)
					changed = true
				}
			}
			l.serve(func(o modelWaiter) {
				changed = true
				l.grant(o, 0, func(int64) int64 { return 0 })
			})
		}
	}
	return slices.ContainsFunc(m[name].line, func(o modelWaiter) bool { return o.id == w.id })
}

// lockTest plays the same to an engine and to the model.
type lockTest struct {
	*rapid.T
	owners []string
	ttls   []int64
	engine *commands.Engine
	model  modelLocks
	index  uint64
	now    int64
	ids    int
	most   int64 // the largest token there was before this entry
	newest int64
	got    map[int]string // what clients were served in this entry
}

var modelNames = []string{"k", "l", "m"}

// LOCK against the naive model: exclusion, tokens that grow, first come first
// served, leases that end, deadlocks found, exactly those; and a state that
// survives a snapshot at any time.
func TestLocksAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lt := newLockTest(rt, 4, 5, 20, 1000)
		rt.Repeat(map[string]func(*rapid.T){
			"lock":    lt.lock,
			"wait":    lt.wait,
			"wait2":   lt.wait,
			"unlock":  lt.unlock,
			"leave":   lt.leave,
			"del":     lt.del,
			"pass":    lt.pass,
			"forget":  lt.forget,
			"restore": lt.restore,
			"":        lt.check,
		})
	})
}

// The same where nobody lets go of anything for a long time, and so all wait for
// each other.
func TestDeadlocksAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lt := newLockTest(rt, 6, 1_000_000)
		for range 60 {
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0:
				lt.unlock(rt)
			case 1:
				lt.leave(rt)
			case 2, 3, 4:
				lt.lock(rt)
			default:
				lt.wait(rt)
			}
		}
		lt.check(rt)
	})
}

func newLockTest(t *rapid.T, owners int, ttls ...int64) *lockTest {
	lt := &lockTest{T: t, model: modelLocks{}, now: logTime, owners: []string{"x", "y", "z", "w", "v", "u"}[:owners], ttls: ttls}
	for _, name := range modelNames {
		lt.model[name] = &modelLock{holders: map[string]modelHolder{}}
	}
	lt.use(newTestEngine())
	return lt
}

func (lt *lockTest) use(e *commands.Engine) {
	lt.engine = e
	e.Observe(func(done *commands.Effects) {
		for _, effect := range done.Emitted {
			switch effect := effect.(type) {
			case served:
				lt.got[int(effect.id.number)] = effect.wire
			case ready:
				lt.Fatal("somebody was asked")
			}
		}
	})
}

// do applies an entry: the model's time passes first, then f is its command.
func (lt *lockTest) do(args []string, f func(reply resp.Reply)) {
	lt.index++
	lt.got, lt.most = map[int]string{}, lt.newest
	wire := lt.engine.Apply(lt.index, lt.now, [][]byte{commands.EncodeCommand(nil, 0, args)})[0]
	for _, l := range lt.model {
		maps.DeleteFunc(l.holders, func(_ string, h modelHolder) bool { return h.until <= lt.now })
	}
	lt.serveAll()
	f(parseReply(string(wire)))
	lt.serveAll()
	if len(lt.got) > 0 {
		lt.Fatalf("%v were served, and should not have been", lt.got)
	}
}

// serveAll serves the model's lines as the engine has.
func (lt *lockTest) serveAll() {
	for _, name := range modelNames {
		l := lt.model[name]
		l.serve(func(w modelWaiter) {
			wire, is := lt.got[w.id]
			if !is {
				lt.Fatalf("client %d (%s) should have been granted %s", w.id, w.owner, name)
			}
			delete(lt.got, w.id)
			lt.granted(l, w, parseReply(wire))
		})
	}
}

func (lt *lockTest) granted(l *modelLock, w modelWaiter, r resp.Reply) {
	l.grant(w, lt.now, func(renewed int64) int64 {
		switch {
		case r.Kind != resp.IntKind:
			lt.Fatalf("%s should have been granted a lock, and got %v", w.owner, r)
		case renewed != 0 && r.Int != renewed:
			lt.Fatalf("%s renewed %d, and got %d", w.owner, renewed, r.Int)
		case renewed == 0 && (r.Int <= l.last || r.Int <= lt.most):
			lt.Fatalf("token %d after %d and %d", r.Int, l.last, lt.most)
		}
		l.last = max(l.last, r.Int)
		lt.newest = max(lt.newest, r.Int)
		return r.Int
	})
}

// draw is a lock and a request for it. An owner that waits for it asks for the
// same again.
func (lt *lockTest) draw(t *rapid.T) (name string, w modelWaiter) {
	name = rapid.SampledFrom(modelNames).Draw(t, "name")
	w = modelWaiter{
		owner: rapid.SampledFrom(lt.owners).Draw(t, "owner"),
		mode:  rapid.SampledFrom([]string{"", "SHARED", "PERMITS", "PERMITS"}).Draw(t, "mode"),
		ttl:   rapid.SampledFrom(lt.ttls).Draw(t, "ttl"),
	}
	if w.mode == "PERMITS" {
		w.n = rapid.IntRange(1, 3).Draw(t, "n")
	}
	for _, o := range lt.model[name].line {
		if o.owner == w.owner {
			w.mode, w.n = o.mode, o.n
		}
	}
	return name, w
}

func (lt *lockTest) lock(t *rapid.T) {
	name, w := lt.draw(t)
	l := lt.model[name]
	lt.do(append([]string{"LOCK", name, w.owner}, w.words()...), func(r resp.Reply) {
		if l.passes(w) && l.fits(w) {
			lt.granted(l, w, r)
		} else if r.Kind != resp.NullKind {
			t.Fatalf("%s got %s: %v", w.owner, name, r)
		}
	})
}

func (lt *lockTest) wait(t *rapid.T) {
	name, w := lt.draw(t)
	l := lt.model[name]
	lt.ids++
	w.id = lt.ids
	args := append([]string{waitName, "n1", "1", strconv.Itoa(w.id), "LOCK", name, w.owner}, w.words()...)
	lt.do(append(args, "WAIT", "0"), func(r resp.Reply) {
		isFirst := !slices.ContainsFunc(l.line, func(o modelWaiter) bool { return o.owner == w.owner })
		switch {
		case l.passes(w) && l.fits(w):
			lt.granted(l, w, r)
		case isFirst && lt.model.isDeadlock(name, w):
			if !strings.HasPrefix(r.Str, "DEADLOCK ") {
				t.Fatalf("%s waits for %s, and that is a deadlock: %v", w.owner, name, r)
			}
		case r.Kind != resp.PushKind:
			t.Fatalf("%s should wait for %s: %v", w.owner, name, r)
		default:
			l.enter(w)
		}
	})
}

func (lt *lockTest) unlock(t *rapid.T) {
	name, owner := rapid.SampledFrom(modelNames).Draw(t, "name"), rapid.SampledFrom(lt.owners).Draw(t, "owner")
	l := lt.model[name]
	lt.do([]string{"UNLOCK", name, owner}, func(r resp.Reply) {
		_, holds := l.holders[owner]
		if (r.Int == 1) != holds {
			t.Fatalf("%s unlocks %s: %v", owner, name, r)
		}
		delete(l.holders, owner)
	})
}

func (lt *lockTest) del(t *rapid.T) {
	name := rapid.SampledFrom(modelNames).Draw(t, "name")
	lt.do([]string{"DEL", name}, func(resp.Reply) { clear(lt.model[name].holders) })
}

// leave is a timeout, or a client that goes.
func (lt *lockTest) leave(t *rapid.T) {
	id := rapid.IntRange(max(1, lt.ids-8), lt.ids+1).Draw(t, "id")
	lt.do([]string{unwaitName, "n1", "1", strconv.Itoa(id)}, func(resp.Reply) {
		for _, l := range lt.model {
			l.line = slices.DeleteFunc(l.line, func(w modelWaiter) bool { return w.id == id })
		}
	})
}

func (lt *lockTest) forget(t *rapid.T) {
	if rapid.IntRange(0, 4).Draw(t, "seldom") != 0 {
		return
	}
	lt.do([]string{ForgetName, "n1", "0"}, func(resp.Reply) {
		for _, l := range lt.model {
			l.line = nil
		}
	})
}

func (lt *lockTest) pass(t *rapid.T) {
	lt.now += rapid.SampledFrom([]int64{1, 5, 19, 20, 1000}).Draw(t, "ms")
	lt.do([]string{"GET", "nosuch"}, func(resp.Reply) {})
}

func (lt *lockTest) restore(t *rapid.T) {
	var buf bytes.Buffer
	frozen := lt.engine.Freeze()
	defer frozen.Release()
	if _, err := frozen.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	e := newTestEngine()
	if err := e.Restore(&buf); err != nil {
		t.Fatal(err)
	}
	if e.Hash() != lt.engine.Hash() {
		t.Fatal("a restored state differs")
	}
	lt.use(e)
}

// check compares LOCKINFO and PTTL with the model.
func (lt *lockTest) check(t *rapid.T) {
	waiting := 0
	for _, name := range modelNames {
		l := lt.model[name]
		waiting += len(l.line)
		info := lt.view("LOCKINFO", name)
		if len(l.holders) == 0 {
			if info.Kind != resp.NullKind || len(l.line) > 0 {
				t.Fatalf("nobody holds %s: %v, %d wait", name, info, len(l.line))
			}
			continue
		}
		field := map[string]resp.Reply{}
		for i := 0; i < len(info.Elems); i += 2 {
			field[info.Elems[i].Str] = info.Elems[i+1]
		}
		var got, want []string
		for _, h := range field["holders"].Elems {
			got = append(got, fmt.Sprint(h.Elems[1].Str, h.Elems[3].Int, h.Elems[5].Int))
		}
		owners := slices.SortedFunc(maps.Keys(l.holders), func(a, b string) int { return int(l.holders[a].token - l.holders[b].token) })
		for _, owner := range owners {
			want = append(want, fmt.Sprint(owner, l.holders[owner].token, l.holders[owner].until-lt.now))
		}
		next, all := "", map[string]bool{}
		for i, w := range l.line {
			if all[w.owner] = true; i == 0 {
				next = w.owner
			}
		}
		mode := map[string]string{"": "exclusive", "SHARED": "shared", "PERMITS": "permits"}[l.mode]
		if !slices.Equal(got, want) || field["mode"].Str != mode || field["waiting"].Int != int64(len(all)) || field["next"].Str != next {
			t.Fatalf("%s: %v, want %s %v, waiting %v", name, info, mode, want, l.line)
		}
	}
	if waiting == 0 {
		lt.engine.View(0, 0, 0, &commands.Spec{Flags: commands.Read, Data: func(tx *store.Tx, _ []string) resp.Reply {
			tx.On(store.Waiting).Each(func(key string, _ store.Type) bool {
				if key[0] != 'o' && key[0] != 'r' { // replies that nobody has acknowledged
					t.Fatalf("nobody waits, and %q is there", key)
				}
				return true
			})
			return resp.OK
		}}, nil)
	}
}

func (lt *lockTest) view(args ...string) resp.Reply {
	var table *commands.Table
	b := New(func() *commands.Table { return table })
	table = testTable(func() *Blocker { return b })
	return lt.engine.View(lt.now, 0, 0, table.Lookup(args[0]), args)
}
