package block

import "coordd/commands"

// Observe takes the effects of a group (an index into Node.Groups). It does not
// block.
func (b *Blocker) Observe(group int, done *commands.Effects) {
	groups := b.groups.Load()
	if groups == nil {
		return // nobody waits yet
	}
	g := (*groups)[group]
	if done.Restored {
		g.restored()
		return
	}
	g.readers.touched(done.Touched)
	for _, effect := range done.Emitted {
		switch effect := effect.(type) {
		case ready:
			g.asked(effect.ids, done.Index)
		case served:
			g.deliver(effect)
		case absent:
			g.taken(effect.origin)
		}
	}
}

// mine is the client of this start of this node, if it still waits; g.mu is held.
func (g *group) mine(id waiterID) *local {
	if id.origin != g.origin || id.start != g.start {
		return nil
	}
	return g.waiting[id.number]
}

// asked has those claimed who are still there.
func (g *group) asked(ids []waiterID, index uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, id := range ids {
		if w := g.mine(id); w != nil && !w.leaving {
			g.ask(w, index)
		}
	}
}

// ask has one client claimed; g.mu is held.
func (g *group) ask(w *local, index uint64) {
	if w.asked == 0 {
		g.news.claims = append(g.news.claims, w)
	}
	w.asked = max(w.asked, index)
	g.poke()
}

// deliver hands a client its reply.
func (g *group) deliver(s served) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w := g.mine(s.id); w != nil {
		g.settle(w, parseReply(s.wire), true)
	}
}

// taken enrolls again whom the others have taken out of the queue because they
// have not heard of this node.
func (g *group) taken(origin string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if origin != g.origin {
		return
	}
	for _, w := range g.waiting {
		switch {
		case !w.inQueue:
			w.doubt = true
		case !w.leaving:
			g.news.again = append(g.news.again, w)
		}
	}
	g.poke()
}

// restored has run look what the snapshot says; of those who are about to wait
// that can be told when their enrollment is answered.
func (g *group) restored() {
	g.readers.restored()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range g.waiting {
		w.doubt = w.doubt || !w.inQueue
	}
	g.news.compare = true
	g.poke()
}
