package admin

import (
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// word is what COMMAND says for a flag of a Spec.
type word struct {
	flag commands.Flags
	text string
}

// flagWords are in the order in which Redis shows them.
var flagWords = [...]word{
	{commands.Write, "write"},
	{commands.Read, "readonly"},
	{commands.DenyOOM, "denyoom"},
	{commands.Admin, "admin"},
	{commands.PubSub, "pubsub"},
	{commands.NoScript, "noscript"},
	{commands.Blocking, "blocking"},
	{commands.Loading, "loading"},
	{commands.Stale, "stale"},
	{commands.Fast, "fast"},
	{commands.NoAuth, "no_auth"},
	{commands.NoMulti, "no_multi"},
	{commands.Movable, "movablekeys"},
}

// tipWords are the tips for clients of a cluster.
var tipWords = [...]word{
	{commands.NonDeterministic, "nondeterministic_output"},
	{commands.NonDeterministicOrder, "nondeterministic_output_order"},
	{commands.MultiShard, "request_policy:multi_shard"},
	{commands.AllShards, "request_policy:all_shards"},
	{commands.AggSum, "response_policy:agg_sum"},
	{commands.AggLogicalAnd, "response_policy:agg_logical_and"},
	{commands.AllSucceeded, "response_policy:all_succeeded"},
}

// tipsByHand are policies that no flag speaks of: the session has code for
// each of these commands, or a client should not need them.
var tipsByHand = map[string][]string{
	"scan":      {"request_policy:special", "response_policy:special"},
	"randomkey": {"response_policy:special"},
	"info":      {"response_policy:special"},
	"wait":      {"response_policy:agg_min"},
	"waitaof":   {"response_policy:agg_min"},

	"memory|doctor": {"response_policy:special"}, "memory|malloc-stats": {"response_policy:special"}, "memory|stats": {"response_policy:special"},
}

func words(list []word, flags commands.Flags) []string {
	var out []string
	for _, w := range list {
		if flags&w.flag != 0 {
			out = append(out, w.text)
		}
	}
	return out
}

// shownFlags are a command's flags as clients should see them: what is published
// goes through the log as a write does, but changes no data.
func shownFlags(s *commands.Spec) commands.Flags {
	if s.Flags&commands.PubSub != 0 {
		return s.Flags &^ (commands.Write | commands.Read)
	}
	return s.Flags
}

// row is a command as COMMAND shows it: ten elements, the last of which holds
// the rows of its subcommands.
func row(t *commands.Table, s *commands.Spec) resp.Reply {
	cats := categories(t, s)
	for i := range cats {
		cats[i] = "@" + cats[i]
	}
	subs := resp.Set() // Redis's word for none
	if list := t.Subs(s.Name); len(list) > 0 {
		subs = resp.Array()
		for _, sub := range list {
			subs.Elems = append(subs.Elems, row(t, sub))
		}
	}
	first, last, step := triple(s.Keys)
	return resp.Array(
		resp.Bulk(s.Name),
		resp.Int(int64(s.Arity)),
		resp.Set(simples(words(flagWords[:], shownFlags(s)))...),
		resp.Int(int64(first)), resp.Int(int64(last)), resp.Int(int64(step)),
		resp.Set(simples(cats)...),
		resp.Set(bulks(append(words(tipWords[:], s.Flags), tipsByHand[s.Name]...))...),
		resp.Set(keySpecs(s)...),
		subs,
	)
}

// triple is first, last and step as COMMAND shows them.
func triple(k commands.Keys) (first, last, step int) { return k.First, k.Last, k.Step }

// byGroup maps the group of a data command to its ACL category.
var byGroup = map[string]string{
	"generic": "keyspace", "server": "keyspace",
	"string": "string", "bitmap": "bitmap", "list": "list", "set": "set", "sorted-set": "sortedset", "hash": "hash", "stream": "stream",
	"geo": "geo", "hyperloglog": "hyperloglog",
}

// categoryByHand are the categories that Redis gives apart from flags and
// group, by the name of the command or its container.
var categoryByHand = map[string]string{
	"command": "connection", "wait": "connection", "waitaof": "connection", "role": "admin", "lastsave": "admin",
}

// typesByHand are the categories of types that Redis gives in the place of the
// group's.
var typesByHand = map[string][]string{
	"sort": {"set", "sortedset", "list"}, "sort_ro": {"set", "sortedset", "list"}, "memory|usage": {},
}

// categories derives a command's ACL categories, in Redis's order, without
// the "@".
func categories(t *commands.Table, s *commands.Spec) []string {
	container, _, _ := strings.Cut(s.Name, "|")
	group, own := t.GroupOf(s), ""
	switch {
	case s.Data != nil || group == "hyperloglog":
		own = byGroup[group]
	case s.Conn != nil && (group == "connection" || group == "cluster" && container != "cluster"):
		own = "connection"
	}
	if _, ok := typesByHand[s.Name]; ok {
		own = ""
	}
	hand := categoryByHand[container]
	has := func(f commands.Flags) bool { return shownFlags(s)&f != 0 }
	var out []string
	for _, c := range []struct {
		name string
		on   bool
	}{
		{"keyspace", own == "keyspace"},
		{"read", has(commands.Read)},
		{"write", has(commands.Write)},
		{own, own != "" && own != "keyspace" && own != "connection"},
		{"pubsub", has(commands.PubSub)},
		{"admin", has(commands.Admin) || hand == "admin"},
		{"fast", has(commands.Fast)},
		{"slow", !has(commands.Fast)},
		{"blocking", has(commands.Blocking)},
		{"dangerous", has(commands.Admin | commands.Dangerous)},
		{"connection", own == "connection" || hand == "connection"},
	} {
		if c.on {
			out = append(out, c.name)
		}
		if c.name == "write" {
			out = append(out, typesByHand[s.Name]...)
		}
	}
	return out
}

// keyFlags says what a command does with its keys. A Spec does not tell reads
// of a value from reads of its size, or updates from deletions, so the wider is said.
func keyFlags(s *commands.Spec) []string {
	if s.Flags&commands.NotKeys != 0 {
		return []string{"not_key"}
	}
	if s.Flags&commands.Write != 0 {
		return []string{"RW", "access", "update"}
	}
	return []string{"RO", "access"}
}

// keySpecs renders the positions of keys in the form of Redis 7.
func keySpecs(s *commands.Spec) []resp.Reply {
	k := s.Keys
	if k.Find != nil && s.Flags&commands.NotKeys != 0 {
		return nil // Redis has no word for channels of this kind
	}
	var specs []resp.Reply
	if k.First != 0 {
		specs = append(specs, keyRange(s))
	}
	if k.Find != nil {
		unknown := resp.Map(resp.Bulk("type"), resp.Bulk("unknown"), resp.Bulk("spec"), resp.Map())
		specs = append(specs, resp.Map(
			resp.Bulk("flags"), resp.Set(simples(append(keyFlags(s), "incomplete"))...),
			resp.Bulk("begin_search"), unknown,
			resp.Bulk("find_keys"), unknown,
		))
	}
	return specs
}

// keyRange renders first, last and step.
func keyRange(s *commands.Spec) resp.Reply {
	k := s.Keys
	last := k.Last
	if last > 0 {
		last -= k.First
	}
	return resp.Map(
		resp.Bulk("flags"), resp.Set(simples(keyFlags(s))...),
		resp.Bulk("begin_search"), resp.Map(
			resp.Bulk("type"), resp.Bulk("index"),
			resp.Bulk("spec"), resp.Map(resp.Bulk("index"), resp.Int(int64(k.First)))),
		resp.Bulk("find_keys"), resp.Map(
			resp.Bulk("type"), resp.Bulk("range"),
			resp.Bulk("spec"), resp.Map(
				resp.Bulk("lastkey"), resp.Int(int64(last)),
				resp.Bulk("keystep"), resp.Int(int64(k.Step)),
				resp.Bulk("limit"), resp.Int(0))),
	)
}
