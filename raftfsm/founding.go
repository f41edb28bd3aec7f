package raftfsm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"coordd/raftfsm/peer"
)

// How a cluster is founded (DESIGN.md of this package): nodes on fresh folders
// tell one another who they are. When a node sees as many as are expected, and
// its id is the smallest, it asks each of the others for a promise, which a
// node gives to one founder only and keeps on disk. With all promises it writes
// the cluster's id and first voters into its own folder and tells the others.
// Whoever misses that learns it from the next hello. So however messages are
// lost and nodes restarted, one set of nodes founds at most one cluster.

// helloPause is the time between two rounds of hellos.
const helloPause = 200 * time.Millisecond

// hello is what a node tells of itself to anybody on the peer port.
type hello struct {
	Member
	Boot    string   `json:"boot"` // made at each start: tells a copy of a folder from the node itself
	Cluster string   `json:"cluster"`
	Groups  int      `json:"groups"`
	Voters  []Member `json:"voters"`
}

// form is the founder's word that the cluster is founded; a newcomer gets it too.
type form struct {
	Cluster string   `json:"cluster"`
	Groups  int      `json:"groups"`
	Voters  []Member `json:"voters"`
}

func (n *Node) self() Member {
	return Member{ID: n.id, PeerAddr: n.cfg.PeerAdvertise, ClientAddr: n.cfg.ClientAddr}
}

func (n *Node) hello() hello {
	n.mu.RLock()
	defer n.mu.RUnlock()
	nf := n.folder.node
	h := hello{Member: n.self(), Boot: n.boot, Cluster: nf.Cluster, Groups: nf.Groups, Voters: nf.Voters}
	if h.Cluster == "" {
		h.Groups = n.cfg.Groups
	}
	return h
}

// enter makes the node part of a cluster, or finds that it is, and opens its groups.
func (n *Node) enter(ctx context.Context) error {
	switch {
	case n.Cluster() != "":
		if err := n.checkFolder(); err != nil {
			return err
		}
	case n.cfg.BootstrapExpect == 1:
		if err := n.found([]Member{n.self()}); err != nil {
			return err
		}
	default:
		if err := n.meet(ctx); err != nil {
			return err
		}
	}
	n.mu.RLock()
	nf := n.folder.node
	n.mu.RUnlock()
	n.caller.Redial() // as a member from here on
	founders := nf.Voters
	if nf.Founded {
		founders = nil
	}
	if err := n.openGroups(nf.Groups, founders); err != nil {
		return err
	}
	return n.updateFolder(func(f *nodeFile) { f.Founded = true })
}

func (n *Node) updateFolder(change func(*nodeFile)) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	err := n.folder.update(change)
	n.cluster = n.folder.node.Cluster
	return err
}

// found writes down that the cluster exists, with these first voters.
func (n *Node) found(voters []Member) error {
	return n.adopt(form{Cluster: newID(), Groups: n.cfg.Groups, Voters: voters})
}

func (n *Node) adopt(f form) error {
	return n.updateFolder(func(nf *nodeFile) {
		if nf.Cluster == "" {
			nf.Cluster, nf.Groups, nf.Voters = f.Cluster, f.Groups, f.Voters
		}
	})
}

// greetAll says hello to the nodes of the join list, side by side.
func (n *Node) greetAll() map[string]hello {
	type answer struct {
		addr string
		h    hello
		err  error
	}
	ch := make(chan answer, len(n.cfg.Join))
	for _, addr := range n.cfg.Join {
		go func() {
			a := answer{addr: addr}
			var b []byte
			if b, a.err = n.caller.Call(addr, verbHello, nil, time.Second); a.err == nil {
				a.err = json.Unmarshal(b, &a.h)
			}
			ch <- a
		}()
	}
	out := map[string]hello{}
	for range n.cfg.Join {
		if a := <-ch; a.err == nil {
			out[a.addr] = a.h
		}
	}
	return out
}

// checkFolder refuses to start a used folder beside a cluster that it does not
// belong to, or as the second copy of a running node.
func (n *Node) checkFolder() error {
	for addr, h := range n.greetAll() {
		if h.ID == n.id && h.Boot != n.boot {
			return fmt.Errorf("the node at %s runs with the id of this data folder (%s): one is a copy of the other; start this node on an empty folder", addr, n.cfg.Dir)
		}
		if h.Cluster != "" && h.Cluster != n.Cluster() {
			return fmt.Errorf("data folder %s belongs to cluster %s, but the node at %s to cluster %s: join with an empty folder", n.cfg.Dir, n.Cluster(), addr, h.Cluster)
		}
	}
	return nil
}

// meet waits until the node has been taken into a cluster or has helped to found one.
func (n *Node) meet(ctx context.Context) error {
	for {
		done, err := n.meetOnce(n.greetAll())
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no cluster could be founded or joined through %s: %w", strings.Join(n.cfg.Join, ","), ctx.Err())
		case <-time.After(helloPause):
		}
	}
}

