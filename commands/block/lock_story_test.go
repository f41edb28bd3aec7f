package block

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// lockStory is what happened to locks in a world. Every client is another owner.
type lockStory struct {
	t   *testing.T
	w   *world
	rng *rand.Rand

	clients []*lockClient

	// Guarded by the world's mu: what the log says.
	ids     map[waiterID]*lockClient
	granted map[*lockClient]int64
	last    map[string]int64 // token, by lock
}

type lockClient struct {
	*blocked
	owner, name string
	goneAt      bool // it left, or its node died
	reply       *resp.Reply
}

// Random clients on random nodes, leases that end and locks that are given back,
// time-outs, disconnects, deaths, restarts, nodes that are cut off and come back by
// log or by snapshot: nobody is overtaken, tokens grow, everybody who is there gets
// the lock in the end and is told the token that the log gave it, nothing stays
// behind, all nodes agree.
func TestLockStories(t *testing.T) {
	seeds := 60
	if testing.Short() {
		seeds = 6
	}
	for seed := range uint64(seeds) {
		synctest.Test(t, func(t *testing.T) {
			s := newLockStory(t, seed)
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

func newLockStory(t *testing.T, seed uint64) *lockStory {
	s := &lockStory{
		t: t, w: newWorld(t, seed, 3), rng: rand.New(rand.NewPCG(seed, 3)),
		ids: map[waiterID]*lockClient{}, granted: map[*lockClient]int64{}, last: map[string]int64{},
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.w.listen = s.listen
	s.w.lead.Observe(s.observe)
	return s
}

func (s *lockStory) step() {
	n := s.w.nodes[s.rng.IntN(len(s.w.nodes))]
	switch p := s.rng.IntN(100); {
	case p < 40:
		s.lock(n)
	case p < 60:
		s.unlock()
	case p < 67:
		s.leave()
	case p < 70:
		n.blocker.Unblock(1+s.rng.Uint64N(20), s.rng.IntN(2) == 0)
	case p < 72:
		s.w.do("DEL", s.name())
	case p < 77:
		s.w.set(n, func(n *node) { n.cut = !n.cut })
	case p < 79:
		s.died(n)
		s.w.kill(n)
	case p < 82:
		s.died(n)
		s.w.restart(n)
	case p < 85:
		s.w.do(ForgetName, n.id, "0")
	case p < 89:
		time.Sleep(time.Second)
	}
	time.Sleep(time.Duration(s.rng.IntN(20)) * time.Millisecond)
}

func (s *lockStory) name() string { return []string{"k", "l"}[s.rng.IntN(2)] }

func (s *lockStory) lock(n *node) {
	if n.dead {
		return
	}
	c := &lockClient{owner: fmt.Sprint("o", len(s.clients)), name: s.name()}
	wait := 0
	if s.rng.IntN(3) == 0 {
		wait = 1 + s.rng.IntN(2000)
	}
	mode := []string{"", " SHARED", " PERMITS 2"}[s.rng.IntN(3)]
	line := fmt.Sprintf("LOCK %s %s %d WAIT %d%s", c.name, c.owner, 20+s.rng.IntN(400), wait, mode)
	s.w.mu.Lock()
	s.clients = append(s.clients, c)
	s.w.mu.Unlock()
	c.blocked = s.w.block(n, line)
}

func (s *lockStory) unlock() {
	name := s.name()
	info := s.w.do("LOCKINFO", name)
	for i := 0; i+1 < len(info.Elems); i += 2 {
		if info.Elems[i].Str == "holders" {
			holders := info.Elems[i+1].Elems
			s.w.do("UNLOCK", name, holders[s.rng.IntN(len(holders))].Elems[1].Str)
		}
	}
}

func (s *lockStory) leave() {
	if len(s.clients) == 0 {
		return
	}
	if c := s.clients[s.rng.IntN(len(s.clients))]; !c.left && !c.goneAt {
		c.goneAt = true
		c.leave()
	}
}

func (s *lockStory) died(n *node) {
	for _, c := range s.clients {
		c.goneAt = c.goneAt || c.n == n
	}
}

// listen sees every command of the log and its reply; the world's mu is held.
func (s *lockStory) listen(cmd, reply []byte) {
	_, args, err := commands.DecodeCommand(cmd)
	if err != nil || args[0] != waitName && args[0] != rejoinName {
		return
	}
	c := s.byOwner(args[6])
	s.ids[idOf(args, args[3])] = c
	if r := parseReply(string(reply)); r.Kind == resp.IntKind {
		s.grant(c, r, "")
	}
}

func (s *lockStory) byOwner(owner string) *lockClient {
	var n int
	fmt.Sscanf(owner, "o%d", &n)
	return s.clients[n]
}

func (s *lockStory) observe(done *commands.Effects) {
	for _, e := range done.Emitted {
		switch e := e.(type) {
		case ready:
			s.t.Error("somebody was asked")
		case served:
			s.grant(s.ids[e.id], parseReply(e.wire), s.view(func(tx *store.Tx) string { return places{tx}.find(e.id) }))
		}
	}
}

func (s *lockStory) view(f func(tx *store.Tx) string) string {
	spec := commands.Spec{Name: "look", Flags: commands.Read, Data: func(tx *store.Tx, _ []string) resp.Reply {
		return resp.Bulk(f(tx.On(store.Waiting)))
	}}
	return s.w.lead.View(0, 0, 0, &spec, nil).Str
}

// grant notes that a client was granted its lock, from a place or ("") at once,
// and checks that it has overtaken nobody. One that was forgotten after its grant
// asks again, and renews it.
func (s *lockStory) grant(c *lockClient, r resp.Reply, place string) {
	if r.Kind != resp.IntKind {
		s.t.Errorf("%s was served %v", c.owner, r)
		return
	}
	first := s.view(func(tx *store.Tx) string { return queues{tx}.first(queue{0, c.name, lockClass}) })
	switch before, again := s.granted[c]; {
	case again && before == r.Int:
	case r.Int <= s.last[c.name]:
		s.t.Errorf("%s was granted %s with token %d after %d", c.owner, c.name, r.Int, s.last[c.name])
	case first != "" && (place == "" || first < place):
		s.t.Errorf("%s was granted %s, though somebody had come earlier", c.owner, c.name)
	}
	s.granted[c] = r.Int
	s.last[c.name] = max(s.last[c.name], r.Int)
}

// end brings all nodes back, gives leases time to end, and checks what has become
// of every client.
func (s *lockStory) end() {
	for _, n := range s.w.nodes {
		if n.dead {
			s.w.restart(n)
		}
		s.w.set(n, func(n *node) { n.cut = false })
	}
	time.Sleep(time.Minute)
	for _, c := range s.clients {
		select {
		case r := <-c.blocked.reply:
			c.reply = &r
		default:
		}
	}
	s.w.mu.Lock()
	for _, c := range s.clients {
		s.check(c)
	}
	if keys, _ := s.w.lead.Keys(store.Waiting); keys != 0 {
		s.t.Errorf("%d records of nobody", keys)
	}
	s.w.mu.Unlock()
	for _, n := range s.w.nodes {
		s.w.set(n, func(n *node) {
			if n.applied != len(s.w.log) || n.engine.Hash() != s.w.lead.Hash() {
				s.t.Errorf("%s differs", n.id)
			}
		})
	}
	s.w.end()
}

// check judges what a client was answered. Null is for one whose time was over, and an
// error for one that was unblocked, or whose node was cut off.
func (s *lockStory) check(c *lockClient) {
	token, granted := s.granted[c]
	switch {
	case c.goneAt:
	case c.reply == nil:
		s.t.Errorf("%s has no answer", c.owner)
	case c.reply.Kind == resp.IntKind && (!granted || c.reply.Int != token):
		s.t.Errorf("%s was told token %d, and granted %d", c.owner, c.reply.Int, token)
	case c.reply.Kind == resp.IntKind, c.reply.IsError() && strings.HasPrefix(c.reply.Str, "UNKNOWN"):
	case granted:
		s.t.Errorf("%s was granted a lock, and told %v", c.owner, *c.reply)
	}
}
