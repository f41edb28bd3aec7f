package script

import (
	"coordd/store"
)

// Keys of the hidden database.
const (
	scriptsKey   = "scripts"         // hash: digest -> text
	evaluatedKey = "evaluated"       // the same
	orderKey     = "evaluated order" // list of digests, the oldest first
	functionsKey = "functions"       // hash: library -> text
)

// keepEvaluated is how many scripts that came by EVAL stay known, as in Redis
// 7.4. Clients that write values into their scripts would fill the memory of
// all nodes otherwise; who gets NOSCRIPT sends EVAL again.
const keepEvaluated = 500

// longestEvaluated is how long such a script may be, in bytes. A longer one
// stays known by SCRIPT LOAD only.
const longestEvaluated = 256 << 10

// field reads a field of a hash.
func field(system *store.Tx, key, name string) (string, bool) {
	hash, err := system.Hash(key)
	if err != nil || hash == nil {
		return "", false
	}
	return hash.Get(name)
}

// known finds the text of a script.
func known(system *store.Tx, sha string) (body string, ok bool) {
	if body, ok = field(system, scriptsKey, sha); ok {
		return body, true
	}
	return field(system, evaluatedKey, sha)
}

// keep makes a script known for a while.
func keep(system *store.Tx, sha, body string) {
	if _, ok := known(system, sha); ok || len(body) > longestEvaluated {
		return
	}
	bodies, order := open(system.MakeHash(evaluatedKey)), open(system.MakeList(orderKey))
	bodies.Put(sha, body)
	order.PushBack(sha)
	if order.Len() > keepEvaluated {
		oldest, _ := order.PopFront()
		bodies.Remove(oldest)
	}
	system.Done()
}

// keepForGood makes a script known until all are forgotten.
func keepForGood(system *store.Tx, sha, body string) {
	open(system.MakeHash(scriptsKey)).Put(sha, body)
}

// forget forgets all scripts.
func forget(system *store.Tx) {
	for _, key := range []string{scriptsKey, evaluatedKey, orderKey} {
		system.Delete(key)
	}
}

// open passes on what a Make of the store returned. Nobody else writes these
// keys, so one of another type is a broken invariant, which must stop the node.
func open[C any](collection C, err error) C {
	if err != nil {
		panic("script: a key of the hidden database is of another type: " + err.Error())
	}
	return collection
}
