package admin

import (
	"cmp"
	"slices"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

func (a *admin) client() []commands.Spec {
	return []commands.Spec{
		{Name: "client", Arity: -2, Since: "2.4.0", Summary: "Concerns connections."},
		{Name: "client|getname", Arity: 2, Flags: local, Since: "2.6.9", Summary: "Returns the connection's name.", Conn: clientGetName},
		{Name: "client|help", Arity: 2, Flags: always, Since: "5.0.0", Summary: "Lists the subcommands.", Conn: a.help("client")},
		{Name: "client|id", Arity: 2, Flags: local, Since: "5.0.0", Summary: "Returns the connection's number.", Conn: clientID},
		{Name: "client|info", Arity: 2, Flags: local | commands.NonDeterministic, Since: "6.2.0", Summary: "Describes this connection.", Conn: a.clientInfo},
		{Name: "client|list", Arity: -2, Flags: hidden | commands.NonDeterministic, Since: "2.4.0", Syntax: "[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id ...]]", Summary: "Describes the connections of this node.", Conn: a.clientList},
		{Name: "client|no-evict", Arity: 3, Flags: hidden, Since: "7.0.0", Syntax: "<ON | OFF>", Summary: "Accepted and shown; connections are never evicted here.", Conn: clientSwitch(func(s *commands.ClientState, on bool) { s.NoEvict = on })},
		{Name: "client|no-touch", Arity: 3, Flags: local, Since: "7.2.0", Syntax: "<ON | OFF>", Summary: "Accepted and shown; no time of use is kept here.", Conn: clientSwitch(func(s *commands.ClientState, on bool) { s.NoTouch = on })},
		{Name: "client|setinfo", Arity: 4, Flags: local, Since: "7.2.0", Syntax: "<LIB-NAME libname | LIB-VER libver>", Summary: "Names the client's library.", Conn: clientSetInfo},
		{Name: "client|setname", Arity: 3, Flags: local, Since: "2.6.9", Syntax: "connection-name", Summary: "Names the connection.", Conn: clientSetName},
		{Name: "client|unblock", Arity: -3, Flags: hidden, Since: "5.0.0", Syntax: "client-id [TIMEOUT | ERROR]", Summary: "Ends the waiting of a connection of this node.", Conn: a.clientUnblock},
	}
}

func clientID(c *commands.Client, _ []string) resp.Reply { return resp.Int(int64(c.ID())) }

func clientGetName(c *commands.Client, _ []string) resp.Reply {
	if name := c.State().Name; name != "" {
		return resp.Bulk(name)
	}
	return resp.Null
}

func clientSetName(c *commands.Client, args []string) resp.Reply {
	if !isPlain(args[2]) {
		return errClientName
	}
	c.Change(func(s *commands.ClientState) { s.Name = strings.Clone(args[2]) })
	return resp.OK
}

func clientSetInfo(c *commands.Client, args []string) resp.Reply {
	var field func(s *commands.ClientState) *string
	switch strings.ToLower(args[2]) {
	case "lib-name":
		field = func(s *commands.ClientState) *string { return &s.LibName }
	case "lib-ver":
		field = func(s *commands.ClientState) *string { return &s.LibVer }
	default:
		return resp.Error("ERR Unrecognized option '" + oneLine(args[2]) + "'")
	}
	if !isPlain(args[3]) {
		return resp.Error("ERR " + args[2] + " cannot contain spaces, newlines or special characters.")
	}
	c.Change(func(s *commands.ClientState) { *field(s) = strings.Clone(args[3]) })
	return resp.OK
}

// clientSwitch is a subcommand that takes ON or OFF.
func clientSwitch(set func(s *commands.ClientState, on bool)) func(*commands.Client, []string) resp.Reply {
	return func(c *commands.Client, args []string) resp.Reply {
		word := strings.ToUpper(args[2])
		if word != "ON" && word != "OFF" {
			return errSyntax
		}
		c.Change(func(s *commands.ClientState) { set(s, word == "ON") })
		return resp.OK
	}
}

func (a *admin) clientUnblock(_ *commands.Client, args []string) resp.Reply {
	if len(args) > 4 {
		return resp.Error("ERR unknown subcommand or wrong number of arguments for '" + oneLine(args[1]) + "'. Try CLIENT HELP.")
	}
	withError := false
	if len(args) == 4 {
		switch strings.ToUpper(args[3]) {
		case "TIMEOUT":
		case "ERROR":
			withError = true
		default:
			return resp.Error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")
		}
	}
	id, ok := integer(args[2])
	switch {
	case !ok:
		return errNotInteger
	case id >= 0 && a.Unblock(uint64(id), withError):
		return resp.Int(1)
	}
	return resp.Int(0)
}

func (a *admin) clientInfo(c *commands.Client, _ []string) resp.Reply {
	return resp.Verbatim(c.Line(a.Now()) + "\n")
}

func (a *admin) clientList(_ *commands.Client, args []string) resp.Reply {
	listed := a.Clients()
	if len(args) > 2 {
		var refusal resp.Reply
		if listed, refusal = filterClients(listed, args[2:]); refusal.IsError() {
			return refusal
		}
	}
	var b strings.Builder
	now := a.Now()
	for _, c := range listed {
		b.WriteString(c.Line(now) + "\n")
	}
	return resp.Verbatim(b.String())
}

// filterClients applies the filter of CLIENT LIST: TYPE type, or ID id [id ...],
// which lists them in the order asked for.
func filterClients(all []*commands.Client, filter []string) ([]*commands.Client, resp.Reply) {
	switch option := strings.ToUpper(filter[0]); {
	case option == "TYPE" && len(filter) == 2:
		wanted, refusal := byType(filter[1])
		if refusal.IsError() {
			return nil, refusal
		}
		return slices.DeleteFunc(all, func(c *commands.Client) bool { return !wanted(c) }), resp.Reply{}
	case option == "ID" && len(filter) > 1:
		var listed []*commands.Client
		for _, arg := range filter[1:] {
			id, ok := integer(arg)
			if !ok {
				return nil, errClientID
			}
			at, found := slices.BinarySearchFunc(all, id, func(c *commands.Client, id int64) int { return cmp.Compare(int64(c.ID()), id) })
			if found {
				listed = append(listed, all[at])
			}
		}
		return listed, resp.Reply{}
	}
	return nil, errSyntax
}
