package sentinel

import (
	"errors"
	"strings"
	"time"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
)

// Config is what the commands of this package need. All functions are called
// by many connections at once.
type Config struct {
	// MasterName is the name that clients ask for.
	MasterName string
	// Topology is the cluster as it is known now, with this node in Nodes. It
	// must not wait.
	Topology func() ring.Topology
	// Offset is the index of the last entry of the first group that was applied
	// here. It must not wait.
	Offset func() uint64
	// Info is this node's INFO.
	Info func() string
	// Failover hands the leadership of the first group to another node and returns
	// when that has happened, or with an error when it has not. It may wait.
	Failover func() error
	// FailoverTimeout is how long commands wait for a new leader. It is only shown.
	FailoverTimeout time.Duration
}

// sentinel is the receiver of the handlers.
type sentinel struct{ Config }

// Groups returns the commands of this package. It is an error to leave a field
// of the Config empty.
func Groups(cfg Config) ([]commands.Group, error) {
	if cfg.MasterName == "" || cfg.Topology == nil || cfg.Offset == nil || cfg.Info == nil || cfg.Failover == nil || cfg.FailoverTimeout == 0 {
		return nil, errors.New("sentinel: every field of Config must be set")
	}
	s := &sentinel{cfg}
	return []commands.Group{{Name: "sentinel", Specs: append(s.offered(), refused()...)}}, nil
}

func (s *sentinel) offered() []commands.Spec {
	const admin = commands.Admin
	return []commands.Spec{
		{Name: "sentinel", Arity: -2, Flags: admin, Since: "2.8.4", Summary: "Tells which node is the master, as Redis Sentinel does."},
		{Name: "sentinel|ckquorum", Arity: 3, Flags: admin, Since: "2.8.4", Syntax: "master-name", Summary: "Tells whether enough nodes answer to elect a leader.", Conn: s.named(s.ckQuorum)},
		{Name: "sentinel|failover", Arity: 3, Flags: admin, Since: "2.8.4", Syntax: "master-name", Summary: "Makes another node the master.", Conn: s.named(s.failover)},
		{Name: "sentinel|get-master-addr-by-name", Arity: 3, Flags: admin, Since: "2.8.4", Syntax: "master-name", Summary: "Returns host and port of the master.", Conn: s.masterAddr},
		{Name: "sentinel|help", Arity: 2, Flags: commands.Loading | commands.Stale, Since: "6.2.0", Summary: "Lists the subcommands.", Conn: s.help},
		{Name: "sentinel|info-cache", Arity: -3, Flags: admin, Since: "3.2.0", Syntax: "master-name [master-name ...]", Summary: "Returns the INFO of this node, the only one that is kept here.", Conn: s.infoCache},
		{Name: "sentinel|is-master-down-by-addr", Arity: 6, Flags: admin, Since: "2.8.4", Syntax: "ip port current-epoch runid", Summary: "Tells whether the node at an address is down, as far as this one knows; nobody is voted for.", Conn: s.isDown},
		{Name: "sentinel|master", Arity: 3, Flags: admin, Since: "2.8.4", Syntax: "master-name", Summary: "Describes the master.", Conn: s.named(s.master)},
		{Name: "sentinel|masters", Arity: 2, Flags: admin, Since: "2.8.4", Summary: "Describes all masters, of which there is one.", Conn: s.masters},
		{Name: "sentinel|myid", Arity: 2, Flags: admin, Since: "6.2.0", Summary: "Returns the id of this node.", Conn: s.myID},
		{Name: "sentinel|pending-scripts", Arity: 2, Flags: admin, Since: "2.8.4", Summary: "Lists the scripts that wait to be run: there never are any.", Conn: pendingScripts},
		{Name: "sentinel|replicas", Arity: 3, Flags: admin, Since: "5.0.0", Syntax: "master-name", Summary: "Describes the nodes that are not master.", Conn: s.named(s.replicas)},
		{Name: "sentinel|reset", Arity: 3, Flags: admin, Since: "2.8.4", Syntax: "pattern", Summary: "Counts the masters whose name fits a pattern; there is nothing to reset.", Conn: s.reset},
		{Name: "sentinel|sentinels", Arity: 3, Flags: admin, Since: "2.8.4", Syntax: "master-name", Summary: "Describes the other nodes as Sentinels.", Conn: s.named(s.sentinels)},
		{Name: "sentinel|slaves", Arity: 3, Flags: admin, Since: "2.8.0", Syntax: "master-name", Summary: "The old name of SENTINEL REPLICAS.", Conn: s.named(s.replicas)},
	}
}

// named is a subcommand about one master, whose name comes first.
func (s *sentinel) named(answer func(v view) resp.Reply) func(*commands.Client, []string) resp.Reply {
	return func(_ *commands.Client, args []string) resp.Reply {
		if args[2] != s.MasterName {
			return errNoMaster
		}
		return answer(s.view())
	}
}

// help is made of the rows that are offered.
func (s *sentinel) help(*commands.Client, []string) resp.Reply {
	lines := []resp.Reply{resp.Simple("SENTINEL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")}
	for _, row := range s.offered() {
		if _, name, sub := strings.Cut(row.Name, "|"); sub {
			call := strings.TrimSpace(strings.ToUpper(name) + " " + row.Syntax)
			lines = append(lines, resp.Simple(call), resp.Simple("    "+row.Summary))
		}
	}
	return resp.Array(lines...)
}
