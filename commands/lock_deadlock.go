package commands

import (
	"cmp"
	"slices"
	"strings"

	"coordd/resp"
	"coordd/store"
)

// A knot is the search for the deadlock that a newcomer to a line would make. One
// can only come about there: a grant takes its owner out of the line and has
// nobody wait for anything new.
//
// Where several may hold a lock together, one who does not go on does no harm as
// long as there is room beside it, so a cycle is not enough for a deadlock. The
// search collects all on whom the newcomer's turn depends. At first all of them
// count as stuck: what they hold stays held. Then one after the other is found who
// gets all that it waits for even so, and lets go of it some day, until nobody else
// is found. It is a deadlock if the newcomer does not get its turn beside those who
// are left.
//
// Of those in line before an owner only the busy ones are looked at, who wait for
// something else, too, and may be stuck there. The others let go of the lock
// again if they get it, and whether they get it can be counted. So ten thousand
// who wait for one lock cost nothing.
type knot struct {
	lines
	newcomer string
	want     inLine // what it is about to wait for

	owners []string              // all collected, the newcomer first
	waits  map[string][]obstacle // of each of them
	free   map[string]bool       // who is not stuck, of those found so far
}

// obstacle is what stands between an owner and a lock.
type obstacle struct {
	owner   string
	want    inLine
	mode    store.LockMode // in which the lock is held
	holders []string       // those of them who wait for something themselves, with the owner
	ahead   []rival        // in order
}

// rival is a busy owner before another in line.
type rival struct {
	owner string
	want  inLine
}

// refuseKnot is the error for an owner whose waiting would be a deadlock, or a
// reply of kind 0.
func refuseKnot(tx *store.Tx, newcomer string, w inLine) (refusal resp.Reply) {
	ls := linesOf(tx)
	held, _ := tx.On(w.lock.db).Lock(w.lock.name) // it is one
	if ls.read(awaitedKey).Len() <= held.Len() && !ls.awaits(newcomer) {
		return resp.Reply{} // and found sooner than by asking all holders
	}
	k := &knot{lines: ls, newcomer: newcomer, want: w, owners: []string{newcomer}, waits: map[string][]obstacle{}}
	k.collect(newcomer, w)
	for i := 1; i < len(k.owners); i++ { // which grows
		owner := k.owners[i]
		k.lines.waits(owner).Each(func(lock, text string) bool {
			k.collect(owner, parseInLine(lock, text))
			return true
		})
	}
	k.free = map[string]bool{}
	for k.loosen() {
	}
	if k.isStuck(newcomer) {
		return errDeadlock(k.circle())
	}
	return resp.Reply{}
}

// collect notes what an owner waits for, and whom that depends on.
func (k *knot) collect(owner string, w inLine) {
	held, _ := k.tx.On(w.lock.db).Lock(w.lock.name) // it may have become something else
	o := obstacle{owner: owner, want: w, mode: held.Mode()}
	held.Each(func(h store.Holder) bool {
		if h.Owner == owner || k.meet(h.Owner) {
			o.holders = append(o.holders, h.Owner)
		}
		return true
	})
	busy := k.read(busyPrefix + w.lock.text())
	busy.Range(0, busy.SeekLex(w.place, false), func(m string, _ float64) bool {
		if _, other := cutPlace(m); other != owner {
			k.meet(other)
			its, _ := k.at(other, w.lock)
			o.ahead = append(o.ahead, rival{other, its})
		}
		return true
	})
	if its, waits := k.unrecorded(w.lock); waits && owner != k.newcomer && its.place < w.place {
		o.ahead = append(o.ahead, rival{k.newcomer, its})
		slices.SortFunc(o.ahead, func(a, b rival) int { return cmp.Compare(a.want.place, b.want.place) })
	}
	k.waits[owner] = append(k.waits[owner], o)
}

// unrecorded is what the newcomer waits for at a lock, if it is not yet among the
// busy there: it becomes busy by its new wait.
func (k *knot) unrecorded(lock lockID) (w inLine, waits bool) {
	if lock == k.want.lock {
		return k.want, true
	}
	if k.lines.waits(k.newcomer).Len() != 1 {
		return inLine{}, false
	}
	return k.at(k.newcomer, lock)
}

// meet tells whether an owner may be stuck; if so it is collected.
func (k *knot) meet(owner string) bool {
	if _, known := k.waits[owner]; known || owner == k.newcomer {
		return true
	}
	if k.lines.waits(owner).Len() == 0 {
		return false
	}
	k.owners = append(k.owners, owner)
	k.waits[owner] = nil
	return true
}

