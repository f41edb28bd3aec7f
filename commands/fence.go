package commands

import (
	"strconv"

	"coordd/resp"
	"coordd/store"
)

// FENCE is what a fencing token is for: a write that is carried out only if
// nobody with a newer token can have been there before. The newest token known
// for a name is the largest that FENCE has seen, or that of who holds the lock of
// this name now; a grant tells a name that has been fenced before, so that it
// stays known when that lock is gone. Of several who hold a lock at a time
// (SHARED, PERMITS) only the latest can write so.
//
// Tokens are kept apart from all keys, in store.Fences: what lowers them would
// let a late holder in again, so neither DEL, RENAME, FLUSHALL nor SWAPDB reaches
// them, and they have no deadline. A name that was fenced once costs its bytes
// for good.

// fencedAt is where the command stands in the arguments of FENCE.
const fencedAt = 3

// fences is a group of the table's, because FENCE carries out other rows.
//
// As LOCK it is not refused when memory is short (DenyOOM): the command in it
// may be the one that makes room.
func (t *Table) fences() Group {
	return Group{"coordination", []Spec{
		{"fence", -fencedAt - 1, Write | Movable, Keys{1, 1, 1, t.fenceKeys}, "coordd", "name token command [arg ...]", "Carries out a write, unless a newer token is known for the name.", t.fence, nil},
	}}
}

// Fenced is the command in the arguments of FENCE, or nil where spec, which has
// let them pass, is another one. Whoever judges commands judges that one as well.
func Fenced(spec *Spec, args []string) []string {
	if spec.Name != "fence" {
		return nil
	}
	return args[fencedAt:]
}

// fenceKeys are the name and the keys of the command. Channels of PUBLISH are
// among them: they have to be of the same group.
func (t *Table) fenceKeys(args []string) []int {
	keys := []int{1}
	if len(args) <= fencedAt {
		return keys
	}
	if spec, _ := t.fenced(args[fencedAt:]); spec != nil {
		for i := range spec.Keys.In(args[fencedAt:]) {
			keys = append(keys, fencedAt+i)
		}
	}
	return keys
}

// fenced finds the row of a command that FENCE is to carry out, or says why it
// may not.
func (t *Table) fenced(args []string) (*Spec, resp.Reply) {
	spec, refusal := t.Resolve(args)
	switch {
	case spec == nil:
		return nil, refusal
	case spec.Name == "fence": // before its own command is looked at: the depth is the client's
		return nil, errFenceNested
	case spec.Data == nil:
		return nil, errNotFenced(spec.Name, "it is no command on data")
	case spec.Flags&(Write|MayRead) == 0:
		return nil, errNotFenced(spec.Name, "it only reads")
	case spec.Flags&AllShards != 0:
		return nil, errNotFenced(spec.Name, "it concerns all groups of keys")
	case spec.Flags&Blocking != 0:
		if _, waits := BlockTimeout(spec, args); waits {
			return nil, errNotFenced(spec.Name, "it would wait")
		}
	}
	return spec, resp.Reply{}
}

// fence answers what its command answers. That one may fail; the token was seen
// all the same.
func (t *Table) fence(tx *store.Tx, args []string) resp.Reply {
	name := args[1]
	n, ok := parseInt(args[2])
	if !ok || n <= 0 {
		return errFenceToken
	}
	spec, refusal := t.fenced(args[fencedAt:])
	if spec == nil {
		return refusal
	}
	token, seen := uint64(n), fenceToken(tx, name)
	newest := seen
	if held, err := tx.Lock(name); err == nil { // a key of another type is no lock
		held.Each(func(h store.Holder) bool {
			newest = max(newest, h.Token)
			return true
		})
	}
	if token < newest {
		return errFenced(token, newest, name)
	}
	if token > seen {
		setFenceToken(tx, name, token)
	}
	return spec.Data(tx, args[fencedAt:])
}

// noteGrant tells the fence of a name, if there is one, of a token that LOCK has
// just granted under it.
func noteGrant(tx *store.Tx, name string, token uint64) {
	if seen := fenceToken(tx, name); seen != 0 && seen < token {
		setFenceToken(tx, name, token)
	}
}

// fenceToken is the newest token that is kept for a name, 0 for none.
func fenceToken(tx *store.Tx, name string) uint64 {
	fences := tx.On(store.Fences)
	if fences.Len() == 0 {
		return 0
	}
	text, ok, err := fences.Get(fenceKey(tx, name))
	if err != nil {
		panic("commands: a key of store.Fences is not of its type: " + err.Error())
	}
	if !ok {
		return 0
	}
	token, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		panic("commands: a token of store.Fences does not decode")
	}
	return token
}

func setFenceToken(tx *store.Tx, name string, token uint64) {
	tx.On(store.Fences).Set(fenceKey(tx, name), strconv.FormatUint(token, 10))
}

// fenceKey is the number of the database and the name: locks of one name in two
// databases have nothing to do with one another. It is in snapshots and never
// changes.
func fenceKey(tx *store.Tx, name string) string {
	return strconv.Itoa(tx.DB()) + ":" + name
}
