package block

import (
	"strings"

	"coordd/store"
)

// queue names one queue of one key: those of the commands of one class.
type queue struct {
	db    int
	key   string
	class string
}

func (q queue) set() string { return queuePrefix + string(rune(q.db)) + q.key }

func (q queue) head() string { return q.class + "\x00" }

// name is the queue in the names of its mark and of those that follow it.
func (q queue) name() string { return string(rune(q.db)) + q.class + "\x00" + q.key }

func parseQueue(name string) queue {
	class, key, _ := strings.Cut(name[1:], "\x00")
	return queue{db: int(name[0]), key: key, class: class}
}

// queues are the hidden database's queues.
type queues struct{ tx *store.Tx }

// first is the place at the head, "" when nobody waits.
func (qs queues) first(q queue) string {
	z := sorted(qs.tx, q.set())
	at := z.SeekLex(q.head(), false)
	if at == z.Len() {
		return ""
	}
	m, _ := z.At(at)
	place, ours := strings.CutPrefix(m, q.head())
	if !ours {
		return ""
	}
	return place
}

func (qs queues) push(q queue, place string) { opened(qs.tx, q.set()).Put(q.head()+place, 0) }

// remove takes a place out; the last one takes the mark with it.
func (qs queues) remove(q queue, place string) {
	z := opened(qs.tx, q.set())
	z.Remove(q.head() + place)
	if at := z.SeekLex(q.head(), false); at < z.Len() {
		if m, _ := z.At(at); strings.HasPrefix(m, q.head()) {
			return
		}
	}
	qs.tx.Delete(markPrefix + q.name())
}

// at are the queues of a key, by class.
func (qs queues) at(db int, key string) []queue {
	z := sorted(qs.tx, queue{db: db, key: key}.set())
	var found []queue
	for at := 0; at < z.Len(); {
		m, _ := z.At(at)
		class, _, _ := strings.Cut(m, "\x00")
		found = append(found, queue{db, key, class})
		at = z.SeekLex(class+"\x01", false)
	}
	return found
}

// all are the keys of a database for which somebody waits. It looks at
// everything in the hidden database.
func (qs queues) all(db int) []string {
	prefix := queue{db: db}.set()
	var keys []string
	qs.tx.Each(func(name string, _ store.Type) bool {
		if key, ours := strings.CutPrefix(name, prefix); ours {
			keys = append(keys, key)
		}
		return true
	})
	return keys
}

// mark is what a queue knows while there is something for it.
type mark struct {
	since uint64 // the entry since which there has been something without a break
	asked string // the last place that was asked since, "" when nobody was
}

func (qs queues) mark(q queue) mark {
	text, ok, _ := qs.tx.Get(markPrefix + q.name())
	if !ok {
		return mark{}
	}
	return mark{since: parseNumber(text), asked: text[8:]}
}

func (qs queues) setMark(q queue, m mark) {
	qs.tx.Set(markPrefix+q.name(), number(m.since)+m.asked)
}

func (qs queues) dry(q queue) { qs.tx.Delete(markPrefix + q.name()) }

// asked counts who was asked since there has been something, and still waits.
func (qs queues) asked(q queue, m mark) int {
	if m.asked == "" {
		return 0
	}
	z := sorted(qs.tx, q.set())
	return z.SeekLex(q.head()+m.asked, true) - z.SeekLex(q.head(), false)
}

// next calls f on the places behind the one that was asked last, so many that at
// most n are asked in all.
func (qs queues) next(q queue, asked string, n int, f func(place string)) {
	z := sorted(qs.tx, q.set())
	from := z.SeekLex(q.head(), false)
	behind := from
	if asked != "" {
		behind = z.SeekLex(q.head()+asked, true)
	}
	z.Range(behind, min(from+n, z.Len()), func(m string, _ float64) bool {
		place, ours := strings.CutPrefix(m, q.head())
		if ours {
			f(place)
		}
		return ours
	})
}

// later has one queue looked at again after another.
func (qs queues) later(after, again queue) {
	opened(qs.tx, laterPrefix+after.name()).Put(again.name(), 0)
}

// takeLater takes out what later put in.
func (qs queues) takeLater(after queue) []queue {
	key := laterPrefix + after.name()
	var found []queue
	sorted(qs.tx, key).Range(0, sorted(qs.tx, key).Len(), func(name string, _ float64) bool {
		found = append(found, parseQueue(name))
		return true
	})
	if found != nil {
		qs.tx.Delete(key)
	}
	return found
}
