package commands

import "coordd/store"

// An event for what was taken out of a collection, and one more where that left
// nothing: the key goes when the command ends.

func notifyListPop(tx *store.Tx, key string, l *store.List, end listEnd) {
	name := "lpop"
	if end == right {
		name = "rpop"
	}
	Notify(tx, ListEvents, name, key)
	notifyGone(tx, key, l.Len())
}

func notifyListPush(tx *store.Tx, key string, end listEnd) {
	name := "lpush"
	if end == right {
		name = "rpush"
	}
	Notify(tx, ListEvents, name, key)
}

func notifyZPop(tx *store.Tx, key string, z *store.ZSet, highest bool) {
	name := "zpopmin"
	if highest {
		name = "zpopmax"
	}
	Notify(tx, ZSetEvents, name, key)
	notifyGone(tx, key, z.Len())
}

// notifyGone is for a collection that has so many elements left.
func notifyGone(tx *store.Tx, key string, left int) {
	if left == 0 {
		Notify(tx, GenericEvents, "del", key)
	}
}
