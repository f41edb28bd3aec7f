package raftfsm

import (
	"errors"
	"testing"

	"github.com/hashicorp/raft"
)

func TestAMessageWaitsForANodeThatCannotBeReached(t *testing.T) {
	attempts := 0
	err := whenReachable(nil, func() error {
		if attempts++; attempts < 4 {
			return errUnreachable{errors.New("connection refused")}
		}
		return nil
	})
	if err != nil || attempts != 4 {
		t.Errorf("%d attempts, %v", attempts, err)
	}
}

func TestAMessageThatFailedOtherwiseIsNotRepeated(t *testing.T) {
	broken := errors.New("broken pipe")
	attempts := 0
	err := whenReachable(nil, func() error { attempts++; return broken })
	if err != broken || attempts != 1 {
		t.Errorf("%d attempts, %v", attempts, err)
	}
}

func TestNoMessageOutlivesItsGroup(t *testing.T) {
	closed := make(chan struct{})
	close(closed)
	attempts := 0
	err := whenReachable(closed, func() error { attempts++; return errUnreachable{errors.New("connection refused")} })
	if err == nil || attempts != 1 {
		t.Errorf("%d attempts, %v", attempts, err)
	}
}

// sent counts what a pipeline lets through.
type sent struct {
	raft.AppendPipeline
	messages int
}

func (s *sent) AppendEntries(*raft.AppendEntriesRequest, *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	s.messages++
	return nil, nil
}

func TestAPipelineIsForThoseWhoKeepUp(t *testing.T) {
	log := uint64(100)
	inner := &sent{}
	p := pipeline{inner, func() (uint64, error) { return log, nil }}
	req := &raft.AppendEntriesRequest{PrevLogEntry: 90, Entries: make([]*raft.Log, 5)}
	if _, err := p.AppendEntries(req, nil); err != nil || inner.messages != 1 {
		t.Errorf("of 100 entries 95 are sent: %v", err)
	}
	log = 96 + behind
	if _, err := p.AppendEntries(req, nil); err != errBehind || inner.messages != 1 {
		t.Errorf("of %d entries 95 are sent: %v", log, err)
	}
}
