package integration

import (
	"testing"
	"time"

	"coordd/integration/cluster"
)

const proofRun = 2 * time.Second

// plainKinds are those that a real Redis has.
func plainKinds() []kind { return []kind{registers(), counters(), lists()} }

// The workload finds no fault where there is none: one redis-server that
// nobody hurts is linearizable.
func TestWorkloadAcceptsOneRedis(t *testing.T) {
	w := startWorkload(t, seed(t), plainKinds(), cluster.StartRedis(t))
	cluster.Poll(t, 2*proofRun, "the run", waited(proofRun, w.book.failed))
	w.finish(t)
	for _, k := range plainKinds() {
		if w.book.judged[k.name] == 0 {
			t.Errorf("no operation on a %s was judged", k.name)
		}
	}
}

// And it finds every fault at once where there are two servers that do not
// know of one another.
func TestWorkloadRefusesTwoRedises(t *testing.T) {
	w := startWorkload(t, seed(t), plainKinds(), cluster.StartRedis(t), cluster.StartRedis(t))
	cluster.Poll(t, 2*proofRun, "the run", waited(proofRun, w.book.failed))
	w.halt()
	if faults := w.book.finish(); len(faults) < len(plainKinds())*keysPerKind {
		t.Errorf("only these keys were found out: %q", faults)
	}
}
