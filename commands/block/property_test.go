package block

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// story is what happened in a world, seen from outside and from its log.
type story struct {
	t   *testing.T
	w   *world
	rng *rand.Rand

	blocked []*told
	pushed  map[string]time.Time // elements, and when the push began
	popped  map[string]bool      // by LPOP

	// Guarded by the world's mu: what the log says.
	names    map[waiterID]string // the client's own word, which is a key nobody pushes to
	servedTo map[string]string   // element: client
}

// told is a client, and what has become of it.
type told struct {
	*blocked
	name   string
	keys   []string
	goneAt time.Time // it left, or its node died; zero: neither
	reply  *resp.Reply
}

var storyKeys = []string{"k", "l", "m"}

// Random clients on random nodes, pushes, time-outs, disconnects, deaths,
// restarts, nodes that are cut off and come back by log or by snapshot: nobody
// is overtaken, nothing is lost or served twice, nobody who has gone is
// served, nobody waits for what is there, all nodes agree.
func TestStories(t *testing.T) {
	seeds := 60
	if testing.Short() {
		seeds = 6
	}
	for seed := range uint64(seeds) {
		synctest.Test(t, func(t *testing.T) {
			s := newStory(t, seed)
			for range 120 {
				s.step()
			}
			s.end()
			if t.Failed() {
				t.Logf("seed %d", seed)
			}
		})
		if t.Failed() {
			return
		}
	}
}

