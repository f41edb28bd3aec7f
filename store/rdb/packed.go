package rdb

import (
	"math"
	"strconv"
)

// The small forms of collections are one string each, with a header that
// repeats what the bytes say. Elements are read forwards; the lengths that are
// there to walk back are passed over.

const listEnd = 0xff

// unpack is a reader of a small form within the value.
func (r *reader) unpack() *reader { return &reader{rest: r.string(), fault: r.fault} }

// into ends the reading of a small form.
func (p *reader) into(r *reader) { r.demand(!p.fault && p.rest == "") }

// listpack is the elements of a listpack.
func (r *reader) listpack() (elems []string) {
	p := r.unpack()
	p.demand(p.fixed(4) == uint64(len(p.rest))+4)
	count := p.fixed(2)
	for !p.fault && p.rest != "" && p.rest[0] != listEnd {
		elems = append(elems, p.listpackElement())
	}
	p.demand(p.byte() == listEnd)
	p.demand(count == math.MaxUint16 || count == uint64(len(elems)))
	p.into(r)
	return elems
}

func (p *reader) listpackElement() (v string) {
	before := len(p.rest)
	b := p.byte()
	switch {
	case b < 0x80:
		v = strconv.Itoa(int(b))
	case b < 0xc0:
		v = p.cut(uint64(b & 0x3f))
	case b < 0xe0:
		v = strconv.FormatInt(extend(uint64(b&0x1f)<<8|uint64(p.byte()), 13), 10)
	case b < 0xf0:
		v = p.cut(uint64(b&0xf)<<8 | uint64(p.byte()))
	case b == 0xf0:
		v = p.cut(p.fixed(4))
	case b <= 0xf3:
		v = strconv.FormatInt(p.signed(uint64(b-0xf0)+1), 10) // 2, 3, 4 bytes
	case b == 0xf4:
		v = strconv.FormatInt(p.signed(8), 10)
	default:
		p.fail()
	}
	p.cut(uint64(backBytes(before - len(p.rest))))
	return v
}

// backBytes is how many bytes the length of an element takes that stands behind
// it in a listpack, seven bits in each. Redis goes one byte up already at the
// largest number that would fit.
func backBytes(size int) int {
	switch {
	case size <= 127:
		return 1
	case size < 16383:
		return 2
	case size < 2097151:
		return 3
	case size < 268435455:
		return 4
	}
	return 5
}

// ziplist is the elements of a ziplist, the listpack of Redis 6.
func (r *reader) ziplist() (elems []string) {
	p := r.unpack()
	p.demand(p.fixed(4) == uint64(len(p.rest))+4)
	p.fixed(4) // where the last element is
	count := p.fixed(2)
	for !p.fault && p.rest != "" && p.rest[0] != listEnd {
		elems = append(elems, p.ziplistElement())
	}
	p.demand(p.byte() == listEnd)
	p.demand(count == math.MaxUint16 || count == uint64(len(elems)))
	p.into(r)
	return elems
}

func (p *reader) ziplistElement() string {
	if p.byte() == 0xfe { // the length of the one before does not fit a byte
		p.cut(4)
	}
	b := p.byte()
	switch b >> 6 {
	case short:
		return p.cut(uint64(b))
	case medium:
		return p.cut(uint64(b&0x3f)<<8 | uint64(p.byte()))
	case long:
		return p.cut(p.big(4))
	}
	var n int64
	switch {
	case b == 0xc0:
		n = p.signed(2)
	case b == 0xd0:
		n = p.signed(4)
	case b == 0xe0:
		n = p.signed(8)
	case b == 0xf0:
		n = p.signed(3)
	case b == 0xfe:
		n = p.signed(1)
	case b > 0xf0 && b < 0xfe:
		n = int64(b&0xf) - 1
	default:
		p.fail()
	}
	return strconv.FormatInt(n, 10)
}

// intset is the members of a set of integers.
func (r *reader) intset() (members []string) {
	p := r.unpack()
	size, count := p.fixed(4), p.fixed(4)
	p.demand(size == 2 || size == 4 || size == 8)
	p.demand(!p.fault && count*size == uint64(len(p.rest)))
	for !p.fault && p.rest != "" {
		members = append(members, strconv.FormatInt(p.signed(size), 10))
	}
	p.into(r)
	return members
}
