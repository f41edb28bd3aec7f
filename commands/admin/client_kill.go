package admin

import (
	"slices"
	"strings"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// Pauses is CLIENT PAUSE.
type Pauses interface {
	// Pause has commands of clients wait for d; only those that may write,
	// unless all is set.
	Pause(d time.Duration, all bool)
	Unpause()
}

// clientControl are the subcommands of CLIENT by which one client rules others,
// or its own replies.
func (a *admin) clientControl() []commands.Spec {
	return []commands.Spec{
		{Name: "client|kill", Arity: -3, Flags: hidden, Since: "2.4.0", Syntax: "<ip:port | [ID client-id] [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] [USER username] [ADDR ip:port] [LADDR ip:port] [SKIPME <YES | NO>] [MAXAGE seconds]>", Summary: "Ends connections of this node.", Conn: a.clientKill},
		{Name: "client|pause", Arity: -3, Flags: hidden, Since: "2.9.50", Syntax: "timeout [WRITE | ALL]", Summary: "Has the commands of this node's clients wait.", Conn: a.clientPause},
		{Name: "client|reply", Arity: 3, Flags: local, Since: "3.2.0", Syntax: "<ON | OFF | SKIP>", Summary: "Chooses whether this connection gets replies.", Conn: clientReply},
		{Name: "client|unpause", Arity: 2, Flags: hidden, Since: "6.2.0", Summary: "Ends CLIENT PAUSE.", Conn: a.clientUnpause},
	}
}

// clientKill has an old form with an address, which finds one or fails, and one
// with filters, which counts.
func (a *admin) clientKill(self *commands.Client, args []string) resp.Reply {
	if len(args) == 3 {
		for _, c := range a.Clients() {
			if c.Addr() == args[2] {
				end(c, self)
				return resp.OK
			}
		}
		return resp.Error("ERR No such client")
	}
	wanted, refusal := a.killFilter(self, args[2:])
	if refusal.IsError() {
		return refusal
	}
	ended := 0
	for _, c := range a.Clients() {
		if wanted(c) {
			end(c, self)
			ended++
		}
	}
	return resp.Int(int64(ended))
}

// end ends a connection; the caller's own gets its reply first.
func end(c, self *commands.Client) {
	if c == self {
		c.Change(func(s *commands.ClientState) { s.Closing = true })
		return
	}
	c.Kill()
}

// killFilter reads the filters, all of which must fit.
func (a *admin) killFilter(self *commands.Client, words []string) (wanted func(*commands.Client) bool, refusal resp.Reply) {
	if len(words)%2 != 0 {
		return nil, errSyntax
	}
	skipMe := true
	var filters []func(*commands.Client) bool
	for i := 0; i < len(words); i += 2 {
		value := words[i+1]
		var filter func(*commands.Client) bool
		switch strings.ToUpper(words[i]) {
		case "ID":
			filter, refusal = byID(value)
		case "MAXAGE":
			filter, refusal = a.byAge(value)
		case "TYPE":
			filter, refusal = byType(value)
		case "USER":
			filter, refusal = a.byUser(value)
		case "ADDR":
			filter = func(c *commands.Client) bool { return c.Addr() == value }
		case "LADDR":
			filter = func(c *commands.Client) bool { return c.LocalAddr() == value }
		case "SKIPME":
			word := strings.ToUpper(value)
			if word != "YES" && word != "NO" {
				return nil, errSyntax
			}
			skipMe = word == "YES"
			continue
		default:
			return nil, errSyntax
		}
		if refusal.IsError() {
			return nil, refusal
		}
		filters = append(filters, filter)
	}
	return func(c *commands.Client) bool {
		misses := func(filter func(*commands.Client) bool) bool { return !filter(c) }
		return !(skipMe && c == self) && !slices.ContainsFunc(filters, misses)
	}, resp.Reply{}
}

func byID(text string) (func(*commands.Client) bool, resp.Reply) {
	id, ok := integer(text)
	if !ok || id < 1 {
		return nil, resp.Error("ERR client-id should be greater than 0")
	}
	return func(c *commands.Client) bool { return c.ID() == uint64(id) }, resp.Reply{}
}

func (a *admin) byAge(text string) (func(*commands.Client) bool, resp.Reply) {
	seconds, ok := integer(text)
	switch {
	case !ok:
		return nil, resp.Error("ERR maxage is not an integer or out of range")
	case seconds < 1:
		return nil, resp.Error("ERR maxage should be greater than 0")
	}
	now := a.Now()
	return func(c *commands.Client) bool { return int64(now.Sub(c.Created()).Seconds()) >= seconds }, resp.Reply{}
}

// byUser refuses a user that does not exist.
func (a *admin) byUser(name string) (func(*commands.Client) bool, resp.Reply) {
	if !a.HasUser(name) {
		return nil, resp.Error("ERR No such user '" + oneLine(name) + "'")
	}
	return func(c *commands.Client) bool {
		s := c.State()
		return s.Authenticated && s.User == name
	}, resp.Reply{}
}

// byType goes by the kind of client.
func byType(word string) (func(*commands.Client) bool, resp.Reply) {
	kind := strings.ToLower(word)
	switch kind {
	case "normal", "pubsub":
		return func(c *commands.Client) bool {
			s := c.State()
			return s.Subscribed() == (kind == "pubsub")
		}, resp.Reply{}
	case "master", "replica", "slave": // no connection is of these kinds
		return func(*commands.Client) bool { return false }, resp.Reply{}
	}
	return nil, resp.Error("ERR Unknown client type '" + oneLine(word) + "'")
}

func (a *admin) clientPause(_ *commands.Client, args []string) resp.Reply {
	all := true
	if len(args) > 4 {
		return errSyntax
	}
	if len(args) == 4 {
		switch strings.ToUpper(args[3]) {
		case "WRITE":
			all = false
		case "ALL":
		default:
			return resp.Error("ERR CLIENT PAUSE mode must be WRITE or ALL")
		}
	}
	if refusal := checkTimeout(args[2]); refusal.IsError() {
		return refusal
	}
	const longest = int64(1 << 40) // milliseconds: more years than anybody waits
	millis, _ := integer(args[2])
	a.Pauses.Pause(time.Duration(min(millis, longest))*time.Millisecond, all)
	return resp.OK
}

func (a *admin) clientUnpause(*commands.Client, []string) resp.Reply {
	a.Pauses.Unpause()
	return resp.OK
}

// clientReply only says what the client wants: the session acts on it, from the
// reply to this command on.
func clientReply(c *commands.Client, args []string) resp.Reply {
	switch strings.ToUpper(args[2]) {
	case "ON":
		c.Change(func(s *commands.ClientState) { s.Quiet = commands.Loud })
	case "OFF":
		c.Change(func(s *commands.ClientState) { s.Quiet = commands.QuietOff })
	case "SKIP":
		c.Change(func(s *commands.ClientState) {
			if s.Quiet != commands.QuietOff {
				s.Quiet = commands.QuietForTwo
			}
		})
	default:
		return errSyntax
	}
	return resp.OK
}
