package sentinel

import (
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// Why some words of Redis Sentinel are not offered, and what to do instead.
const (
	whySettings = "a node's settings are its flags, its variables and its config file; CONFIG GET shows them"
	whyMaster   = "there is one master, the leader of this cluster, and its name is the setting master-name"
	whyFlush    = "there is nothing to write: what nodes know of one another is in the log, on disk on every node"
	whySimulate = "end the process instead: nothing that was answered is lost"
)

// refused are the words that would set up by hand what a cluster knows of
// itself. They have rows of their own, so that whoever uses them learns why.
func refused() []commands.Spec {
	var specs []commands.Spec
	for _, r := range []struct {
		name   string
		arity  int
		since  string
		syntax string
		why    string
	}{
		{"config", -4, "6.2.0", "<GET parameter [parameter ...] | SET parameter value [parameter value ...]>", whySettings},
		{"debug", -2, "7.0.0", "[parameter value [parameter value ...]]", whySettings},
		{"flushconfig", 2, "2.8.4", "", whyFlush},
		{"monitor", 6, "2.8.4", "name ip port quorum", whyMaster},
		{"remove", 3, "2.8.4", "master-name", whyMaster},
		{"set", -5, "2.8.4", "master-name option value [option value ...]", whySettings},
		{"simulate-failure", -3, "3.2.0", "[crash-after-election | crash-after-promotion | help ...]", whySimulate},
	} {
		answer := resp.Error("ERR SENTINEL " + strings.ToUpper(r.name) + " is not offered: " + r.why)
		specs = append(specs, commands.Spec{
			Name: "sentinel|" + r.name, Arity: r.arity, Flags: commands.Admin, Since: r.since, Syntax: r.syntax,
			Summary: commands.NotOffered + r.why + ".",
			Conn:    func(*commands.Client, []string) resp.Reply { return answer },
		})
	}
	return specs
}
