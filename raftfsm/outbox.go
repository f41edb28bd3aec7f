package raftfsm

import (
	"context"
	"errors"
	"sync"
	"time"
)

var (
	// ErrUnavailable means that no leader could be reached in time and that the
	// commands were not carried out.
	ErrUnavailable = errors.New("no leader could be reached; nothing was changed")
	// ErrUnknownOutcome means that the commands were handed to a leader and no
	// answer came in time: each was applied once or not at all.
	ErrUnknownOutcome = errors.New("the outcome is not known")
)

// sink takes the commands of this node to the leader of a group: the local
// proposer or a stream to another node. It must not block, and must not call
// back into the outbox.
type sink interface {
	push(s section)
}

// outbox numbers the commands that clients of this node send to one group and
// keeps each until its answer is there, so that all that is unanswered can be
// sent again, in order, to the next leader.
type outbox struct {
	origin string
	start  uint64

	mu    sync.Mutex // guards all below; held across sink.push, which does not block
	base  uint64     // number of slots[0]; all below have their answers
	slots []slot
	sink  sink      // nil while no leader is known
	sent  time.Time // when the sink last got something, or answered
}

// slot is one command without an answer yet.
type slot struct {
	call *call // nil once the command is answered or given up
	at   int   // which of the call's replies this is
	cmd  []byte
	done bool // answered
}

// call is one Propose: it is done when all its replies are there.
type call struct {
	replies [][]byte
	left    int
	pushed  bool          // some sink got it: from here on it may be applied
	done    chan struct{} // closed when left is 0
}

func newOutbox(origin string, start uint64) *outbox {
	return &outbox{origin: origin, start: start, base: 1}
}

// propose sends cmds to the group's leader, in order, and waits for their
// replies. When ctx ends first it gives up with ErrUnavailable or
// ErrUnknownOutcome. The commands' bytes belong to the outbox from here on.
func (o *outbox) propose(ctx context.Context, cmds [][]byte) ([][]byte, error) {
	c := &call{replies: make([][]byte, len(cmds)), left: len(cmds), done: make(chan struct{})}
	o.mu.Lock()
	first := o.base + uint64(len(o.slots))
	for i, cmd := range cmds {
		o.slots = append(o.slots, slot{call: c, at: i, cmd: cmd})
	}
	if o.sink != nil {
		c.pushed = true
		o.sent = time.Now()
		o.sink.push(section{o.origin, o.start, o.base, first, cmds})
	}
	o.mu.Unlock()
	select {
	case <-c.done:
		return c.replies, nil
	case <-ctx.Done():
		return o.giveUp(c, first, len(cmds))
	}
}

// giveUp stops waiting for a call. Its commands become empty ones, so that a
// later sending cannot apply them long after their client has gone.
func (o *outbox) giveUp(c *call, first uint64, n int) ([][]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c.left == 0 {
		return c.replies, nil
	}
	for i := range n {
		at := int64(first) + int64(i) - int64(o.base)
		if at >= 0 && o.slots[at].call == c {
			o.slots[at].cmd, o.slots[at].call = nil, nil
		}
	}
	if c.pushed {
		return nil, ErrUnknownOutcome
	}
	return nil, ErrUnavailable
}

// retarget turns to another sink (nil: none) and sends it all that is unanswered.
func (o *outbox) retarget(s sink) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sink = s
	o.resend()
}

// resendAfter sends everything again when the sink has had it for longer than
// age and the oldest command is still unanswered: whatever was lost on the way
// is mended, and what was not lost is recognised by its number.
func (o *outbox) resendAfter(age time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sink != nil && len(o.slots) > 0 && time.Since(o.sent) > age {
		o.resend()
	}
}

func (o *outbox) resend() {
	if o.sink == nil || len(o.slots) == 0 {
		return
	}
	cmds := make([][]byte, len(o.slots))
	for i := range o.slots {
		cmds[i] = o.slots[i].cmd
		if c := o.slots[i].call; c != nil {
			c.pushed = true
		}
	}
	o.sent = time.Now()
	o.sink.push(section{o.origin, o.start, o.base, o.base, cmds})
}

// resolve takes the replies of the commands numbered from first on. Replies
// that are not waited for, or no more, are ignored.
func (o *outbox) resolve(start, first uint64, replies [][]byte) {
	if start != o.start {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = time.Now()
	for i, r := range replies {
		at := int64(first) + int64(i) - int64(o.base)
		if at < 0 || at >= int64(len(o.slots)) {
			continue
		}
		o.slots[at].answer(r)
	}
	o.trim()
}

func (s *slot) answer(r []byte) {
	s.cmd, s.done = nil, true
	c := s.call
	if c == nil {
		return
	}
	s.call = nil
	c.replies[s.at] = r
	c.left--
	if c.left == 0 {
		close(c.done)
	}
}

// trim forgets the answered slots at the front. One in the middle stays: it
// was answered out of turn (this node took a snapshot that held the ones
// before it), and those will be asked for again.
func (o *outbox) trim() {
	n := 0
	for n < len(o.slots) && o.slots[n].done {
		n++
	}
	clear(o.slots[:n])
	o.slots = o.slots[n:]
	o.base += uint64(n)
	if len(o.slots) == 0 && cap(o.slots) > keepSlots {
		o.slots = nil
	}
}

// keepSlots is how many slots an outbox keeps allocated while it is idle.
const keepSlots = 4096
