package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
	"coordd/store/rdb"
)

// restoreOptions are the options of RESTORE. When a key was used is not kept
// here, so IDLETIME and FREQ are only read.
type restoreOptions struct{ replace, absolute, idle, freq bool }

func parseRestore(args []string) (o restoreOptions, refusal resp.Reply) {
	for i := 0; i < len(args); i++ {
		more := i+1 < len(args)
		switch word := args[i]; {
		case isWord(word, "REPLACE"):
			o.replace = true
		case isWord(word, "ABSTTL"):
			o.absolute = true
		case isWord(word, "IDLETIME") && more && !o.freq:
			i++
			o.idle = true
			if n, ok := parseInt(args[i]); !ok {
				return o, errNotInteger
			} else if n < 0 {
				return o, errIdleTime
			}
		case isWord(word, "FREQ") && more && !o.idle:
			i++
			o.freq = true
			if n, ok := parseInt(args[i]); !ok {
				return o, errNotInteger
			} else if n < 0 || n > math.MaxUint8 {
				return o, errFreq
			}
		default:
			return o, errSyntax
		}
	}
	return o, resp.Reply{}
}

// restore makes a key of what DUMP has answered, here or at a Redis.
func restore(tx *store.Tx, args []string) resp.Reply {
	key, payload := args[1], args[3]
	o, refusal := parseRestore(args[4:])
	if refusal.IsError() {
		return refusal
	}
	over := tx.Type(key)
	if over != store.NoneType && !o.replace {
		return errBusyKey
	}
	if over == store.LockType { // ended by UNLOCK, DEL or its deadline only
		return errWrongType
	}
	at, ok := parseInt(args[2])
	if !ok {
		return errNotInteger
	}
	if at < 0 {
		return errRestoreTTL
	}
	v, err := rdb.Decode(payload, maxString)
	if err == rdb.ErrFooter {
		return errDumpFooter
	}
	if err != nil || !sound(&v) {
		return errDumpFormat
	}
	deleted := tx.Delete(key)
	if at != 0 && !o.absolute {
		at += min(tx.Now(), math.MaxInt64-at)
	}
	if at != 0 && at <= tx.Now() { // it would be invisible from the start
		if deleted {
			Notify(tx, GenericEvents, "del", key)
		}
		return resp.OK
	}
	putValue(tx, key, &v)
	if at != 0 {
		tx.SetDeadline(key, at)
	}
	Notify(tx, GenericEvents, "restore", key)
	return resp.OK
}

// sound tells whether a decoded value can be built: nothing is empty, no member
// or field comes twice, and scores are numbers.
func sound(v *rdb.Value) bool {
	step := 1
	switch v.Kind {
	case rdb.String:
		return true
	case rdb.List:
		return len(v.Elems) > 0
	case rdb.StreamKind:
		return soundStream(v.Stream)
	case rdb.Hash:
		step = 2
	}
	for _, score := range v.Scores {
		if math.IsNaN(score) {
			return false
		}
	}
	seen := make(map[string]struct{}, len(v.Elems)/step)
	for i := 0; i < len(v.Elems); i += step {
		seen[v.Elems[i]] = struct{}{}
	}
	return len(v.Elems) > 0 && len(seen) == len(v.Elems)/step
}

// putValue makes a sound value the one of a key that is absent.
func putValue(tx *store.Tx, key string, v *rdb.Value) {
	switch v.Kind {
	case rdb.String:
		tx.Set(key, v.Text)
	case rdb.List:
		l, _ := tx.MakeList(key)
		for _, elem := range v.Elems {
			l.PushBack(elem)
		}
	case rdb.Set:
		s, _ := tx.MakeSet(key)
		for _, m := range v.Elems {
			s.Add(m)
		}
	case rdb.Hash:
		h, _ := tx.MakeHash(key)
		for i := 0; i < len(v.Elems); i += 2 {
			h.Put(v.Elems[i], v.Elems[i+1])
		}
	case rdb.ZSet:
		z, _ := tx.MakeZSet(key)
		for i, m := range v.Elems {
			z.Put(m, unsigned(v.Scores[i]))
		}
	case rdb.StreamKind:
		s, _ := tx.MakeStream(key)
		putStream(s, v.Stream)
	}
}
