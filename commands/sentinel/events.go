package sentinel

import (
	"net"
	"strconv"

	"coordd/ring"
)

// Event is something that Sentinel tells its clients: a message on a channel of
// its own.
type Event struct{ Channel, Payload string }

// Watcher turns what a node sees of the cluster, again and again, into the events
// by which Sentinel would tell of it, each once. It is for one goroutine.
type Watcher struct {
	name   string
	nodes  map[string]ring.Node // by id; nil before a master was seen
	master ring.Node            // the last one known
	lost   bool                 // none is known now
	events []Event
}

// NewWatcher makes a Watcher for a master of that name.
func NewWatcher(masterName string) *Watcher { return &Watcher{name: masterName} }

// Look returns what has happened since the look before. It tells nothing until it
// has seen a master. Of the topology it wants the nodes, the first group and an
// epoch.
func (w *Watcher) Look(t ring.Topology) []Event {
	v := view{Topology: t}
	v.master, v.known = v.Leader(1)
	w.events = nil
	switch {
	case w.nodes != nil:
		w.lookAtMaster(v)
		w.lookAtNodes(v)
	case !v.known:
		return nil
	default:
		w.master = v.master
	}
	w.nodes = map[string]ring.Node{}
	for _, n := range v.Nodes {
		w.nodes[n.ID] = n
	}
	return w.events
}

func (w *Watcher) say(channel, payload string) {
	w.events = append(w.events, Event{channel, payload})
}

// lookAtMaster tells who leads. Between two leaders there is often none for a
// moment, which is when Sentinels agree that the master is down.
func (w *Watcher) lookAtMaster(v view) {
	old := w.master
	switch {
	case !v.known && !w.lost:
		quorum := strconv.Itoa(v.majority())
		w.say("+sdown", w.masterText(old))
		w.say("+odown", w.masterText(old)+" #quorum "+quorum+"/"+quorum)
	case v.known && v.master.ClientAddr != old.ClientAddr:
		w.say("+new-epoch", strconv.FormatUint(v.Epoch, 10))
		w.say("+elected-leader", w.masterText(old))
		w.say("+promoted-slave", w.slaveText(v.master, old))
		w.say("+failover-end", w.masterText(old))
		w.say("+switch-master", w.name+" "+hostPort(old)+" "+hostPort(v.master))
		for _, n := range v.others(v.master.ID) {
			if n.ClientAddr == old.ClientAddr && !n.Down() {
				w.say("+convert-to-slave", w.slaveText(n, v.master))
			}
			w.say("+slave", w.slaveText(n, v.master))
		}
	case v.known && w.lost:
		w.say("-sdown", w.masterText(old))
		w.say("-odown", w.masterText(old))
	}
	w.lost = !v.known
	if v.known {
		w.master = v.master
	}
}

// lookAtNodes tells who came, who went, and who no longer answers. Every node is
// a Sentinel, too.
func (w *Watcher) lookAtNodes(v view) {
	for _, n := range v.others(v.Self) {
		switch old, known := w.nodes[n.ID]; {
		case !known:
			if n.ID != w.master.ID {
				w.say("+slave", w.slaveText(n, w.master))
			}
			w.say("+sentinel", w.sentinelText(n))
		case n.Down() && !old.Down():
			w.sayOf("+sdown", n)
		case !n.Down() && old.Down():
			w.sayOf("-sdown", n)
		}
	}
	for id := range w.nodes {
		if _, stays := v.Node(id); !stays {
			w.say("+reset-master", w.masterText(w.master)) // as after SENTINEL RESET, which forgets who is gone
			return
		}
	}
}

// sayOf says something of a node in both its parts.
func (w *Watcher) sayOf(channel string, n ring.Node) {
	if n.ID == w.master.ID {
		w.say(channel, w.masterText(n))
	} else {
		w.say(channel, w.slaveText(n, w.master))
	}
	w.say(channel, w.sentinelText(n))
}

// masterText and the following are instances in the words of Sentinel's events.
func (w *Watcher) masterText(n ring.Node) string { return "master " + w.name + " " + hostPort(n) }

func (w *Watcher) slaveText(n, master ring.Node) string {
	return "slave " + n.ClientAddr + " " + hostPort(n) + w.at(master)
}

func (w *Watcher) sentinelText(n ring.Node) string {
	return "sentinel " + n.ID + " " + hostPort(n) + w.at(w.master)
}

// at says whose replica or Sentinel an instance is.
func (w *Watcher) at(master ring.Node) string { return " @ " + w.name + " " + hostPort(master) }

// hostPort is a node's client address as two words.
func hostPort(n ring.Node) string {
	host, port, err := net.SplitHostPort(n.ClientAddr)
	if err != nil {
		return n.ClientAddr + " 0"
	}
	return host + " " + port
}
