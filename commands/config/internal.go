package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// The settings of the cluster are a hash in the hidden database of the first
// group. Clients cannot reach it; these two words of the log do.
const (
	setName = "coordd.config.set" // name value [name value ...]
	// GetName reads all settings that the cluster has decided, as Stored parses
	// them.
	GetName = "coordd.config.get"

	hashKey  = "config"
	indexKey = "config.index" // of the entry that changed the hash last
)

// Decided is the effect of a change: all settings that the cluster has decided,
// as of an entry of the log. A later one replaces an earlier one whole.
type Decided struct {
	Index  uint64
	Values map[string]string
}

func internal() []commands.Spec {
	return []commands.Spec{
		{Name: setName, Arity: -3, Flags: commands.Write | commands.Internal, Since: "coordd", Summary: "Sets settings of the cluster.", Data: decide},
		{Name: GetName, Arity: 1, Flags: commands.Read | commands.Internal, Since: "coordd", Summary: "Reads the settings of the cluster.", Data: decided},
	}
}

// decide keeps what a session has judged; what a node of another version does
// not know is kept all the same, for those that do.
func decide(tx *store.Tx, args []string) resp.Reply {
	system := tx.On(store.System)
	hash, err := system.MakeHash(hashKey)
	if err != nil || len(args)%2 == 0 {
		return resp.Error("ERR the settings of the cluster do not decode")
	}
	for i := 1; i < len(args); i += 2 {
		hash.Put(args[i], args[i+1])
	}
	system.Set(indexKey, strconv.FormatUint(tx.Index(), 10))
	tx.Emit(all(system))
	return resp.OK
}

func decided(tx *store.Tx, _ []string) resp.Reply {
	d := all(tx.On(store.System))
	pairs := []resp.Reply{}
	for _, name := range slices.Sorted(maps.Keys(d.Values)) {
		pairs = append(pairs, resp.Bulk(name), resp.Bulk(d.Values[name]))
	}
	return resp.Array(resp.Int(int64(d.Index)), resp.Map(pairs...))
}

// all are the settings that the cluster has decided.
func all(system *store.Tx) Decided {
	d := Decided{Values: map[string]string{}}
	if hash, err := system.Hash(hashKey); err == nil && hash != nil {
		hash.Each(func(field, value string) bool {
			d.Values[strings.Clone(field)] = strings.Clone(value)
			return true
		})
	}
	text, _, _ := system.Get(indexKey)
	d.Index, _ = strconv.ParseUint(text, 10, 64)
	return d
}

// Stored reads the reply of GetName.
func Stored(reply resp.Reply) Decided {
	d := Decided{Values: map[string]string{}}
	if len(reply.Elems) == 2 {
		d.Index = uint64(reply.Elems[0].Int)
		pairs := reply.Elems[1].Elems
		for i := 0; i+1 < len(pairs); i += 2 {
			d.Values[pairs[i].Str] = pairs[i+1].Str
		}
	}
	return d
}
