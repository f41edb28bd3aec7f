package commands

import (
	"coordd/resp"
	"coordd/store"
	"coordd/store/hll"
)

// HyperLogLogs are the commands that count different elements without keeping
// them. The values are strings (store/hll).
var HyperLogLogs = Group{"hyperloglog", []Spec{
	{"pfadd", -2, Write | DenyOOM | Fast, oneKey, "2.8.9", "key [element [element ...]]", "Adds elements to a HyperLogLog, or makes it.", pfAdd, nil},
	{"pfcount", -2, Read, allKeys, "2.8.9", "key [key ...]", "Estimates how many different elements HyperLogLogs have together.", pfCount, nil},
	{"pfdebug", 3, Write | DenyOOM | Admin, Keys{2, 2, 1, nil}, "2.8.9", "<GETREG | DECODE | ENCODING | TODENSE> key", "Shows a HyperLogLog from within, or makes it dense.", pfDebug, nil},
	{"pfmerge", -2, Write | DenyOOM, allKeys, "2.8.9", "destkey [sourcekey [sourcekey ...]]", "Stores HyperLogLogs together.", pfMerge, nil},
}}

// sketchAt is the HyperLogLog at a key, not ok if there is none.
func sketchAt(tx *store.Tx, key string) (v string, ok bool, refusal resp.Reply) {
	v, ok, err := tx.Get(key)
	if err != nil {
		return "", false, failed(err)
	}
	if ok && !hll.Is(v) {
		return "", false, errNotSketch
	}
	return v, ok, resp.Reply{}
}

func pfAdd(tx *store.Tx, args []string) resp.Reply {
	v, ok, refusal := sketchAt(tx, args[1])
	if refusal.IsError() {
		return refusal
	}
	sketch := hll.New()
	if ok {
		sketch = hll.Of(v)
	}
	changed := !ok
	for _, element := range args[2:] {
		raised, err := sketch.Add(element)
		if err != nil {
			return errSketchCorrupt
		}
		changed = changed || raised
	}
	if changed {
		sketch.Outdate()
		putSketch(tx, args[1], sketch)
	}
	return oneOrZero(changed)
}

func putSketch(tx *store.Tx, key string, sketch *hll.Sketch) {
	tx.Put(key, alias(sketch.Bytes()))
	Notify(tx, StringEvents, "pfadd", key)
}

// pfCount changes nothing: Redis writes what it has counted into the value, which
// would cost an entry of the log here.
func pfCount(tx *store.Tx, args []string) resp.Reply {
	if len(args) == 2 {
		v, ok, refusal := sketchAt(tx, args[1])
		if refusal.IsError() {
			return refusal
		}
		if !ok {
			return resp.Int(0)
		}
		n, err := hll.Count(v)
		if err != nil {
			return errSketchCorrupt
		}
		return resp.Int(int64(n))
	}
	all, refusal := mergedSketches(tx, args[1:])
	if refusal.IsError() {
		return refusal
	}
	return resp.Int(int64(all.Count()))
}

// mergedSketches takes those together that exist.
func mergedSketches(tx *store.Tx, keys []string) (*hll.Max, resp.Reply) {
	all := new(hll.Max)
	for _, key := range keys {
		v, ok, refusal := sketchAt(tx, key)
		if refusal.IsError() {
			return nil, refusal
		}
		if ok && all.Merge(v) != nil {
			return nil, errSketchCorrupt
		}
	}
	return all, resp.Reply{}
}

func pfMerge(tx *store.Tx, args []string) resp.Reply {
	all, refusal := mergedSketches(tx, args[1:])
	if refusal.IsError() {
		return refusal
	}
	sketch := hll.New()
	if v, ok, _ := sketchAt(tx, args[1]); ok {
		sketch = hll.Of(v)
	}
	if all.Into(sketch) != nil {
		return errSketchCorrupt
	}
	putSketch(tx, args[1], sketch)
	return resp.OK
}

// pfDebug looks for the key first, as Redis does. GETREG makes the value dense,
// too.
func pfDebug(tx *store.Tx, args []string) resp.Reply {
	key := args[2]
	v, ok, refusal := sketchAt(tx, key)
	switch word := args[1]; {
	case refusal.IsError():
		return refusal
	case !ok:
		return errNoKeySpecified
	case isWord(word, "GETREG"):
		values, err := hll.Registers(v)
		if err != nil {
			return errSketchCorrupt
		}
		if !hll.IsDense(v) {
			expandSketch(tx, key, v)
		}
		found := make([]resp.Reply, 0, len(values))
		for _, value := range values {
			found = append(found, resp.Int(int64(value)))
		}
		return resp.Array(found...)
	case isWord(word, "DECODE"):
		if hll.IsDense(v) {
			return errNotSparse
		}
		return resp.Bulk(hll.Runs(v))
	case isWord(word, "ENCODING"):
		if hll.IsDense(v) {
			return resp.Simple("dense")
		}
		return resp.Simple("sparse")
	case isWord(word, "TODENSE"):
		if hll.IsDense(v) {
			return resp.Int(0)
		}
		return expandSketch(tx, key, v)
	}
	return errPFDebugWord(args[1])
}

// expandSketch makes a sparse value dense, and answers 1.
func expandSketch(tx *store.Tx, key, v string) resp.Reply {
	sketch := hll.Of(v)
	if sketch.Expand() != nil {
		return errSketchCorrupt
	}
	tx.Put(key, alias(sketch.Bytes()))
	return resp.Int(1)
}
