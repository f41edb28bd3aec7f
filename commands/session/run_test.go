package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"coordd/resp"
)

// What is handed over together, and what is not.
func TestRuns(t *testing.T) {
	for _, c := range []struct {
		name     string
		pipeline string
		proposed []int // the size of each proposal
		reads    int   // how many times the log was asked for a read index
	}{
		{"one write", "SET a 1", []int{1}, 0},
		{"writes together", "SET a 1\nSET b 2\nINCR a", []int{3}, 0},
		{"one read", "GET a", nil, 1},
		{"reads together", "GET a\nMGET a b\nKEYS *", nil, 1},
		{"fast reads ride along", "GET a\nSET a 1\nGET a\nEXISTS a", []int{4}, 0},
		{"a slow read does not", "SET a 1\nKEYS *\nSET b 2", []int{1, 1}, 1},
		{"a write after a slow read", "KEYS *\nSET b 2", []int{1}, 1},
		{"a turn is a write", "PICK pool\nPICK pool LEAST\nPICK pool HASH s BOUND 125", []int{3}, 0},
		{"a pick that changes nothing is a read", "PICK pool RANDOM\nPICK pool HASH s COUNT 2\nPICK pool what", nil, 1},
		{"but not beside a write", "PICK pool\nPICK pool RANDOM\nPICK pool", []int{1, 1}, 1},
		{"in a transaction, too", "MULTI\nPICK pool RANDOM\nPICK pool HASH s\nEXEC", nil, 1},
		{"a local command ends a run", "SET a 1\nPING\nSET b 2", []int{1, 1}, 0},
		{"a refusal does not", "SET a 1\nSET\nnosuch\nSET b 2", []int{2}, 0},
		{"only refusals", "SET\nnosuch", nil, 0},
		{"only local ones", "PING\nPING", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 1)
			r.serve(c.pipeline)
			if log := r.logs[0]; !slices.Equal(log.proposed, c.proposed) || log.reads != c.reads {
				t.Errorf("proposals %v, read indices %d; want %v and %d", log.proposed, log.reads, c.proposed, c.reads)
			}
		})
	}
}

// A very long pipeline is handed over in parts of bounded size.
func TestRunsAreBounded(t *testing.T) {
	r := newRig(t, 1)
	out := r.serve(strings.Repeat("SET a 1\n", runCommands+10))
	if want := []int{runCommands, 10}; !slices.Equal(r.logs[0].proposed, want) {
		t.Errorf("proposals of %v commands, want %v", r.logs[0].proposed, want)
	}
	if want := strings.Repeat("+OK|", runCommands+10); out != want {
		t.Errorf("%d bytes of replies, want %d", len(out), len(want))
	}

	r = newRig(t, 1)
	r.cfg.MaxCommand = runBytes
	value := strings.Repeat("x", runBytes/3)
	var cmds []resp.Command
	for range 4 {
		cmds = append(cmds, resp.Command{Args: []string{"SET", "a", value}})
	}
	r.Serve(cmds)
	if want := []int{2, 2}; !slices.Equal(r.logs[0].proposed, want) {
		t.Errorf("proposals of %v large commands, want %v", r.logs[0].proposed, want)
	}
}

// What a session keeps between pipelines must be small: there may be many
// thousands of idle connections.
func TestIdleSessionIsSmall(t *testing.T) {
	r := newRun(1)
	r.out = make([]byte, 0, keepOut+1)
	r.steps = make([]step, 1, keepCalls+1)
	r.shares[0].calls = make([]call, 1, keepCalls+1)
	r.shares[0].views = make([]resp.Reply, 1, keepCalls+1)
	s := newRig(t, 1).Session
	s.send(r)
	r.reset()
	if cap(r.out)+cap(r.steps)+cap(r.shares[0].calls)+cap(r.shares[0].views) != 0 {
		t.Error("a large buffer was kept")
	}
}

// Replies come in the order of the commands, whatever they are and wherever
// they were answered.
func TestRepliesInOrder(t *testing.T) {
	r := newRig(t, 3)
	r.expect(t, `
		SET a 1
		SET b 2
		PING
		SET c 3
		GET a
		fails
		GET b
		MGET a b c nosuch
		nosuch
		SET
		GET c
		DBSIZE
		DEL a b c
		DBSIZE
		SET d x
		INCR d`,
		"+OK|+OK|+PONG|+OK|$1|1|-ERR failed|$1|2|*4|$1|1|$1|2|$1|3|$-1|"+
			"-ERR unknown command 'nosuch', with args beginning with: |"+
			"-ERR wrong number of arguments for 'set' command|$1|3|:3|:3|:0|"+
			"+OK|-ERR value is not an integer or out of range|")
	if got := r.handler.Stats(); got != (Stats{Commands: 16, Errors: 4}) {
		t.Errorf("counted %+v, want 16 commands and 4 errors", got)
	}
}

// A local command changes how the commands behind it are understood.
func TestStateChangesInsideAPipeline(t *testing.T) {
	r := newRig(t, 3)
	r.expect(t, "SET a 1\nGET nosuch\nselect 1\nGET a\nSET a 2\nproto 3\nGET a\nGET nosuch\nselect 0\nGET a",
		"+OK|$-1|+OK|$-1|+OK|+OK|$1|2|_|+OK|$1|1|")
}

// QUIT ends the pipeline; what is behind it is not carried out.
func TestQuitEndsThePipeline(t *testing.T) {
	r := newRig(t, 1)
	r.expect(t, "SET a 1\nquit x\nSET a 2\nPING", "+OK|+OK|")
	if !r.wire.closing {
		t.Error("the connection was not closed")
	}
	if want := []int{1}; !slices.Equal(r.logs[0].proposed, want) {
		t.Errorf("proposals %v, want %v", r.logs[0].proposed, want)
	}
}

// Replies larger than what is gathered reach the wire in order too, and do not
// pile up there.
func TestLargeReplies(t *testing.T) {
	r := newRig(t, 1)
	value := strings.Repeat("v", 900)
	r.serve("SET a " + value)
	n := 4*sendAt/len(value) + 1
	want := strings.Repeat(fmt.Sprintf("$%d|%s|", len(value), value), n) + "+PONG|"
	r.expect(t, strings.Repeat("GET a\n", n)+"PING", want)
	if r.wire.most > 2*sendAt {
		t.Errorf("%d bytes waited for the client, want at most %d", r.wire.most, 2*sendAt)
	}
}

// The register knows who is connected.
func TestRegister(t *testing.T) {
	r := newRig(t, 1)
	second := r.handler.open(&memoryWire{}, newClient(9))
	first := r.handler.open(&memoryWire{}, newClient(5))
	if got := ids(r); !slices.Equal(got, []uint64{5, 9, rigID}) {
		t.Errorf("connected: %v", got)
	}
	first.Close()
	second.Close()
	if got := ids(r); !slices.Equal(got, []uint64{rigID}) {
		t.Errorf("after Close: %v", got)
	}
}