// loosen finds more who are free, and tells whether there were any.
func (k *knot) loosen() (found bool) {
	for i := len(k.owners) - 1; i > 0; i-- {
		owner := k.owners[i]
		if !k.free[owner] && !k.isStuck(owner) {
			k.free[owner], found = true, true
		}
	}
	return found
}

// isStuck tells whether an owner waits for something that does not come unless
// more are found to be free.
func (k *knot) isStuck(owner string) bool {
	return slices.ContainsFunc(k.waits[owner], func(o obstacle) bool { return len(k.blockers(o)) > 0 })
}

// blockers are those who keep an obstacle's owner from its turn, nil if nobody
// does; itself if it alone keeps those before it from theirs. The line moves on as far as it gets: what the stuck and the owner hold
// stays held, what the stuck in line get is held from then on, and all others come
// and go.
func (k *knot) blockers(o obstacle) []string {
	mode, holding := o.mode, []string(nil)
	for _, holder := range o.holders {
		if !k.free[holder] {
			holding = append(holding, holder)
		}
	}
	passed := ""
	for _, r := range o.ahead {
		if k.free[r.owner] {
			continue
		}
		beside := without(holding, r.owner)
		switch {
		case !k.moves(o.want.lock, passed, r.want.place, mode, len(holding)):
			return othersElse(holding, o.owner)
		case !r.want.with.fits(mode, len(beside)):
			return []string{r.owner}
		}
		mode, holding, passed = r.want.with.mode(), append(beside, r.owner), r.want.place
	}
	if !k.moves(o.want.lock, passed, o.want.place, mode, len(holding)) {
		return othersElse(holding, o.owner)
	}
	if beside := without(holding, o.owner); !o.want.with.fits(mode, len(beside)) {
		return beside
	}
	return nil
}

func without(owners []string, one string) (others []string) {
	for _, o := range owners {
		if o != one {
			others = append(others, o)
		}
	}
	return others
}

// othersElse are the others, or itself if there are none.
func othersElse(owners []string, itself string) []string {
	if others := without(owners, itself); len(others) > 0 {
		return others
	}
	return owners
}

// moves tells whether all between two places in a line can have the lock beside n
// others who hold it in a mode. The first place is "" for the head.
func (ls lines) moves(lock lockID, after, before string, mode store.LockMode, n int) bool {
	if n == 0 {
		return true
	}
	line := ls.read(linePrefix + lock.text())
	all := line.SeekLex(before, false)
	if after != "" {
		all -= line.SeekLex(after, false) + 1
	}
	shared := ls.read(sharedPrefix + lock.text())
	for at := 0; at < shared.Len(); {
		m, _ := shared.At(at)
		with := parseSharing(m)
		if with.fits(mode, n) {
			all -= shared.SeekLex(with.text()+before, false) - shared.SeekLex(with.text()+after, after != "")
		}
		at = shared.SeekLex((with + 1).text(), false)
	}
	return all == 0
}

// mostSteps is how much of a deadlock an error tells.
const mostSteps = 8

// circle tells the shortest way from the newcomer, over those who keep it from its
// turn, back to itself.
func (k *knot) circle() string {
	trails := []trail{{owner: k.newcomer}}
	seen := map[string]bool{}
	for i := 0; i < len(trails); i++ { // which grows
		for _, next := range k.steps(trails[i]) {
			if next.owner == k.newcomer {
				return next.String()
			}
			if !seen[next.owner] {
				seen[next.owner] = true
				trails = append(trails, next)
			}
		}
	}
	// It depends on a circle that was there before: databases were swapped.
	return shown(k.newcomer) + " for " + shown(k.want.lock.name) + ", which others wait for in a circle"
}

// trail is a way from the newcomer to an owner, as words.
type trail struct {
	owner string
	words []string
}

func (k *knot) steps(from trail) (next []trail) {
	for _, o := range k.waits[from.owner] {
		words := append(slices.Clip(from.words), shown(from.owner)+" for "+shown(o.want.lock.name))
		for _, other := range k.blockers(o) {
			next = append(next, trail{other, words})
		}
	}
	return next
}

func (t trail) String() string {
	if len(t.words) > mostSteps {
		return strings.Join(t.words[:mostSteps], ", ") + ", ..."
	}
	return strings.Join(t.words, ", ")
}
