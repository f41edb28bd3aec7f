package commands

import (
	"coordd/resp"
	"coordd/store"
	"coordd/store/rdb"
)

// dump answers a value in Redis's own form, which a Redis takes as well.
func dump(tx *store.Tx, args []string) resp.Reply {
	key := args[1]
	v, ok := valueAt(tx, key)
	switch {
	case tx.Type(key) == store.NoneType:
		return resp.Null
	case !ok:
		return errLockMove
	}
	return resp.Bulk(alias(rdb.Append(nil, &v)))
}

// valueAt is the value of a key; false if there is none, or none that Redis
// knows.
func valueAt(tx *store.Tx, key string) (v rdb.Value, ok bool) {
	keep := func(elem string) bool {
		v.Elems = append(v.Elems, elem)
		return true
	}
	switch tx.Type(key) {
	case store.StringType:
		v.Kind = rdb.String
		v.Text, _, _ = tx.Get(key)
	case store.ListType:
		v.Kind = rdb.List
		l, _ := tx.List(key)
		l.Range(0, l.Len(), keep)
	case store.SetType:
		v.Kind = rdb.Set
		s, _ := tx.SetOf(key)
		s.Each(keep)
	case store.HashType:
		v.Kind = rdb.Hash
		h, _ := tx.Hash(key)
		h.Each(func(field, value string) bool { return keep(field) && keep(value) })
	case store.ZSetType:
		v.Kind = rdb.ZSet
		z, _ := tx.ZSet(key)
		z.Range(0, z.Len(), func(m string, score float64) bool {
			v.Scores = append(v.Scores, score)
			return keep(m)
		})
	case store.StreamType:
		v.Kind = rdb.StreamKind
		s, _ := tx.Stream(key)
		v.Stream = streamValue(s)
	default:
		return v, false
	}
	return v, true
}
