package raftfsm

import (
	"encoding/json"
	"fmt"

	"coordd/raftfsm/peer"
)

// The requests between nodes. The values are on the wire and never change.
const (
	verbTerms     peer.Verb = 1 // confirm.go
	verbReadIndex peer.Verb = 2 // read.go
	verbProgress  peer.Verb = 3 // membership.go
	verbAgree     peer.Verb = 4 // agree.go
	verbHello     peer.Verb = 5 // founding.go, like the rest
	verbPromise   peer.Verb = 6
	verbForm      peer.Verb = 7
	verbJoin      peer.Verb = 8
	verbTransfer  peer.Verb = 9 // membership.go
)

// serveCall answers a request of another node. Nodes of no cluster, or of
// another one, may only say hello and ask to found or join.
func (n *Node) serveCall(from peer.Identity, v peer.Verb, body []byte, respond peer.Respond) {
	ours := v < verbHello || v == verbTransfer
	if ours && (from.Cluster != n.Cluster() || from.Cluster == "") {
		respond(nil, fmt.Errorf("this node belongs to cluster %q, not %q", n.Cluster(), from.Cluster))
		return
	}
	switch v {
	case verbTerms:
		n.serveTerms(body, respond)
	case verbReadIndex:
		n.serveReadIndex(body, respond)
	case verbProgress:
		n.serveProgress(body, respond)
	case verbAgree:
		n.serveAgree(body, respond)
	case verbTransfer:
		n.goFunc(func() { n.serveTransfer(body, respond) })
	case verbHello:
		respondJSON(respond, n.hello())
	case verbPromise:
		n.goFunc(func() { n.servePromise(from.Node, respond) })
	case verbForm:
		n.goFunc(func() { n.serveForm(from.Node, body, respond) })
	case verbJoin:
		n.goFunc(func() { n.serveJoin(body, respond) })
	default:
		respond(nil, fmt.Errorf("request %d is not known here: this node runs an older coordd", v))
	}
}

func respondJSON(respond peer.Respond, v any) {
	b, err := json.Marshal(v)
	respond(b, err)
}
