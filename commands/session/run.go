package session

import (
	"sync"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// Limits of a run. A longer pipeline becomes several runs, one after another,
// so that what a connection holds in memory at a time is bounded.
const (
	runCommands = 4096
	runBytes    = 16 << 20 // of arguments; one command alone may have more
	sendAt      = 64 << 10 // bytes of replies that are passed on before a run has ended
	keepOut     = 64 << 10 // bytes of room for replies that a run keeps when it is idle
	keepCalls   = 512      // the same, in commands
)

// run is what is handed over together: neighbouring commands of a pipeline,
// with the place of each one's reply. A run either only reads, or it writes and
// its reads are cheap: those ride the log with the writes, so that they see
// what was written before them without another round.
type run struct {
	steps  []step
	shares []share // by group
	writes bool
	slow   bool // has a read that must not ride the log
	bytes  int

	tallies []commands.Tally // of the present stretch
	noted   []noted
	began   time.Time // when the stretch did

	out            []byte // replies on their way to the wire
	served, failed uint64 // commands answered, and those of them with an error
}

// step is one command of a run: where its reply comes from.
type step struct {
	said  string   // not "": this line, which needed no group
	many  gatherer // not nil: several groups answer it
	spec  *commands.Spec
	args  []string
	group int // else: this call of this group
	call  int
	queue []queued // of EXEC: what the call consists of
}

// gatherer makes the reply to a command that several groups answer, once all
// shares of the run have been carried out.
type gatherer interface {
	gather(s *Session, r *run) resp.Reply
}

// share is what one group does for a run.
type share struct {
	calls  []call
	writes bool
	asked  bool // wanted, though it has no calls: a walk will look at its engine

	// Filled in by carrying it out.
	err     error
	now     int64
	replies [][]byte     // of a share that writes
	views   []resp.Reply // of one that only reads
}

// call is a command, or the part of one, that one group carries out.
type call struct {
	spec *commands.Spec
	args []string
}

func newRun(groups int) *run { return &run{shares: make([]share, groups)} }

// fits tells whether the run may take this command as well; if not, it must be
// carried out first. An empty run takes anything.
func (r *run) fits(spec *commands.Spec, args []string) bool {
	switch {
	case len(r.steps) == 0:
		return true
	case len(r.steps) >= runCommands || r.bytes+size(args) > runBytes:
		return false
	case spec.Flags&commands.Write != 0 && r.slow:
		return false
	}
	return !isSlowRead(spec) || !r.writes
}

// count takes note of a command that the run will hold.
func (r *run) count(spec *commands.Spec, args []string) {
	r.bytes += size(args)
	r.writes = r.writes || spec.Flags&commands.Write != 0
	r.slow = r.slow || isSlowRead(spec)
}

// isSlowRead tells whether a command is a read that takes long: on the log it
// would hold up the writes of everybody, on every node.
func isSlowRead(spec *commands.Spec) bool {
	return spec.Flags&(commands.Read|commands.Fast) == commands.Read
}

// refuse takes the place of a command that did not get through the gates.
func (r *run) refuse(text string) { r.say(resp.Error(text)) }

// say answers with a simple string or an error, when the turn comes.
func (r *run) say(reply resp.Reply) {
	r.steps = append(r.steps, step{said: string(reply.Kind) + reply.Str})
}

// answerWith is say for a command that passed the gates.
func (r *run) answerWith(spec *commands.Spec, args []string, reply resp.Reply) {
	r.say(reply)
	st := &r.steps[len(r.steps)-1]
	st.spec, st.args = spec, args
}

// add has one group carry out a command, or the part of one, and returns which
// of the group's calls it is.
func (r *run) add(group int, spec *commands.Spec, args []string) int {
	sh := &r.shares[group]
	sh.calls = append(sh.calls, call{spec, args})
	sh.writes = sh.writes || spec.Flags&commands.Write != 0
	return len(sh.calls) - 1
}

// carryOut does what is in the run, all groups side by side, and writes the
// replies in the order of the commands. The run is empty afterwards.
func (s *Session) carryOut(r *run) {
	if len(r.steps) == 0 {
		return
	}
	s.handOver(r)
	for i := range r.steps {
		r.tallyStep(&r.steps[i])
		s.reply(r, &r.steps[i])
		if len(r.out) >= sendAt {
			s.send(r)
			// Waits for a slow client, so that no more than this is held for it. An
			// error means that it has gone: further replies go nowhere.
			_ = s.wire.Flush()
		}
	}
	s.fold(r)
	r.reset()
}

// handOver has every group do its share, on this goroutine if it is only one.
func (s *Session) handOver(r *run) {
	busy, last := 0, 0
	for g := range r.shares {
		if len(r.shares[g].calls) > 0 || r.shares[g].asked {
			busy++
			last = g
		}
	}
	switch busy {
	case 0: // all commands were refused
	case 1:
		s.do(&s.cfg.Groups[last], &r.shares[last])
	default:
		s.announce() // all at once, before each goes its own way
		s.sideBySide(r)
	}
}

// sideBySide has several groups do their shares at once. A panic of any of them
// comes out here, on the connection's own goroutine, where it ends no more
// than the connection.
func (s *Session) sideBySide(r *run) {
	var groups sync.WaitGroup
	faults := make(chan any, len(r.shares))
	for g := range r.shares {
		sh := &r.shares[g]
		if len(sh.calls) == 0 && !sh.asked {
			continue
		}
		groups.Go(func() {
			defer func() {
				if fault := recover(); fault != nil {
					faults <- fault
				}
			}()
			s.do(&s.cfg.Groups[g], sh)
		})
	}
	groups.Wait()
	close(faults)
	for fault := range faults {
		panic(fault)
	}
}

// reset empties the run and lets go of what it referred to.
func (r *run) reset() {
	clear(r.steps)
	r.steps = trimmed(r.steps)
	for g := range r.shares {
		sh := &r.shares[g]
		clear(sh.calls)
		clear(sh.views)
		*sh = share{calls: trimmed(sh.calls), views: trimmed(sh.views)}
	}
	r.writes, r.slow, r.bytes = false, false, 0
}

// trimmed is a list made empty, without its room if that is large.
func trimmed[T any](list []T) []T {
	if cap(list) > keepCalls {
		return nil
	}
	return list[:0]
}
