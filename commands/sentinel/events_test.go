package sentinel

import (
	"slices"
	"strings"
	"testing"
	"time"

	"coordd/ring"
)

// looks gives a watcher one topology after another and compares what each look
// tells, a line for each event.
func looks(t *testing.T, w *Watcher, steps ...look) {
	t.Helper()
	for i, step := range steps {
		var got []string
		for _, e := range w.Look(step.at) {
			if !IsChannel(e.Channel) {
				t.Errorf("step %d: %s is no channel of Sentinel's", i, e.Channel)
			}
			got = append(got, e.Channel+" "+e.Payload)
		}
		want := strings.FieldsFunc(strings.ReplaceAll(step.tells, "\t", ""), func(r rune) bool { return r == '\n' })
		if !slices.Equal(got, want) {
			t.Errorf("step %d tells\n%s\nwant\n%s", i, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

type look struct {
	at    ring.Topology
	tells string
}

// silent is a topology in which a node has not answered for so long.
func silent(t ring.Topology, node int, since time.Duration) ring.Topology {
	t.Nodes = slices.Clone(t.Nodes)
	t.Nodes[node].Silent = since
	return t
}

// A master is lost and replaced: what a Sentinel's clients hear, each once.
func TestSwitchMaster(t *testing.T) {
	newEpoch := three(idC)
	newEpoch.Epoch = 12
	looks(t, NewWatcher("mymaster"),
		look{three(""), ""}, // nobody is known yet
		look{three(idA), ""},
		look{three(idA), ""},
		look{three(""), `
			+sdown master mymaster 10.0.0.1 6379
			+odown master mymaster 10.0.0.1 6379 #quorum 2/2`},
		look{three(""), ""},
		look{newEpoch, `
			+new-epoch 12
			+elected-leader master mymaster 10.0.0.1 6379
			+promoted-slave slave 10.0.0.3:6381 10.0.0.3 6381 @ mymaster 10.0.0.1 6379
			+failover-end master mymaster 10.0.0.1 6379
			+switch-master mymaster 10.0.0.1 6379 10.0.0.3 6381
			+convert-to-slave slave 10.0.0.1:6379 10.0.0.1 6379 @ mymaster 10.0.0.3 6381
			+slave slave 10.0.0.1:6379 10.0.0.1 6379 @ mymaster 10.0.0.3 6381
			+slave slave 10.0.0.2:6380 10.0.0.2 6380 @ mymaster 10.0.0.3 6381`},
		look{newEpoch, ""},
		look{silent(newEpoch, 0, ring.DownAfter+1), `
			+sdown slave 10.0.0.1:6379 10.0.0.1 6379 @ mymaster 10.0.0.3 6381
			+sdown sentinel ` + idA + ` 10.0.0.1 6379 @ mymaster 10.0.0.3 6381`},
		look{silent(newEpoch, 0, ring.DownAfter+2), ""},
		look{newEpoch, `
			-sdown slave 10.0.0.1:6379 10.0.0.1 6379 @ mymaster 10.0.0.3 6381
			-sdown sentinel ` + idA + ` 10.0.0.1 6379 @ mymaster 10.0.0.3 6381`},
	)
}

// The master comes back, or only seems to be gone.
func TestMasterStays(t *testing.T) {
	looks(t, NewWatcher("mymaster"),
		look{three(idA), ""},
		look{three(""), `
			+sdown master mymaster 10.0.0.1 6379
			+odown master mymaster 10.0.0.1 6379 #quorum 2/2`},
		look{three(idA), `
			-sdown master mymaster 10.0.0.1 6379
			-odown master mymaster 10.0.0.1 6379`},
		look{silent(three(idA), 0, ring.DownAfter+1), `
			+sdown master mymaster 10.0.0.1 6379
			+sdown sentinel ` + idA + ` 10.0.0.1 6379 @ mymaster 10.0.0.1 6379`},
	)
}

// Nodes join and leave.
func TestMembers(t *testing.T) {
	two := three(idA)
	two.Nodes = two.Nodes[:2]
	looks(t, NewWatcher("mymaster"),
		look{two, ""},
		look{three(idA), `
			+slave slave 10.0.0.3:6381 10.0.0.3 6381 @ mymaster 10.0.0.1 6379
			+sentinel sentinel ` + idC + ` 10.0.0.3 6381 @ mymaster 10.0.0.1 6379`},
		look{two, `
			+reset-master master mymaster 10.0.0.1 6379`},
	)
}

// An address of no form that is known still makes whole words.
func TestOddAddress(t *testing.T) {
	if got := hostPort(ring.Node{ClientAddr: "nowhere"}); got != "nowhere 0" {
		t.Error(got)
	}
	if !slices.IsSorted(channels) {
		t.Error("the list of channels is searched and must be sorted")
	}
	for name, want := range map[string]bool{"+switch-master": true, "-sdown": true, "+sdow": false, "switch-master": false, "": false} {
		if IsChannel(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
