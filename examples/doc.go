// Package examples holds programs that show the daily work of a coordination
// server, one folder each. Every one keeps a promise, prints what it saw and exits
// with 1 when the promise did not hold. README.md lists them.
//
//	go run ./examples/lock              # the server at 127.0.0.1:6379
//	go run ./examples/lock db1:6379     # or another one, also with COORDD_ADDR
package examples