func newStory(t *testing.T, seed uint64) *story {
	s := &story{
		t: t, w: newWorld(t, seed, 3), rng: rand.New(rand.NewPCG(seed, 2)),
		pushed: map[string]time.Time{}, popped: map[string]bool{},
		names: map[waiterID]string{}, servedTo: map[string]string{},
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.w.listen = s.listen
	s.w.lead.Observe(s.observe)
	return s
}

func (s *story) step() {
	n := s.w.nodes[s.rng.IntN(len(s.w.nodes))]
	switch p := s.rng.IntN(100); {
	case p < 35:
		s.block(n)
	case p < 65:
		s.push()
	case p < 72:
		s.leave()
	case p < 75:
		n.blocker.Unblock(1+s.rng.Uint64N(20), s.rng.IntN(2) == 0)
	case p < 78:
		s.pop()
	case p < 83:
		s.w.set(n, func(n *node) { n.cut = !n.cut })
	case p < 85:
		s.died(n)
		s.w.kill(n)
	case p < 88:
		s.died(n)
		s.w.restart(n)
	case p < 91:
		s.w.do(ForgetName, n.id, "0")
	case p < 95:
		time.Sleep(time.Second)
	}
	time.Sleep(time.Duration(s.rng.IntN(20)) * time.Millisecond)
}

func (s *story) block(n *node) {
	if n.dead {
		return
	}
	keys := slices.Clone(storyKeys)
	s.rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	keys = keys[:1+s.rng.IntN(2)]
	name := fmt.Sprint("client", len(s.blocked))
	limit := "0"
	if s.rng.IntN(3) == 0 {
		limit = fmt.Sprint(0.05 + 2*s.rng.Float64())
	}
	line := fmt.Sprintf("BLPOP %s %s %s", strings.Join(keys, " "), name, limit)
	s.blocked = append(s.blocked, &told{blocked: s.w.block(n, line), name: name, keys: keys})
}

func (s *story) push() {
	args := []string{"RPUSH", storyKeys[s.rng.IntN(len(storyKeys))]}
	for range 1 + s.rng.IntN(3) {
		e := fmt.Sprint("e", len(s.pushed))
		s.pushed[e] = time.Now()
		args = append(args, e)
	}
	time.Sleep(time.Microsecond) // so that who goes now has gone before or after
	s.w.do(args...)
}

func (s *story) pop() {
	if r := s.w.do("LPOP", storyKeys[s.rng.IntN(len(storyKeys))]); r.Kind == resp.BulkKind {
		s.popped[r.Str] = true
	}
}

func (s *story) leave() {
	if len(s.blocked) == 0 {
		return
	}
	b := s.blocked[s.rng.IntN(len(s.blocked))]
	if !b.left && b.goneAt.IsZero() {
		b.goneAt = time.Now()
		b.leave()
		time.Sleep(time.Microsecond)
	}
}

func (s *story) died(n *node) {
	for _, b := range s.blocked {
		if b.n == n && b.goneAt.IsZero() {
			b.goneAt = time.Now()
		}
	}
	time.Sleep(time.Microsecond)
}

// listen sees every command of the log and its reply; the world's mu is held.
func (s *story) listen(cmd, reply []byte) {
	_, args, err := commands.DecodeCommand(cmd)
	if err != nil || args[0] != waitName && args[0] != rejoinName {
		return
	}
	name := args[len(args)-2]
	s.names[idOf(args, args[3])] = strings.Clone(name)
	if r := parseReply(string(reply)); r.Kind == resp.ArrayKind {
		s.serve(strings.Clone(name), r, "")
	}
}

func (s *story) observe(done *commands.Effects) {
	for _, e := range done.Emitted {
		if e, ok := e.(served); ok {
			s.serve(s.names[e.id], parseReply(e.wire), s.placeOf(e.id))
		}
	}
}

// serve notes that a client was served, from a place or ("") at once, and
// checks that it has overtaken nobody.
func (s *story) serve(name string, r resp.Reply, place string) {
	key, element := r.Elems[0].Str, r.Elems[1].Str
	if other := s.servedTo[element]; other != "" {
		s.t.Errorf("%s was served to %s and %s", element, other, name)
	}
	s.servedTo[element] = name
	if first := s.firstAt(key); first != "" && (place == "" || first < place) {
		s.t.Errorf("%s was served %s, though somebody had come earlier", name, element)
	}
}

func (s *story) view(f func(tx *store.Tx) string) string {
	spec := commands.Spec{Name: "look", Flags: commands.Read, Data: func(tx *store.Tx, _ []string) resp.Reply {
		return resp.Bulk(f(tx.On(store.Waiting)))
	}}
	return s.w.lead.View(0, 0, 0, &spec, nil).Str
}

func (s *story) placeOf(id waiterID) string {
	return s.view(func(tx *store.Tx) string { return places{tx}.find(id) })
}

func (s *story) firstAt(key string) string {
	return s.view(func(tx *store.Tx) string { return queues{tx}.first(queue{0, key, listClass}) })
}

// end brings all nodes back, gives them time, and checks what has become of
// every element and every client.
func (s *story) end() {
	for _, n := range s.w.nodes {
		if n.dead {
			s.w.restart(n)
		}
		s.w.set(n, func(n *node) { n.cut = false })
	}
	time.Sleep(8 * time.Second)
	got := s.replies()
	left := map[string]string{} // element: the key it is in
	for _, key := range storyKeys {
		for _, e := range s.w.do("LRANGE", key, "0", "-1").Elems {
			left[e.Str] = key
		}
	}
	for e, at := range s.pushed {
		s.checkElement(e, at, got[e], left[e])
	}
	for _, b := range s.blocked {
		for e, key := range left {
			if b.reply == nil && b.goneAt.IsZero() && slices.Contains(b.keys, key) {
				s.t.Errorf("%s waits for %s, which holds %s", b.name, key, e)
			}
		}
	}
	time.Sleep(time.Second)
	for _, n := range s.w.nodes {
		s.w.set(n, func(n *node) {
			if n.applied != len(s.w.log) || n.engine.Hash() != s.w.lead.Hash() {
				s.t.Errorf("%s differs", n.id)
			}
		})
	}
	s.w.end()
}

// replies collects what clients were answered: element, client.
func (s *story) replies() map[string]*told {
	got := map[string]*told{}
	for _, b := range s.blocked {
		select {
		case r := <-b.blocked.reply:
			b.reply = &r
			if r.Kind == resp.ArrayKind {
				got[r.Elems[1].Str] = b
			}
		default:
		}
	}
	return got
}

func (s *story) checkElement(e string, pushed time.Time, got *told, left string) {
	to := s.servedTo[e]
	switch {
	case s.popped[e] || left != "":
		if to != "" || got != nil {
			s.t.Errorf("%s was served to %q, and yet was there", e, to)
		}
	case got != nil:
		if got.name != to {
			s.t.Errorf("%s was served to %q, and %s got it", e, to, got.name)
		}
	case to == "":
		s.t.Errorf("%s is nowhere", e)
	default:
		s.checkLost(e, pushed, to)
	}
}

// checkLost judges an element that was served to somebody who did not get it:
// that may only happen to one who has gone since the push, or who was told that
// the outcome is not known.
func (s *story) checkLost(e string, pushed time.Time, to string) {
	at := slices.IndexFunc(s.blocked, func(b *told) bool { return b.name == to })
	b := s.blocked[at]
	unknown := b.reply != nil && b.reply.IsError() && strings.HasPrefix(b.reply.Str, "UNKNOWN")
	switch {
	case b.goneAt.IsZero() && !unknown:
		s.t.Errorf("%s was served to %s, who did not get it", e, to)
	case !b.goneAt.IsZero() && b.goneAt.Before(pushed):
		s.t.Errorf("%s was served to %s, who had gone before", e, to)
	}
}
