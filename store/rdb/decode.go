package rdb

import "strconv"

// The forms of values that Redis 6 and 7 write, by their number in the format.
const (
	stringForm         = 0
	listForm           = 1
	setForm            = 2
	textZSetForm       = 3
	hashForm           = 4
	zsetForm           = 5
	ziplistForm        = 10
	intsetForm         = 11
	ziplistZSetForm    = 12
	ziplistHashForm    = 13
	ziplistsForm       = 14 // quicklist
	stream1Form        = 15
	listpackHashForm   = 16
	listpackZSetForm   = 17
	listpacksForm      = 18 // quicklist, and elements of their own
	stream2Form        = 19
	listpackSetForm    = 20
	stream3Form        = 21
	plainNode          = 1
	packedNode         = 2
	smallestString     = 1 // bytes that a string takes at least
	smallestZSetMember = smallestString + 1
)

// Decode reads the value of a payload. No more than limit bytes are made by
// decompression, all in all. The error is ErrFooter or ErrFormat.
//
// What collections hold is not checked for repetition, nor scores for what is
// not a number: whoever builds them has to, and sees to it that none is empty.
// Of a stream all is checked.
func Decode(payload string, limit int) (v Value, err error) {
	body, ok := cutFooter(payload)
	if !ok {
		return Value{}, ErrFooter
	}
	r := &reader{rest: body, room: limit}
	v.read(r, r.byte())
	if r.fault {
		return Value{}, ErrFormat
	}
	return v, nil
}

func (v *Value) read(r *reader, form byte) {
	switch form {
	case stringForm:
		v.Kind, v.Text = String, r.string()
	case listForm:
		v.Kind, v.Elems = List, r.strings(1)
	case ziplistForm:
		v.Kind, v.Elems = List, r.ziplist()
	case ziplistsForm, listpacksForm:
		v.Kind, v.Elems = List, r.quicklist(form == listpacksForm)
	case setForm:
		v.Kind, v.Elems = Set, r.strings(1)
	case intsetForm:
		v.Kind, v.Elems = Set, r.intset()
	case listpackSetForm:
		v.Kind, v.Elems = Set, r.listpack()
	case hashForm:
		v.Kind, v.Elems = Hash, r.strings(2)
	case ziplistHashForm:
		v.Kind, v.Elems = Hash, r.ziplist()
	case listpackHashForm:
		v.Kind, v.Elems = Hash, r.listpack()
	case zsetForm, textZSetForm:
		v.Kind = ZSet
		v.readScored(r, form == textZSetForm)
	case ziplistZSetForm:
		v.Kind = ZSet
		v.split(r, r.ziplist())
	case listpackZSetForm:
		v.Kind = ZSet
		v.split(r, r.listpack())
	case stream1Form, stream2Form, stream3Form:
		v.Kind, v.Stream = StreamKind, r.stream(form)
	default:
		r.fail()
	}
	if v.Kind == Hash {
		r.demand(len(v.Elems)%2 == 0)
	}
}

// strings reads a number and as many groups of strings.
func (r *reader) strings(group int) []string {
	n := r.count(group*smallestString) * group
	elems := make([]string, 0, min(n, 1024))
	for range n {
		if r.fault {
			return nil
		}
		elems = append(elems, r.string())
	}
	return elems
}

// quicklist reads the nodes of a list: a ziplist each, or marked as a listpack
// or as one large element.
func (r *reader) quicklist(marked bool) (elems []string) {
	for range r.count(smallestString) {
		kind := uint64(packedNode)
		if marked {
			kind = r.length()
		}
		switch {
		case r.fault:
			return nil
		case !marked:
			elems = append(elems, r.ziplist()...)
		case kind == plainNode:
			elems = append(elems, r.string())
		case kind == packedNode:
			elems = append(elems, r.listpack()...)
		default:
			r.fail()
		}
	}
	return elems
}

func (v *Value) readScored(r *reader, text bool) {
	for range r.count(smallestZSetMember) {
		if r.fault {
			return
		}
		v.Elems = append(v.Elems, r.string())
		if text {
			v.Scores = append(v.Scores, r.textDouble())
		} else {
			v.Scores = append(v.Scores, r.double())
		}
	}
}

// split parts the elements of a small form into members and scores.
func (v *Value) split(r *reader, elems []string) {
	r.demand(len(elems)%2 == 0)
	for ; len(elems) > 1; elems = elems[2:] {
		score, err := strconv.ParseFloat(elems[1], 64)
		r.demand(err == nil)
		v.Elems = append(v.Elems, elems[0])
		v.Scores = append(v.Scores, score)
	}
}
