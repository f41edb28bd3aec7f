package admin

import (
	"slices"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

func (a *admin) command() []commands.Spec {
	const unordered = always | commands.NonDeterministicOrder
	return []commands.Spec{
		{Name: "command", Arity: -1, Flags: unordered, Since: "2.8.13", Summary: "Describes all commands.", Conn: a.commandAll},
		{Name: "command|count", Arity: 2, Flags: always, Since: "2.8.13", Summary: "Counts the commands.", Conn: a.commandCount},
		{Name: "command|docs", Arity: -2, Flags: unordered, Since: "7.0.0", Syntax: "[command-name [command-name ...]]", Summary: "Returns what is documented of commands.", Conn: a.commandDocs},
		{Name: "command|getkeys", Arity: -3, Flags: always, Since: "2.8.13", Syntax: "command [arg [arg ...]]", Summary: "Finds the keys in a command.", Conn: a.commandGetKeys},
		{Name: "command|getkeysandflags", Arity: -3, Flags: always, Since: "7.0.0", Syntax: "command [arg [arg ...]]", Summary: "Finds the keys in a command, and what it does with them.", Conn: a.commandGetKeysAndFlags},
		{Name: "command|help", Arity: 2, Flags: always, Since: "5.0.0", Summary: "Lists the subcommands.", Conn: a.help("command")},
		{Name: "command|info", Arity: -2, Flags: unordered, Since: "2.8.13", Syntax: "[command-name [command-name ...]]", Summary: "Describes commands.", Conn: a.commandInfo},
		{Name: "command|list", Arity: -2, Flags: unordered, Since: "7.0.0", Syntax: "[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]", Summary: "Lists the names of commands.", Conn: a.commandList},
	}
}

func (a *admin) commandAll(*commands.Client, []string) resp.Reply {
	all := a.Table().All()
	rows := make([]resp.Reply, len(all))
	for i, s := range all {
		rows[i] = row(a.Table(), s)
	}
	return resp.Array(rows...)
}

func (a *admin) commandCount(*commands.Client, []string) resp.Reply {
	return resp.Int(int64(len(a.Table().All())))
}

func (a *admin) commandInfo(c *commands.Client, args []string) resp.Reply {
	if len(args) == 2 {
		return a.commandAll(c, args)
	}
	rows := make([]resp.Reply, len(args)-2)
	for i, name := range args[2:] {
		rows[i] = resp.Null
		if s := a.Table().Lookup(name); s != nil {
			rows[i] = row(a.Table(), s)
		}
	}
	return resp.Array(rows...)
}

func (a *admin) commandDocs(_ *commands.Client, args []string) resp.Reply {
	t := a.Table()
	specs := t.All()
	if len(args) > 2 {
		specs = nil
		for _, name := range args[2:] {
			if s := t.Lookup(name); s != nil {
				specs = append(specs, s)
			}
		}
	}
	var docs []resp.Reply
	for _, s := range specs {
		docs = append(docs, resp.Bulk(s.Name), doc(t, s))
	}
	return resp.Map(docs...)
}

// everyName lists all commands, each followed by its subcommands.
func everyName(t *commands.Table, wanted func(s *commands.Spec) bool) resp.Reply {
	names := []resp.Reply{}
	for _, s := range t.All() {
		for _, each := range append([]*commands.Spec{s}, t.Subs(s.Name)...) {
			if wanted(each) {
				names = append(names, resp.Bulk(each.Name))
			}
		}
	}
	return resp.Array(names...)
}

func (a *admin) commandList(_ *commands.Client, args []string) resp.Reply {
	wanted := func(*commands.Spec) bool { return true }
	if len(args) > 2 {
		if len(args) != 5 || !strings.EqualFold(args[2], "FILTERBY") {
			return errSyntax
		}
		switch by := args[4]; strings.ToUpper(args[3]) {
		case "MODULE": // there are no modules
			wanted = func(*commands.Spec) bool { return false }
		case "ACLCAT":
			category := strings.ToLower(by)
			wanted = func(s *commands.Spec) bool { return slices.Contains(categories(a.Table(), s), category) }
		case "PATTERN":
			pattern := strings.ToLower(by)
			wanted = func(s *commands.Spec) bool { return commands.Match(pattern, s.Name) }
		default:
			return errSyntax
		}
	}
	return everyName(a.Table(), wanted)
}

// keysOf finds the keys of the command that follows COMMAND GETKEYS.
func (a *admin) keysOf(args []string) (s *commands.Spec, keys []string, refusal resp.Reply) {
	t := a.Table()
	if s = t.Lookup(args[0]); s != nil && len(args) > 1 && len(t.Subs(s.Name)) > 0 {
		s = t.LookupSub(args[0], args[1])
	}
	switch {
	case s == nil:
		return nil, nil, errNoCommand
	case s.Keys.First == 0 && s.Keys.Find == nil || s.Flags&commands.NotKeys != 0:
		return nil, nil, errNoKeys
	case s.Arity > 0 && len(args) != s.Arity || len(args) < -s.Arity:
		return nil, nil, errCommandArity
	}
	for i := range s.Keys.In(args) {
		keys = append(keys, args[i])
	}
	if len(keys) == 0 {
		return nil, nil, errCommandArgs
	}
	return s, keys, resp.Reply{}
}

func (a *admin) commandGetKeys(_ *commands.Client, args []string) resp.Reply {
	_, keys, refusal := a.keysOf(args[2:])
	if refusal.IsError() {
		return refusal
	}
	return resp.Array(bulks(keys)...)
}

func (a *admin) commandGetKeysAndFlags(_ *commands.Client, args []string) resp.Reply {
	s, keys, refusal := a.keysOf(args[2:])
	if refusal.IsError() {
		return refusal
	}
	rows := bulks(keys)
	for i := range rows {
		rows[i] = resp.Array(rows[i], resp.Set(simples(keyFlags(s))...))
	}
	return resp.Array(rows...)
}

func bulks(texts []string) []resp.Reply {
	out := make([]resp.Reply, len(texts))
	for i, t := range texts {
		out[i] = resp.Bulk(t)
	}
	return out
}

func simples(texts []string) []resp.Reply {
	out := make([]resp.Reply, len(texts))
	for i, t := range texts {
		out[i] = resp.Simple(t)
	}
	return out
}
