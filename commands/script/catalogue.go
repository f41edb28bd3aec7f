package script

import (
	"slices"
	"strings"

	"coordd/resp"
	"coordd/store"
)

// namesKey is the hash of the hidden database that knows all functions: by
// their names in small letters, what function.encode writes.
const namesKey = "function names"

// encode writes what is known of a function without running its library. Names
// and flags hold no zero byte; the description, the last, may.
func (f *function) encode() string {
	parts := []string{f.library, f.name, strings.Join(f.flags.names, ",")}
	if f.described {
		parts = append(parts, f.description)
	}
	return strings.Join(parts, "\x00")
}

// decodeFunction reads what encode wrote.
func decodeFunction(s string) (f function) {
	const all = 4
	parts := strings.SplitN(s, "\x00", all)
	f.library, f.name, f.flags.declared = parts[0], parts[1], true
	for name := range strings.SplitSeq(parts[2], ",") {
		f.flags.add(name)
	}
	if f.described = len(parts) == all; f.described {
		f.description = parts[all-1]
	}
	return f
}

// functionOf finds a function by its name in any case of letters.
func functionOf(system *store.Tx, name string) (f function, ok bool) {
	s, ok := field(system, namesKey, strings.ToLower(name))
	if ok {
		f = decodeFunction(s)
	}
	return f, ok
}

// functionsOf lists all functions by name.
func functionsOf(system *store.Tx) (list []function) {
	if hash, _ := system.Hash(namesKey); hash != nil {
		hash.Each(func(_, s string) bool {
			list = append(list, decodeFunction(s))
			return true
		})
	}
	slices.SortFunc(list, func(a, b function) int { return strings.Compare(a.name, b.name) })
	return list
}

// librariesOf lists libraries by name, with their texts.
func librariesOf(system *store.Tx) (list [][2]string) {
	if hash, _ := system.Hash(functionsKey); hash != nil {
		hash.Each(func(name, text string) bool {
			list = append(list, [2]string{name, text})
			return true
		})
	}
	slices.SortFunc(list, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return list
}

// collision says that a function of a library is there already, in one that
// will not be replaced.
func collision(system *store.Tx, l *loading, replaced func(library string) bool) resp.Reply {
	for _, f := range l.functions {
		if known, ok := functionOf(system, f.name); ok && !replaced(known.library) {
			return failure("ERR Function " + f.name + " already exists")
		}
	}
	return resp.Reply{}
}

func addLibrary(system *store.Tx, name, text string, l *loading) {
	open(system.MakeHash(functionsKey)).Put(name, text)
	names := open(system.MakeHash(namesKey))
	for _, f := range l.functions {
		f.library = name
		names.Put(strings.ToLower(f.name), f.encode())
	}
}

// removeLibrary tells whether there was one of the name.
func removeLibrary(system *store.Tx, name string) bool {
	if _, ok := field(system, functionsKey, name); !ok {
		return false
	}
	open(system.MakeHash(functionsKey)).Remove(name)
	names := open(system.MakeHash(namesKey))
	for _, f := range functionsOf(system) {
		if f.library == name {
			names.Remove(strings.ToLower(f.name))
		}
	}
	return true
}

func flushLibraries(system *store.Tx) {
	system.Delete(functionsKey)
	system.Delete(namesKey)
}
