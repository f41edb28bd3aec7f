// Package script runs clients' programs where the data is: EVAL and its like,
// and functions.
//
// EVAL, EVALSHA and FCALL are writes: they lie in the log as the client sent
// them, and every node runs the program when it applies the entry, through the
// same table of commands that clients use. So a program must do the same
// everywhere: its time is the log's, its chance is the entry's, its limits are
// steps and bytes (package lua), and it reaches nothing but data. The forms
// that end in _RO run on a view, where nothing can be written.
//
// What was written before an error stays written, as in Redis.
//
// Sources live in the hidden database store.System, and so survive restart and
// failover: "scripts" are those of SCRIPT LOAD; "evaluated" are those that EVAL
// has left, of which the last keepEvaluated are kept, in the order of
// "evaluated order"; "functions" are libraries by name. Each group has its own
// database, so those that SCRIPT LOAD or FUNCTION LOAD bring go to all groups.
//
// Reading order: script.go (the rows), eval.go and keep.go (programs by their
// digest), run.go (one run), api.go, call.go and reply.go (what a program sees
// of Redis), then library.go and function.go (functions).
package script
