package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// xreadOptions are what stands in XREAD and XREADGROUP.
type xreadOptions struct {
	group, consumer string // XREADGROUP
	noAck           bool
	count           int64    // of entries of each stream; 0 is all
	blocks          bool     // it may wait
	blockMillis     int64    // how long at most; 0 is for ever
	keys, ids       []string // as many of the one as of the other
}

// parseXRead reads the arguments of XREAD or XREADGROUP, with the name, at log
// time now (ms). The ids are not looked at: what is wrong with one is told after
// what is wrong with the key before it.
func parseXRead(args []string, now int64) (o xreadOptions, refusal resp.Reply) {
	inGroup, grouped := isWord(args[0], "XREADGROUP"), false
	for i := 1; i < len(args); i++ {
		more := len(args) - i - 1
		var ok bool
		switch {
		case isWord(args[i], "BLOCK") && more > 0:
			i++
			if o.blockMillis, refusal = parseTimeoutMillis(args[i], now); refusal.IsError() {
				return o, refusal
			}
			o.blocks = true
		case isWord(args[i], "COUNT") && more > 0:
			i++
			if o.count, ok = parseInt(args[i]); !ok {
				return o, errNotInteger
			}
			o.count = max(o.count, 0)
		case isWord(args[i], "STREAMS") && more > 0:
			if more%2 != 0 && inGroup {
				return o, errUnbalanced("xreadgroup", ">")
			} else if more%2 != 0 {
				return o, errUnbalanced("xread", "$")
			}
			if inGroup && !grouped {
				return o, errReadNoGroup
			}
			o.keys, o.ids = args[i+1:i+1+more/2], args[i+1+more/2:]
			return o, resp.Reply{}
		case isWord(args[i], "GROUP") && more > 1:
			if !inGroup {
				return o, errReadGroup
			}
			o.group, o.consumer, grouped = args[i+1], args[i+2], true
			i += 2
		case isWord(args[i], "NOACK"):
			if !inGroup {
				return o, errReadNoAck
			}
			o.noAck = true
		default:
			return o, errSyntax
		}
	}
	return o, errSyntax
}

// parseTimeoutMillis reads how long to wait, in ms; 0 is for ever.
func parseTimeoutMillis(arg string, now int64) (millis int64, refusal resp.Reply) {
	millis, ok := parseInt(arg)
	switch {
	case !ok:
		return 0, errTimeoutNotInt
	case millis < 0:
		return 0, errTimeoutNegative
	case millis > math.MaxInt64-now:
		return 0, errTimeoutRange
	}
	return millis, resp.Reply{}
}

// HasBlock tells whether a command is XREAD or XREADGROUP with the option BLOCK,
// and nothing wrong before it: Redis refuses that to scripts.
func HasBlock(args []string) bool {
	if !isWord(args[0], "XREAD") && !isWord(args[0], "XREADGROUP") {
		return false
	}
	for i := 1; i+1 < len(args); i++ {
		switch {
		case isWord(args[i], "BLOCK"):
			return true
		case isWord(args[i], "COUNT"):
			i++
			if _, ok := parseInt(args[i]); !ok {
				return false
			}
		case isWord(args[i], "GROUP"):
			i += 2
		case !isWord(args[i], "NOACK"):
			return false
		}
	}
	return false
}

// xreadKeys finds the keys of XREAD and XREADGROUP: the first half of what
// follows STREAMS.
func xreadKeys(args []string) []int {
	for i := 1; i < len(args); i++ {
		switch {
		case isWord(args[i], "BLOCK"), isWord(args[i], "COUNT"):
			i++
		case isWord(args[i], "GROUP"):
			i += 2
		case isWord(args[i], "NOACK"):
		case isWord(args[i], "STREAMS"):
			keys := make([]int, (len(args)-i-1)/2) // the rest is ids
			for k := range keys {
				keys[k] = i + 1 + k
			}
			return keys
		default:
			return nil
		}
	}
	return nil
}

func xread(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseXRead(args, tx.Now())
	if refusal.IsError() {
		return refusal
	}
	behind := make([]store.StreamID, len(o.keys))
	for i, key := range o.keys {
		s, err := tx.Stream(key)
		if err != nil {
			return failed(err)
		}
		switch o.ids[i] {
		case "$":
			behind[i] = s.Last()
		case ">":
			return errReadNew
		default:
			var ok bool
			if behind[i], ok = parseID(o.ids[i], 0); !ok {
				return errStreamID
			}
		}
	}
	var found []resp.Reply
	for i, key := range o.keys {
		s, _ := tx.Stream(key) // it is a stream, or nothing
		from, ok := behind[i].Next()
		if !ok || s.Top().Before(from) {
			continue
		}
		t := taker{count: o.count}
		s.Range(from, store.MaxStreamID, t.take)
		found = append(found, resp.Bulk(key), resp.Array(t.taken...))
	}
	if len(found) == 0 {
		return resp.NullArray
	}
	return resp.Items(found...)
}
