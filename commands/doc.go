// Package commands knows what every command means.
//
// A command is one row of a table (Spec in spec.go) and one function. COMMAND,
// the gates of a session, the spreading over groups and the page of what is
// supported are all derived from the row; there is no second list.
//
// Read in this order:
//
//   - spec.go, table.go: the row, and all rows together.
//   - strings.go and, beside it, one file for each page of Redis's
//     documentation: the rows of the page, then the handlers.
//   - args.go, replies.go, errors.go: what handlers share. The texts of errors
//     are part of the protocol and stand in errors.go only.
//   - encode.go, engine.go: a command as it lies in the log, and the machine
//     that applies entries of the log to a store.
//   - client.go: what local commands see of a connection.
//
// Whoever writes a data handler, func(tx, args) Reply, promises:
//
//  1. The same store and arguments give the same reply and the same store, on
//     every node and in every year: no clock but tx.Now, no chance but tx.Intn,
//     no order of a Go map that can be seen, no goroutine, nothing remembered
//     outside the store.
//  2. Nothing is changed before all arguments are known to be good. There is
//     no way back.
//  3. A Read changes nothing. It runs beside other reads, but may also come
//     from the log, between writes that shared its pipeline.
//  4. The arguments alias the log's bytes. The store clones what it keeps; a
//     handler keeps nothing.
//
// A new command needs its row, its function, and a transcript in
// testdata/<name>.txt, which is played to the engine, to a real Redis and, by
// the integration tests, to coordd over TCP. The property tests take it up by
// themselves.
package commands