func (n *Node) meetOnce(hellos map[string]hello) (done bool, err error) {
	if n.Cluster() != "" { // the founder has told us
		return true, nil
	}
	fresh := map[string]Member{n.id: n.self()}
	for addr, h := range hellos {
		switch {
		case h.ID == n.id:
			continue
		case h.Cluster != "":
			return n.join(addr, h)
		case h.Groups != n.cfg.Groups && n.cfg.BootstrapExpect > 1:
			return false, fmt.Errorf("this node was started with --groups %d, the one at %s with --groups %d: they must be the same", n.cfg.Groups, addr, h.Groups)
		}
		fresh[h.ID] = h.Member
	}
	if n.cfg.BootstrapExpect == 0 || len(fresh) < n.cfg.BootstrapExpect {
		return false, nil
	}
	voters := make([]Member, 0, len(fresh))
	for _, m := range fresh {
		voters = append(voters, m)
	}
	slices.SortFunc(voters, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	voters = voters[:n.cfg.BootstrapExpect]
	if voters[0].ID != n.id {
		return false, nil
	}
	return n.foundWith(voters)
}

// foundWith collects the promises and founds the cluster; this node is the founder.
func (n *Node) foundWith(voters []Member) (done bool, err error) {
	if !n.promise(n.id) {
		return false, nil
	}
	for _, m := range voters[1:] {
		if _, err := n.caller.Call(m.PeerAddr, verbPromise, nil, time.Second); err != nil {
			n.log.Info("waiting for a node to take part in founding", "node", m.PeerAddr, "error", err)
			return false, nil
		}
	}
	if err := n.found(voters); err != nil {
		return false, err
	}
	body, err := json.Marshal(form{n.Cluster(), n.cfg.Groups, voters})
	if err != nil {
		return false, err
	}
	for _, m := range voters[1:] {
		if _, err := n.caller.Call(m.PeerAddr, verbForm, body, time.Second); err != nil {
			n.log.Info("a founder will ask for the cluster itself", "node", m.PeerAddr, "error", err)
		}
	}
	return true, nil
}

// promise gives this node's promise to a founder, once and for good.
func (n *Node) promise(founder string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	nf := n.folder.node
	if nf.Cluster != "" || (nf.Promise != "" && nf.Promise != founder) {
		return false
	}
	return nf.Promise == founder || n.folder.update(func(f *nodeFile) { f.Promise = founder }) == nil
}

func (n *Node) servePromise(founder string, respond peer.Respond) {
	if !n.promise(founder) {
		respond(nil, errors.New("promised to another founder, or in a cluster already"))
		return
	}
	respond(nil, nil)
}

func (n *Node) serveForm(founder string, body []byte, respond peer.Respond) {
	var f form
	if err := json.Unmarshal(body, &f); err != nil {
		respond(nil, err)
		return
	}
	n.mu.RLock()
	promised := n.folder.node.Promise
	n.mu.RUnlock()
	if promised != founder {
		respond(nil, errors.New("not promised to this founder"))
		return
	}
	respond(nil, n.adopt(f))
}

// join asks a node of an existing cluster to take this one in; a first voter
// that missed the founder's word is in already.
func (n *Node) join(addr string, h hello) (done bool, err error) {
	if slices.ContainsFunc(h.Voters, func(m Member) bool { return m.ID == n.id }) {
		return true, n.adopt(form{h.Cluster, h.Groups, h.Voters})
	}
	body, err := json.Marshal(n.self())
	if err != nil {
		return false, err
	}
	b, err := n.caller.Call(addr, verbJoin, body, joinTimeout)
	if err != nil {
		if text, refused := strings.CutPrefix(err.Error(), refusal); refused {
			return false, fmt.Errorf("the cluster of %s refuses this node: %s", addr, text)
		}
		n.log.Info("could not join yet", "through", addr, "error", err)
		return false, nil
	}
	var f form
	if err := json.Unmarshal(b, &f); err != nil {
		return false, err
	}
	return true, n.adopt(f)
}

// joinTimeout bounds one request to join; it needs a leader of the meta group.
const joinTimeout = 5 * time.Second

// refusal opens an error that asking again will not mend.
const refusal = "refused: "

// serveJoin takes a newcomer into the registry. The leaders of the groups do
// the rest (membership.go).
func (n *Node) serveJoin(body []byte, respond peer.Respond) {
	var m Member
	if err := json.Unmarshal(body, &m); err != nil {
		respond(nil, err)
		return
	}
	ctx, cancel := context.WithTimeout(n.ctx, joinTimeout)
	defer cancel()
	meta := n.Group(MetaGroup)
	if meta == nil {
		respond(nil, errors.New("this node is only starting"))
		return
	}
	if _, err := meta.ReadIndex(ctx); err != nil {
		respond(nil, err)
		return
	}
	if err := n.admissible(m); err != nil {
		respond(nil, err)
		return
	}
	if err := n.put(ctx, nodePrefix+m.ID, m); err != nil {
		respond(nil, err)
		return
	}
	respondJSON(respond, form{Cluster: n.Cluster(), Groups: n.Groups()})
}

// admissible refuses a newcomer that would take another node's place.
func (n *Node) admissible(m Member) error {
	if _, gone := n.registry.list(gonePrefix)[m.ID]; gone {
		return fmt.Errorf("%snode %s was removed from this cluster; it can come back on an empty folder", refusal, m.ID)
	}
	for _, known := range n.Members() {
		if known.PeerAddr == m.PeerAddr && known.ID != m.ID {
			return fmt.Errorf("%s%s is already the address of node %s; start that node with its own data folder, or remove it first with CLUSTER FORGET %s",
				refusal, m.PeerAddr, known.ID, known.ID)
		}
	}
	return nil
}
