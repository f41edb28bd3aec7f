package pubsub

import (
	"strings"

	"coordd/commands"
	"coordd/resp"
)

var errNotReady = resp.Error("LOADING Redis is loading the dataset in memory")

// errSubcommand is Redis's text for a subcommand with arguments that it has not.
func errSubcommand(name string) resp.Reply {
	name = strings.NewReplacer("\r", " ", "\n", " ").Replace(name)
	return resp.Error("ERR unknown subcommand or wrong number of arguments for '" + name + "'. Try PUBSUB HELP.")
}

// help lists the subcommands in Redis's words for them.
func help(*commands.Client, []string) resp.Reply {
	lines := []string{
		"PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
		"CHANNELS [<pattern>]",
		"    The channels that somebody listens to, on any node.",
		"NUMPAT",
		"    How many patterns somebody listens to.",
		"NUMSUB [<channel> ...]",
		"    How many listen to each of the channels, patterns left out.",
		"SHARDCHANNELS [<pattern>]",
		"    The shard channels that somebody listens to, on any node.",
		"SHARDNUMSUB [<shardchannel> ...]",
		"    How many listen to each of the shard channels.",
		"HELP",
		"    This help.",
	}
	replies := make([]resp.Reply, len(lines))
	for i, l := range lines {
		replies[i] = resp.Simple(l)
	}
	return resp.Array(replies...)
}
