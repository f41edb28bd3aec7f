package admin

import (
	"strings"
	"testing"

	"coordd/commands"
	"coordd/resp"
)

// MEMORY STATS holds what clients read out of it, and its sums are right.
func TestMemoryStats(t *testing.T) {
	r := newRig(t)
	r.ask(t, "", "SET a 1")
	r.ask(t, "", "SET b 1")
	reply, err := r.Do("", resp.RESP2, []string{"MEMORY", "STATS"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]resp.Reply{}
	for i := 0; i < len(reply.Elems); i += 2 {
		got[reply.Elems[i].Str] = reply.Elems[i+1]
	}
	if got["keys.count"].Int != 2 || len(got["db.0"].Elems) != 4 {
		t.Errorf("keys.count %d, db.0 %v", got["keys.count"].Int, got["db.0"])
	}
	total := got["total.allocated"].Int
	if total <= 0 || got["peak.allocated"].Int < total || got["overhead.total"].Int+got["dataset.bytes"].Int != total {
		t.Errorf("peak %d, total %d, overhead %d, dataset %d", got["peak.allocated"].Int, total, got["overhead.total"].Int, got["dataset.bytes"].Int)
	}
}

// The doctor names a client that does not read.
func TestMemoryDoctor(t *testing.T) {
	r := newRig(t)
	if got := r.ask(t, "", "MEMORY DOCTOR"); strings.Contains(got, "Client") {
		t.Errorf("without reason: %s", got)
	}
	r.clients["slow"] = commands.NewClient(commands.ClientConfig{ID: 99, Buffers: func() (int, int) { return 1, 64 << 20 }})
	if got := r.ask(t, "", "MEMORY DOCTOR"); !strings.Contains(got, "Client id=99 has 64.00M") {
		t.Error(got)
	}
}

func TestMallocStats(t *testing.T) {
	if got := newRig(t).ask(t, "", "MEMORY MALLOC-STATS"); !strings.Contains(got, "heap/objects ") {
		t.Error(got)
	}
}

// WAITAOF tells of this node and of the other voters.
func TestWaitAOF(t *testing.T) {
	r := newRig(t)
	r.status.Voters = 5
	if got := r.ask(t, "", "WAITAOF 1 2 0"); got != "[1 4]" {
		t.Error(got)
	}
}
