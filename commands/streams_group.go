package commands

import (
	"coordd/resp"
	"coordd/store"
)

// groupOptions are what follows the id in XGROUP CREATE and SETID.
type groupOptions struct {
	makeStream bool
	read       int64
}

func parseGroupOptions(args []string, create bool) (o groupOptions, refusal resp.Reply) {
	o.read = store.Unknown
	for i := 5; i < len(args); i++ {
		switch {
		case create && isWord(args[i], "MKSTREAM"):
			o.makeStream = true
		case isWord(args[i], "ENTRIESREAD") && i+1 < len(args):
			i++
			var ok bool
			if o.read, ok = parseInt(args[i]); !ok {
				return o, errNotInteger
			} else if o.read < store.Unknown {
				return o, errEntriesRead
			}
		default:
			return o, errSubcommandSyntax(args[0], args[1])
		}
	}
	return o, resp.Reply{}
}

// groupID reads the id of a group: "$" is the last of the stream.
func groupID(s *store.Stream, arg string, parse func(arg string, missing uint64) (store.StreamID, bool)) (id store.StreamID, ok bool) {
	if arg == "$" {
		return s.Last(), true
	}
	return parse(arg, 0)
}

func xgroupCreate(tx *store.Tx, args []string) resp.Reply {
	const mostArgs = 8
	key, name := args[2], args[3]
	o, refusal := parseGroupOptions(args, true)
	if refusal.IsError() {
		return refusal
	}
	s, err := tx.Stream(key)
	switch {
	case err != nil:
		return failed(err)
	case s == nil && !o.makeStream:
		return errGroupKey
	case len(args) > mostArgs:
		return errSubcommandSyntax(args[0], args[1])
	}
	id, ok := groupID(s, args[4], parseID)
	switch {
	case !ok:
		return errStreamID
	case s.Group(name) != nil:
		return errGroupExists
	}
	s, _ = tx.MakeStream(key) // it is a stream, or nothing yet
	s.MakeGroup(name, id, o.read)
	Notify(tx, StreamEvents, "xgroup-create", key)
	return resp.OK
}

// openGroup is a group for changing; without it the error that XGROUP answers.
func openGroup(tx *store.Tx, key, name string) (s *store.Stream, g *store.Group, refusal resp.Reply) {
	s, err := tx.Stream(key)
	switch {
	case err != nil:
		return nil, nil, failed(err)
	case s == nil:
		return nil, nil, errGroupKey
	case s.Group(name) == nil:
		return nil, nil, errNoGroupOfKey(key, name)
	}
	s, _ = tx.MakeStream(key) // it is a stream
	return s, s.OpenGroup(name), resp.Reply{}
}

func xgroupSetID(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseGroupOptions(args, false)
	if refusal.IsError() {
		return refusal
	}
	s, g, refusal := openGroup(tx, args[2], args[3])
	if refusal.IsError() {
		return refusal
	}
	if len(args) != 5 && len(args) != 7 {
		return errSubcommandSyntax(args[0], args[1])
	}
	id, ok := groupID(s, args[4], parseBound)
	if !ok {
		return errStreamID
	}
	g.SetLast(id, o.read)
	Notify(tx, StreamEvents, "xgroup-setid", args[2])
	return resp.OK
}

func xgroupDestroy(tx *store.Tx, args []string) resp.Reply {
	s, err := tx.Stream(args[2])
	switch {
	case err != nil:
		return failed(err)
	case s == nil:
		return errGroupKey
	case s.Group(args[3]) == nil:
		return resp.Int(0)
	}
	s, _ = tx.MakeStream(args[2]) // it is a stream
	s.RemoveGroup(args[3])
	Notify(tx, StreamEvents, "xgroup-destroy", args[2])
	return resp.Int(1)
}

func xgroupCreateConsumer(tx *store.Tx, args []string) resp.Reply {
	_, g, refusal := openGroup(tx, args[2], args[3])
	if refusal.IsError() {
		return refusal
	}
	return oneOrZero(makeConsumer(tx, args[2], g, args[4]))
}

func xgroupDelConsumer(tx *store.Tx, args []string) resp.Reply {
	_, g, refusal := openGroup(tx, args[2], args[3])
	if refusal.IsError() {
		return refusal
	}
	c := g.Consumer(args[4])
	if c == nil {
		return resp.Int(0)
	}
	pending := c.Pending()
	g.RemoveConsumer(args[4])
	Notify(tx, StreamEvents, "xgroup-delconsumer", args[2])
	return resp.Int(int64(pending))
}

func xgroupHelp(*store.Tx, []string) resp.Reply {
	return help("XGROUP",
		"CREATE <key> <groupname> <id|$> [MKSTREAM] [ENTRIESREAD <n>]", "Make a group that has read up to an id, the n-th entry of the stream.",
		"CREATECONSUMER <key> <groupname> <consumer>", "Make a consumer.",
		"DELCONSUMER <key> <groupname> <consumer>", "Remove a consumer, and what is pending for it.",
		"DESTROY <key> <groupname>", "Remove a group.",
		"SETID <key> <groupname> <id|$> [ENTRIESREAD <n>]", "Set up to which id a group has read.")
}
