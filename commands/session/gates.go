package session

import (
	"strconv"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
)

// A gate looks at a command before anything is done with it and returns the
// text of a refusal, or "". It changes nothing.
type gate func(s *Session, spec *commands.Spec, args []string) string

// gates is the order in which a command is judged, which clients can observe:
// an unknown command is unknown before it is unauthenticated, as in Redis. The
// first gate (known, right number of arguments) is Table.Resolve, which finds
// the row that the others look at.
var gates = [...]gate{
	authenticated,
	ours,
	inTransaction,
	inSubscriptions,
	room,
	ready,
}

// admit asks all gates. It returns the row to run, or nil and the refusal.
func (s *Session) admit(args []string) (*commands.Spec, resp.Reply) {
	spec, refusal := s.cfg.Table.Resolve(args)
	if spec == nil {
		return nil, refusal
	}
	for _, g := range gates {
		if text := g(s, spec, args); text != "" {
			return nil, resp.Error(text)
		}
	}
	return spec, resp.Reply{}
}

// authenticated refuses a client that has not shown the password. The
// password is asked for when there is one now: it may have been taken away.
func authenticated(s *Session, spec *commands.Spec, _ []string) string {
	if s.state.Authenticated || spec.Flags&commands.NoAuth != 0 || s.cfg.Password() == "" {
		return ""
	}
	return "NOAUTH Authentication required."
}

// ours sends a client that asked to be sent to the leader of the keys' group. A
// connection that has said READONLY reads here.
func ours(s *Session, spec *commands.Spec, args []string) string {
	if s.cfg.Redirect == nil || spec.Conn != nil || spec.Flags&commands.NotKeys != 0 || s.state.ReadOnly && spec.Flags&commands.Read != 0 {
		return ""
	}
	for i := range spec.Keys.In(args) {
		slot := ring.SlotOf(args[i])
		if addr := s.cfg.Redirect(slot); addr != "" {
			return "MOVED " + strconv.Itoa(int(slot)) + " " + addr
		}
	}
	return ""
}

// inTransaction refuses what makes no sense between MULTI and EXEC.
func inTransaction(s *Session, spec *commands.Spec, _ []string) string {
	if s.tx.open && spec.Flags&commands.NoMulti != 0 {
		return "ERR Command not allowed inside a transaction"
	}
	return ""
}

// whileSubscribed are the commands that a client of RESP2 may send while it has
// subscriptions: what else it reads must be messages.
var whileSubscribed = map[string]bool{
	"subscribe": true, "psubscribe": true, "ssubscribe": true, "unsubscribe": true, "punsubscribe": true, "sunsubscribe": true,
	"ping": true, "quit": true, "reset": true,
}

func inSubscriptions(s *Session, spec *commands.Spec, _ []string) string {
	if !s.state.Subscribed() || s.state.Proto != resp.RESP2 || whileSubscribed[spec.Name] {
		return ""
	}
	return "ERR Can't execute '" + spec.Name + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
}

// room refuses a command that no entry of the log could hold.
func room(s *Session, spec *commands.Spec, args []string) string {
	if spec.Data == nil || size(args) <= s.cfg.MaxCommand {
		return ""
	}
	return "ERR command is larger than a log entry may be (" + strconv.Itoa(s.cfg.MaxCommand) + " bytes)"
}

// size is how many bytes a command takes in a log entry, or a little less.
func size(args []string) int {
	n := 0
	for _, a := range args {
		n += len(a) + 1
	}
	return n
}

// ready refuses commands on data while the node's state is not there yet.
func ready(s *Session, spec *commands.Spec, _ []string) string {
	if spec.Flags&commands.Loading != 0 || spec.Data == nil || s.cfg.Ready() {
		return ""
	}
	return "LOADING Redis is loading the dataset in memory"
}
