package commands

import (
	"math"
	"strconv"
	"strings"

	"coordd/resp"
	"coordd/store"
)

func idReply(id store.StreamID) resp.Reply { return resp.Bulk(idText(id)) }

func idText(id store.StreamID) string {
	b := strconv.AppendUint(make([]byte, 0, 41), id.Millis, 10)
	b = append(b, '-')
	return string(strconv.AppendUint(b, id.Seq, 10))
}

// parseID reads "<ms>-<seq>", or "<ms>" where the number is to be missing.
func parseID(arg string, missing uint64) (id store.StreamID, ok bool) {
	const most = 127
	if len(arg) > most {
		return id, false
	}
	millis, seq, both := strings.Cut(cText(arg, most), "-")
	if id.Millis, ok = parseUnsigned(millis); !ok {
		return id, false
	}
	if id.Seq = missing; both {
		id.Seq, ok = parseUnsigned(seq)
	}
	return id, ok
}

// parseUnsigned takes what C's strtoull takes, as Redis does with ids: blanks, a
// sign (a minus counts from the top) and zeros before the digits.
func parseUnsigned(s string) (uint64, bool) {
	if n, ok := parseInt(s); ok {
		return uint64(n), n >= 0
	}
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	n, err := strconv.ParseUint(s, 10, 64) // takes digits only
	if negative {
		n = -n
	}
	return n, err == nil
}

// parseBound reads an id, or - or + for the first and the last there can be.
func parseBound(arg string, missing uint64) (id store.StreamID, ok bool) {
	switch arg {
	case "-":
		return store.StreamID{}, true
	case "+":
		return store.MaxStreamID, true
	}
	return parseID(arg, missing)
}

// parseStart reads the beginning of an interval; a ( before it leaves it out.
func parseStart(arg string) (id store.StreamID, refusal resp.Reply) {
	id, open, ok := parseEnds(arg, 0)
	if !ok {
		return id, errStreamID
	}
	if open {
		if id, ok = id.Next(); !ok {
			return id, errStartID
		}
	}
	return id, resp.Reply{}
}

// parseStop is parseStart for the end of an interval. Without a number it is the
// last of its ms.
func parseStop(arg string) (id store.StreamID, refusal resp.Reply) {
	id, open, ok := parseEnds(arg, math.MaxUint64)
	if !ok {
		return id, errStreamID
	}
	if open {
		if id, ok = id.Previous(); !ok {
			return id, errEndID
		}
	}
	return id, resp.Reply{}
}

func parseEnds(arg string, missing uint64) (id store.StreamID, open, ok bool) {
	if len(arg) > 1 && arg[0] == '(' {
		id, ok = parseID(arg[1:], missing)
		return id, true, ok
	}
	id, ok = parseBound(arg, missing)
	return id, false, ok
}

// parseIDs reads all of several ids, or none.
func parseIDs(args []string) (ids []store.StreamID, refusal resp.Reply) {
	ids = make([]store.StreamID, len(args))
	for i, arg := range args {
		var ok bool
		if ids[i], ok = parseID(arg, 0); !ok {
			return nil, errStreamID
		}
	}
	return ids, resp.Reply{}
}
