package commands

import (
	"math"
	"strings"

	"coordd/resp"
	"coordd/store"
)

// addOptions are what stands in XADD before the fields, and in XTRIM.
type addOptions struct {
	noMake bool
	trims  bool // a threshold was given
	trim   store.StreamTrim
	fixed  bool // XADD: an id was given, not "*"
	id     store.StreamID
	anySeq bool // of the id only the ms were given
	rest   int  // XADD: the index of what follows the id
}

// parseAddOptions reads the options of XADD (add) or XTRIM.
func parseAddOptions(args []string, add bool) (o addOptions, refusal resp.Reply) {
	limit, limited := int64(0), false
	i := 2
options:
	for ; i < len(args); i++ {
		more := i+1 < len(args)
		switch {
		case add && args[i] == "*":
			break options
		case (isWord(args[i], "MAXLEN") || isWord(args[i], "MINID")) && more:
			if i, refusal = o.parseThreshold(args, i); refusal.IsError() {
				return o, refusal
			}
		case isWord(args[i], "LIMIT") && more:
			i++
			var ok bool
			if limit, ok = parseInt(args[i]); !ok {
				return o, errNotInteger
			} else if limit < 0 {
				return o, errTrimLimit
			}
			limited = true
		case add && isWord(args[i], "NOMKSTREAM"):
			o.noMake = true
		case add:
			var ok bool
			if o.id, o.anySeq, ok = parseNewID(args[i]); !ok {
				return o, errStreamID
			}
			o.fixed = true
			break options
		default:
			return o, errSyntax
		}
	}
	o.rest = i + 1
	refusal = o.setLimit(limit, limited, add)
	return o, refusal
}

// parseThreshold reads what follows MAXLEN or MINID at i, and returns the index
// of its last word.
func (o *addOptions) parseThreshold(args []string, i int) (last int, refusal resp.Reply) {
	if o.trims {
		return i, errTrimTwice
	}
	o.trims = true
	o.trim.ByID = isWord(args[i], "MINID")
	i++
	if i+1 < len(args) && (args[i] == "~" || args[i] == "=") {
		o.trim.About = args[i] == "~"
		i++
	}
	if o.trim.ByID {
		var ok bool
		if o.trim.MinID, ok = parseID(args[i], 0); !ok {
			return i, errStreamID
		}
		return i, resp.Reply{}
	}
	n, ok := parseInt(args[i])
	switch {
	case !ok:
		return i, errNotInteger
	case n < 0:
		return i, errMaxLen
	}
	o.trim.MaxLen = int(n)
	return i, resp.Reply{}
}

// setLimit takes the limit, or the one of Redis: a hundred nodes.
func (o *addOptions) setLimit(limit int64, limited, add bool) (refusal resp.Reply) {
	const usual = 100 * 100
	switch {
	case limit > 0 && !o.trims:
		return errLimitAlone
	case !add && !o.trims:
		return errTrimMissing
	case limited && !o.trim.About:
		return errLimitExact
	case limited:
		o.trim.Limit = int(limit)
	case o.trim.About:
		o.trim.Limit = usual
	}
	return resp.Reply{}
}

// parseNewID reads the id of an entry to add; anySeq says that it was "<ms>-*".
func parseNewID(arg string) (id store.StreamID, anySeq, ok bool) {
	if millis, seq, _ := strings.Cut(arg, "-"); seq == "*" {
		id, ok = parseID(millis, 0)
		return id, true, ok
	}
	id, ok = parseID(arg, 0)
	return id, false, ok
}

// next is the id of an entry that comes behind last; false when it would not.
func (o *addOptions) next(last store.StreamID, now int64) (id store.StreamID, ok bool) {
	switch {
	case o.fixed && o.anySeq && o.id.Millis == last.Millis:
		return store.StreamID{Millis: last.Millis, Seq: last.Seq + 1}, last.Seq < math.MaxUint64
	case o.fixed:
		return o.id, last.Before(o.id)
	case uint64(now) > last.Millis:
		return store.StreamID{Millis: uint64(now)}, true
	}
	return last.Next()
}

func xadd(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseAddOptions(args, true)
	if refusal.IsError() {
		return refusal
	}
	if n := len(args) - o.rest; n < 2 || n%2 == 1 {
		return errArity("xadd")
	}
	if o.fixed && !o.anySeq && o.id == (store.StreamID{}) {
		return errAddZero
	}
	s, err := tx.Stream(args[1])
	switch {
	case err != nil:
		return failed(err)
	case s == nil && o.noMake:
		return resp.Null
	case s.Last() == store.MaxStreamID:
		return errAddLast
	}
	id, ok := o.next(s.Last(), tx.Now())
	if !ok {
		return errAddSmall
	}
	s, _ = tx.MakeStream(args[1]) // it is a stream, or nothing yet
	s.Append(id, args[o.rest:])
	Notify(tx, StreamEvents, "xadd", args[1])
	if o.trims && s.Trim(o.trim) > 0 {
		Notify(tx, StreamEvents, "xtrim", args[1])
	}
	return idReply(id)
}

func xtrim(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseAddOptions(args, false)
	if refusal.IsError() {
		return refusal
	}
	s, err := tx.Stream(args[1])
	switch {
	case err != nil:
		return failed(err)
	case s == nil:
		return resp.Int(0)
	}
	s, _ = tx.MakeStream(args[1]) // it is a stream
	removed := s.Trim(o.trim)
	if removed > 0 {
		Notify(tx, StreamEvents, "xtrim", args[1])
	}
	return resp.Int(int64(removed))
}
