// Package ring says where keys live: which of the 16384 slots a key falls
// into, which group owns a slot, and who the nodes and leaders are.
//
// Everything here is a pure function or an immutable value. Two nodes that know
// the number of groups agree on the owner of every slot without asking each
// other, so the construction of a Ring is part of the data format: a change to
// it moves keys, and needs a migration. TestRingIsWhatItWas guards that.
//
// How slots are shared out, and why it is done that way, stands in DESIGN.md.
package ring
