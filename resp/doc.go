// Package resp is the wire: what a client sends, until it is a slice of
// commands, and what a client gets, from the moment it is a Reply.
//
// Reading order: reply.go (the value that all of coordd answers with),
// append.go and double.go (how it looks on the wire), token.go, parse.go and
// transcode.go (the way back, and from one protocol to another), limits.go,
// scan.go (where a command ends, and which may not pass), inline.go, guard.go
// with segments.go and source.go (what redcon reads from), server.go and
// listen.go (connections come), batch.go and ending.go (are served, and go),
// conn.go, output.go and watch.go (one connection), client.go.
//
// # Why there is a guard
//
// tidwall/redcon parses commands and runs the loop of each connection. It
// trusts its input: a length of 2^63-1 makes it panic, a count of 4*10^9 keeps
// a core busy for seconds, and nothing bounds what it buffers. So the net.Conn
// that it reads from is a guard, which looks at the head of every frame first
// and lets redcon see nothing but whole commands within the limits, or, while
// a command is on its way, nothing at all. A command is looked at once,
// however many reads it takes to arrive.
//
// # Life of a pipeline
//
// The guard reads once (up to 64 KB). What is whole becomes one batch; redcon
// cuts it into commands; when it has delivered the last one of the batch,
// Session.Serve gets all of them as one slice, on the connection's own
// goroutine; then the replies are written with one system call.
//
// # What a connection costs
//
// An idle connection holds no buffer of this package: those come from pools
// when bytes arrive and go back when they have been served or sent. Measured
// by TestIdleConnectionIsCheap: about 19 KB, of which redcon's three fixed
// buffers are 12 KB, and a goroutine's stack most of the rest.
package resp
