package raftfsm

import (
	"errors"
	"time"

	"github.com/hashicorp/raft"
)

// transport is raft's own, but for two traits by which a node that was away gets the
// log back late.
//
// Raft waits longer after each message that failed, up to 10 s, and nothing can wake
// it. Here a message to a node that cannot be reached waits for the node, so
// that raft hardly ever counts a failure.
//
// A pipeline sends one message of maxAppendEntries for each new entry, and without
// any one in commitTimeout: some 200 entries a second. A pipeline here refuses
// to go on when the node is behind, and raft goes back to sending one message
// after another until it is not.
type transport struct {
	*raft.NetworkTransport
	last   func() (uint64, error) // index of this node's log
	closed <-chan struct{}        // ends all waiting
}

// errUnreachable says that no connection to a node could be made.
type errUnreachable struct{ error }

func (e errUnreachable) Unwrap() error { return e.error }

// AppendEntries implements raft.Transport. That a message leaves late does no
// harm: its term tells who may heed it.
func (t *transport) AppendEntries(id raft.ServerID, addr raft.ServerAddress, req *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	return whenReachable(t.closed, func() error {
		return t.NetworkTransport.AppendEntries(id, addr, req, resp)
	})
}

const (
	reachFirst  = 10 * time.Millisecond  // between the first two attempts; then twice as long each time
	reachLast   = 250 * time.Millisecond // between two attempts at most
	reachWithin = 30 * time.Second       // raft may learn of another address of the node only after this
)

// whenReachable repeats send while the node cannot be reached, for a while.
func whenReachable(closed <-chan struct{}, send func() error) error {
	deadline := time.Now().Add(reachWithin)
	for pause := reachFirst; ; pause = min(2*pause, reachLast) {
		err := send()
		if !errors.As(err, &errUnreachable{}) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-closed:
			return err
		case <-time.After(pause):
		}
	}
}

// behind is how many entries a pipeline may leave unsent: some messages' worth, as
// there are while entries come faster than they are sent.
const behind = 4 * maxAppendEntries

// errBehind has raft leave the pipeline.
var errBehind = errors.New("the node is too far behind for a pipeline")

// pipeline is a pipeline of raft's for a node that keeps up.
type pipeline struct {
	raft.AppendPipeline
	last func() (uint64, error)
}

// AppendEntriesPipeline implements raft.Transport.
func (t *transport) AppendEntriesPipeline(id raft.ServerID, addr raft.ServerAddress) (raft.AppendPipeline, error) {
	p, err := t.NetworkTransport.AppendEntriesPipeline(id, addr)
	if err != nil {
		return nil, err
	}
	return pipeline{p, t.last}, nil
}

// AppendEntries implements raft.AppendPipeline.
func (p pipeline) AppendEntries(req *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	last, err := p.last()
	if err == nil && last > req.PrevLogEntry+uint64(len(req.Entries))+behind {
		return nil, errBehind
	}
	return p.AppendPipeline.AppendEntries(req, resp)
}
