// Package differ asks coordd and a real redis-server the same questions and
// compares the answers byte for byte.
//
// A Generator makes sequences of commands from a seed: the forms of the
// commands come from their own rows (commands.Spec.Syntax), the arguments from
// tables by family (family_*.go) that mix what fits with what does not. A Pair
// runs a sequence on both servers over TCP, pipelined, and then looks at every
// key that the sequence named. What may differ is said in two places: rules.go
// knows which replies have no defined order or depend on chance or the clock,
// and commands.Differences lists what differs on purpose, with allowed.go
// recognizing it. Anything else is a Mismatch, which Shrink makes small.
//
// A new command needs nothing here as long as the names of its arguments are
// known; where one is not, the generator says so when it is made.
package differ
