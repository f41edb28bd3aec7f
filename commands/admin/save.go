package admin

import (
	"strings"
	"sync"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// persistence are the words about what is on disk. All that was answered is,
// in the log; a snapshot makes the log short, which is what both a dump and a
// rewritten append-only file are for.
func (a *admin) persistence() []commands.Spec {
	const plain = commands.Admin | commands.NoScript
	return []commands.Spec{
		{Name: "bgrewriteaof", Arity: 1, Flags: plain, Since: "1.0.0", Summary: "Has a snapshot of every group taken, which cuts the log.", Conn: a.bgRewriteAOF},
		{Name: "bgsave", Arity: -1, Flags: plain, Since: "1.0.0", Syntax: "[SCHEDULE]", Summary: "Has a snapshot of every group taken.", Conn: a.bgSave},
		{Name: "lastsave", Arity: 1, Flags: always | commands.Fast | commands.Dangerous | commands.NonDeterministic, Since: "1.0.0", Summary: "Tells when the newest snapshot was taken.", Conn: a.lastSave},
		{Name: "save", Arity: 1, Flags: plain | commands.NoMulti, Since: "1.0.0", Summary: "Takes a snapshot of every group and waits until it is on disk.", Conn: a.save},
		{Name: "shutdown", Arity: -1, Flags: hidden | commands.NoMulti, Since: "1.0.0", Syntax: "[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]", Summary: "Ends this node in order; others take over what it leads.", Conn: a.shutdown},
	}
}

// saves is what is known of the snapshots that clients asked for.
type saves struct {
	mu      sync.Mutex // guards all below
	running bool
	last    time.Time // the last that went well; zero: none
	failed  bool      // the last one did not go well
}

// begin claims the right to take a snapshot; false if another is under way.
func (s *saves) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running {
		return false
	}
	s.running = true
	return true
}

func (s *saves) end(now time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.failed = false, err != nil
	if err == nil {
		s.last = now
	}
}

// state is for INFO and LASTSAVE.
func (s *saves) state() (running, failed bool, last time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running, s.failed, s.last
}

// takeSnapshot is the work of all words; begin has been called.
func (a *admin) takeSnapshot() error {
	err := a.Save()
	a.saves.end(a.Now(), err)
	return err
}

func (a *admin) save(*commands.Client, []string) resp.Reply {
	if !a.saves.begin() {
		return errSaving
	}
	if a.takeSnapshot() != nil { // the log tells an operator why
		return errFailed
	}
	return resp.OK
}

// inBackground starts a snapshot. It ends at the latest when the node does.
func (a *admin) inBackground() bool {
	if !a.saves.begin() {
		return false
	}
	go func() { _ = a.takeSnapshot() }() // INFO tells how it went
	return true
}

func (a *admin) bgSave(_ *commands.Client, args []string) resp.Reply {
	switch {
	case len(args) > 2 || len(args) == 2 && !strings.EqualFold(args[1], "SCHEDULE"):
		return errSyntax
	case !a.inBackground():
		return errSaving
	}
	return resp.Simple("Background saving started")
}

// bgRewriteAOF has nothing to do when a snapshot is under way: that cuts the
// log as well.
func (a *admin) bgRewriteAOF(*commands.Client, []string) resp.Reply {
	if !a.inBackground() {
		return resp.Simple("Background append only file rewriting scheduled")
	}
	return resp.Simple("Background append only file rewriting started")
}

func (a *admin) lastSave(*commands.Client, []string) resp.Reply { return resp.Int(a.savedAt().Unix()) }

// savedAt is when the newest snapshot was taken, whoever asked for it; the
// start of the node if there is none, as in Redis.
func (a *admin) savedAt() time.Time {
	n := a.Node()
	_, _, last := a.saves.state()
	for _, t := range []time.Time{n.LastSnapshot, n.Started} {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// shutdown answers nothing when it goes well: the connection ends. There is
// nothing to wait for before it, so there is none to abort.
func (a *admin) shutdown(c *commands.Client, args []string) resp.Reply {
	asked := map[string]bool{}
	for _, arg := range args[1:] {
		word := strings.ToUpper(arg)
		switch word {
		case "SAVE", "NOSAVE", "NOW", "FORCE", "ABORT":
			asked[word] = true
		default:
			return errSyntax
		}
	}
	switch {
	case asked["ABORT"] && len(args) > 2, asked["SAVE"] && asked["NOSAVE"]:
		return errSyntax
	case asked["ABORT"]:
		return resp.Error("ERR No shutdown in progress.")
	case asked["SAVE"] && a.saves.begin() && a.takeSnapshot() != nil && !asked["FORCE"]:
		return resp.Error("ERR Errors trying to SHUTDOWN. Check logs.")
	}
	a.Stop()
	c.Kill()
	return resp.OK
}
