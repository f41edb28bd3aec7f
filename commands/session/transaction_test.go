package session

import (
	"strings"
	"testing"
)

// A transaction is one command of the log: with its neighbours in a pipeline it
// is one proposal.
func TestTransactionIsOneProposal(t *testing.T) {
	r := newRig(t, 1)
	r.expect(t, "SET a 1\n MULTI\n INCR a\n INCR a\n EXEC\n GET a", "+OK|+OK|+QUEUED|+QUEUED|*2|:2|:3|$1|3|")
	if got := r.logs[0].proposed; len(got) != 1 || got[0] != 3 {
		t.Errorf("proposals %v, want one of three commands", got)
	}
}

// One that only reads needs no log.
func TestTransactionOfReadsIsAView(t *testing.T) {
	r := newRig(t, 1)
	r.expect(t, "SET a 1", "+OK|")
	r.expect(t, "MULTI\n GET a\n EXISTS a\n EXEC", "+OK|+QUEUED|+QUEUED|*2|$1|1|:1|")
	if got := r.logs[0].proposed; len(got) != 1 {
		t.Errorf("a transaction of reads was proposed: %v", got)
	}
}

// No transaction spans groups, neither by its keys nor by what it watches.
func TestTransactionOverGroups(t *testing.T) {
	const cross = "-CROSSSLOT Keys in request don't hash to the same slot|"
	r := newRig(t, 3)
	names := strings.NewReplacer("A0", keyIn(r, 0, 0), "A1", keyIn(r, 0, 1), "B0", keyIn(r, 1, 0))
	for _, step := range []struct{ pipeline, want string }{
		{"MULTI\n SET A0 1\n SET A1 2\n EXEC", "+OK|+QUEUED|+QUEUED|*2|+OK|+OK|"},
		{"MULTI\n SET A0 1\n SET B0 2\n EXEC", "+OK|+QUEUED|+QUEUED|" + cross},
		{"WATCH B0\n MULTI\n SET A0 1\n EXEC", "+OK|+OK|+QUEUED|" + cross},
		{"MULTI\n DBSIZE\n EXEC", "+OK|-CROSSSLOT 'dbsize' concerns all groups of keys, which no transaction spans|-EXECABORT Transaction discarded because of previous errors.|"},
		{"WATCH B0\n MULTI\n SET B0 3\n EXEC", "+OK|+OK|+QUEUED|*1|+OK|"},
	} {
		r.expect(t, names.Replace(step.pipeline), step.want)
	}
}

// What no entry can hold is refused while it is queued.
func TestTransactionTooLarge(t *testing.T) {
	r := newRig(t, 1)
	half := strings.Repeat("x", 600)
	r.expect(t, "MULTI\n SET a "+half+"\n SET b "+half+"\n EXEC\n EXISTS a",
		"+OK|+QUEUED|-ERR transaction is larger than a log entry may be (1000 bytes)|"+
			"-EXECABORT Transaction discarded because of previous errors.|:0|")
}

// Local commands run when the transaction does, and not when it does not.
func TestTransactionWithLocalCommands(t *testing.T) {
	r := newRig(t, 1)
	r.expect(t, "WATCH a\n SET a 1\n MULTI\n PING\n SET a 2\n EXEC\n GET a", "+OK|+OK|+OK|+QUEUED|+QUEUED|*-1|$1|1|")
	r.expect(t, "MULTI\n PING\n SET a 2\n PING\n EXEC\n GET a", "+OK|+QUEUED|+QUEUED|+QUEUED|*3|+PONG|+OK|+PONG|$1|2|")
}

// FENCE and the keys of its command are of one group. In a transaction it refuses
// for itself: the others are carried out.
func TestFenceInGroups(t *testing.T) {
	const cross = "-CROSSSLOT Keys in request don't hash to the same slot|"
	r := newRig(t, 3)
	names := strings.NewReplacer("A0", keyIn(r, 0, 0), "A1", keyIn(r, 0, 1), "B0", keyIn(r, 1, 0))
	for _, step := range []struct{ pipeline, want string }{
		{"FENCE A0 7 MSET A0 1 A1 2\n GET A1", "+OK|$1|2|"},
		{"FENCE A0 7 SET B0 1\n FENCE B0 7 SET A0 1\n FENCE A0 8 MSET A1 1 B0 1\n EXISTS B0", cross + cross + cross + ":0|"},
		{"FENCE A0 7 MULTI", "-ERR 'multi' can not be fenced: it is no command on data|"},
		{"FENCE A0 7 SELECT 1", "-ERR 'select' can not be fenced: it is no command on data|"},
		{"MULTI\n FENCE A0 6 SET A1 3\n SET A0 3\n FENCE A0 9 INCR A0\n EXEC", "+OK|+QUEUED|+QUEUED|+QUEUED|*3|" +
			"-FENCED token 6 is older than 7, the newest seen for '" + keyIn(r, 0, 0) + "'|+OK|:4|"},
		{"MULTI\n FENCE A0 9 SET B0 3\n EXEC", "+OK|+QUEUED|" + cross},
		{"FENCE A0 8 SET A1 3", "-FENCED token 8 is older than 9, the newest seen for '" + keyIn(r, 0, 0) + "'|"},
	} {
		r.expect(t, names.Replace(step.pipeline), step.want)
	}
}
