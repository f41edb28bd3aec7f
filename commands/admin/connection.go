package admin

import (
	"strings"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

func (a *admin) connection() []commands.Spec {
	return []commands.Spec{
		{Name: "auth", Arity: -2, Flags: local | commands.Fast | commands.NoAuth, Since: "1.0.0", Syntax: "[username] password", Summary: "Shows the password.", Conn: a.auth},
		{Name: "echo", Arity: 2, Flags: always | commands.Fast, Since: "1.0.0", Syntax: "message", Summary: "Returns the message.", Conn: echo},
		{Name: "hello", Arity: -1, Flags: local | commands.Fast | commands.NoAuth, Since: "6.0.0", Syntax: "[protover [AUTH username password] [SETNAME clientname]]", Summary: "Opens the conversation: chooses the protocol, shows the password, gives a name.", Conn: a.hello},
		{Name: "ping", Arity: -1, Flags: commands.Fast | commands.AllShards | commands.AllSucceeded, Since: "1.0.0", Syntax: "[message]", Summary: "Answers PONG, or the message.", Conn: ping},
		{Name: "quit", Arity: -1, Flags: local | commands.Fast | commands.NoAuth, Since: "1.0.0", Summary: "Ends the connection.", Conn: quit},
		{Name: "reset", Arity: 1, Flags: local | commands.Fast | commands.NoAuth, Since: "6.2.0", Summary: "Makes the connection as if it had just been opened.", Conn: a.reset},
		{Name: "select", Arity: 2, Flags: always | commands.Fast, Since: "1.0.0", Syntax: "index", Summary: "Turns to another database.", Conn: selectDB},
	}
}

// cluster are the words of Redis Cluster that concern the connection alone.
func (a *admin) cluster() []commands.Spec {
	return []commands.Spec{
		{Name: "readonly", Arity: 1, Flags: always | commands.Fast, Since: "3.0.0", Summary: "Lets this connection's reads be answered from what this node has, which may be stale.", Conn: readOnly(true)},
		{Name: "readwrite", Arity: 1, Flags: always | commands.Fast, Since: "3.0.0", Summary: "Takes READONLY back: reads are linearizable again.", Conn: readOnly(false)},
	}
}

// ping answers a client of RESP2 that has subscriptions in the form of a message.
func ping(c *commands.Client, args []string) resp.Reply {
	s := c.State()
	switch {
	case len(args) > 2:
		return resp.Error("ERR wrong number of arguments for 'ping' command")
	case s.Subscribed() && s.Proto == resp.RESP2:
		return resp.Array(resp.Bulk("pong"), resp.Bulk(strings.Join(args[1:], "")))
	case len(args) == 2:
		return resp.Bulk(args[1])
	}
	return resp.Simple("PONG")
}

func echo(_ *commands.Client, args []string) resp.Reply { return resp.Bulk(args[1]) }

func quit(c *commands.Client, _ []string) resp.Reply {
	c.Change(func(s *commands.ClientState) { s.Closing = true })
	return resp.OK
}

func (a *admin) reset(c *commands.Client, _ []string) resp.Reply {
	c.Reset(a.Password() == "")
	return resp.Simple("RESET")
}

func selectDB(c *commands.Client, args []string) resp.Reply {
	db, ok := integer(args[1])
	switch {
	case !ok:
		return errNotInteger
	case int64(int32(db)) != db:
		return errIntRange
	case db < 0 || db >= store.Databases:
		return errDBIndex
	}
	c.Change(func(s *commands.ClientState) { s.DB = int(db) })
	return resp.OK
}

func readOnly(on bool) func(*commands.Client, []string) resp.Reply {
	return func(c *commands.Client, _ []string) resp.Reply {
		c.Change(func(s *commands.ClientState) { s.ReadOnly = on })
		return resp.OK
	}
}
