// Package codec holds the libraries that Redis gives to scripts for data of
// other forms: cjson, cmsgpack and struct. What they take and what they say of
// what they do not take is theirs; limits on nesting bound the stack, and every
// byte is counted by the machine.
package codec

import "coordd/commands/script/lua"

// Open adds the libraries to a machine's globals.
func Open(m *lua.Machine) {
	m.Set(m.Globals, "cjson", cjsonLibrary)
	m.Set(m.Globals, "cmsgpack", cmsgpackLibrary)
	m.Set(m.Globals, "struct", structLibrary)
}
