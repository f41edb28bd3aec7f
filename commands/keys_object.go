package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Only the encoding means something here: nothing is evicted, so no use of a
// key is written down (a read would have to go through the log), and values
// are not shared.

func objectEncoding(tx *store.Tx, args []string) resp.Reply {
	return ofKey(tx, args[2], func(key string) resp.Reply { return resp.Bulk(tx.Encoding(key)) })
}

func objectFreq(tx *store.Tx, args []string) resp.Reply {
	return ofKey(tx, args[2], func(string) resp.Reply { return errNoLFU })
}

func objectIdleTime(tx *store.Tx, args []string) resp.Reply {
	return ofKey(tx, args[2], func(string) resp.Reply { return resp.Int(0) })
}

func objectRefCount(tx *store.Tx, args []string) resp.Reply {
	return ofKey(tx, args[2], func(string) resp.Reply { return resp.Int(1) })
}

// ofKey answers f for a key that exists, else null.
func ofKey(tx *store.Tx, key string, f func(key string) resp.Reply) resp.Reply {
	if tx.Type(key) == store.NoneType {
		return resp.Null
	}
	return f(key)
}

func objectHelp(*store.Tx, []string) resp.Reply {
	return help("OBJECT",
		"ENCODING <key>", "How the value is kept.",
		"FREQ <key>", "How often the key is used. Not kept by this server.",
		"IDLETIME <key>", "Seconds since the key was used. Always 0: not kept by this server.",
		"REFCOUNT <key>", "How many references the value has. Always 1.")
}

// help is the reply of a container's HELP: pairs of a subcommand and what it
// does.
func help(container string, pairs ...string) resp.Reply {
	lines := []resp.Reply{resp.Simple(container + " <subcommand> [<arg> ...]. Subcommands are:")}
	for i := 0; i < len(pairs); i += 2 {
		lines = append(lines, resp.Simple(pairs[i]), resp.Simple("    "+pairs[i+1]))
	}
	lines = append(lines, resp.Simple("HELP"), resp.Simple("    Print this list."))
	return resp.Array(lines...)
}
