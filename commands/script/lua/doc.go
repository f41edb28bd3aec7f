// Package lua runs programs in Lua 5.1, the language of Redis's scripts, such
// that they can do no harm and come out the same on every node.
//
// It is a language of its own rather than a library because of three things
// that cannot be added from outside (see ARCHITECTURE.md for figures):
//
//   - Every step and every byte is counted (Machine.Step, Machine.Alloc), also
//     inside of library functions: in a pattern that backtracks, a table that
//     grows, a string that doubles. The same program stops at the same point
//     on every node, and nothing that it does takes long between two counts.
//   - Tables are walked in an order that depends on nothing but the program.
//     Nothing shows an address, a clock or a random number of the machine.
//   - Errors, limits and corner cases are Lua 5.1's, as clients know them from
//     Redis: texts name variables ("attempt to index local 'x' (a nil value)").
//
// Reading order: value.go and number.go (what a program handles), table.go,
// scan.go (tokens), parser.go with parse_*.go (a program becomes a tree of Go
// functions at once, without a syntax tree between), machine.go, call.go and
// operate.go (how it runs), error.go, coroutine.go, then the libraries lib_*.go.
//
// Results of functions like math.sin may differ in their last bit between
// processors of different kinds: a cluster should be of one kind.
package lua
