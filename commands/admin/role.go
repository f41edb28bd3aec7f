package admin

import (
	"net"
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

func (a *admin) server() []commands.Spec {
	return []commands.Spec{
		{Name: "info", Arity: -1, Flags: always | commands.Dangerous | commands.NonDeterministic | commands.AllShards, Since: "1.0.0", Syntax: "[section [section ...]]", Summary: "Tells how this node is.", Conn: a.info},
		{Name: "lolwut", Arity: -1, Flags: commands.Read | commands.Fast, Since: "5.0.0", Syntax: "[VERSION version]", Summary: "Tells the version, without a picture.", Conn: a.lolwut},
		{Name: "role", Arity: 1, Flags: local | commands.Fast | commands.Dangerous, Since: "2.8.12", Summary: "Tells whether this node leads the first group of keys.", Conn: a.role},
		{Name: "time", Arity: 1, Flags: always | commands.Fast | commands.NonDeterministic, Since: "2.6.0", Summary: "Returns the clock of this node.", Conn: a.time},
	}
}

func (a *admin) generic() []commands.Spec {
	return []commands.Spec{
		{Name: "wait", Arity: 3, Flags: commands.Blocking | commands.AllShards, Since: "3.0.0", Syntax: "numreplicas timeout", Summary: "Returns how many other nodes keep what this connection has written; never waits, since a majority had it before the write was answered.", Conn: a.wait},
		{Name: "waitaof", Arity: 4, Flags: commands.Blocking | commands.AllShards, Since: "7.2.0", Syntax: "numlocal numreplicas timeout", Summary: "WAIT, telling apart whether this node has it on disk, which it always has.", Conn: a.waitAOF},
	}
}

func (a *admin) time(*commands.Client, []string) resp.Reply {
	now := a.Now()
	return resp.Array(
		resp.Bulk(strconv.FormatInt(now.Unix(), 10)),
		resp.Bulk(strconv.Itoa(now.Nanosecond()/1000)),
	)
}

// role answers in the form for a master on the leader of the first group of
// keys, and in that for a replica elsewhere.
func (a *admin) role(*commands.Client, []string) resp.Reply {
	st := a.Cluster.Status()
	offset := int64(st.Offset)
	if !st.Leads {
		link := "connected"
		if st.LeaderAddr == "" {
			link = "connect"
		}
		host, port := splitAddr(st.LeaderAddr)
		return resp.Array(resp.Bulk("slave"), resp.Bulk(host), resp.Int(int64(port)), resp.Bulk(link), resp.Int(offset))
	}
	replicas := []resp.Reply{}
	for _, r := range st.Replicas {
		host, port := splitAddr(r.Addr)
		replicas = append(replicas, resp.Array(
			resp.Bulk(host), resp.Bulk(strconv.Itoa(port)), resp.Bulk(strconv.FormatUint(r.Offset, 10))))
	}
	return resp.Array(resp.Bulk("master"), resp.Int(offset), resp.Array(replicas...))
}

// wait answers at once. A write is answered when a majority of the voters has
// it on disk; the others get it from the leader, and from any leader to come, as
// long as they live. So all voters but the one that answers are counted.
func (a *admin) wait(_ *commands.Client, args []string) resp.Reply {
	if _, ok := integer(args[1]); !ok {
		return errNotInteger
	}
	if refusal := checkTimeout(args[2]); refusal.IsError() {
		return refusal
	}
	return resp.Int(a.otherVoters())
}

func (a *admin) waitAOF(_ *commands.Client, args []string) resp.Reply {
	local, ok := integer(args[1])
	switch {
	case !ok:
		return errNotInteger
	case local < 0 || local > 1:
		return errZeroOrOne
	}
	replicas, ok := integer(args[2])
	switch {
	case !ok:
		return errNotInteger
	case replicas < 0:
		return errNotPositive
	}
	if refusal := checkTimeout(args[3]); refusal.IsError() {
		return refusal
	}
	return resp.Array(resp.Int(1), resp.Int(a.otherVoters()))
}

func (a *admin) otherVoters() int64 { return int64(max(a.Cluster.Status().Voters-1, 0)) }

func checkTimeout(arg string) resp.Reply {
	timeout, ok := integer(arg)
	switch {
	case !ok:
		return errTimeout
	case timeout < 0:
		return errTimeoutBelow
	}
	return resp.Reply{}
}

func (a *admin) lolwut(_ *commands.Client, args []string) resp.Reply {
	if len(args) > 2 && strings.EqualFold(args[1], "VERSION") {
		if _, ok := integer(args[2]); !ok {
			return errNotInteger
		}
	}
	return resp.Verbatim("Redis ver. " + RedisVersion + " (coordd " + a.Node().Version + ")\n")
}

// splitAddr parts host:port; of what is no such thing it makes "" and 0.
func splitAddr(addr string) (host string, port int) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0
	}
	port, err = strconv.Atoi(text)
	if err != nil {
		return "", 0
	}
	return host, port
}
