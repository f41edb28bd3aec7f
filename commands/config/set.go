package config

import (
	"maps"
	"slices"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// change is one pair of a CONFIG SET.
type change struct {
	asked string // the name as the client wrote it
	text  string
	param
}

// set changes all settings that are named, or none. Names are judged before
// values, as in Redis. What concerns the cluster is decided first, since that
// alone can still fail; a node that ends in between has changed nothing of its
// own, which it would not remember in any case.
func (w *words) set(_ *commands.Client, args []string) resp.Reply {
	changes, refusal := w.name(args[2:])
	if refusal.IsError() {
		return refusal
	}
	here, everywhere := map[string]string{}, map[string]string{}
	for _, c := range changes {
		now := w.Settings.Get(c.name)
		value, wrong := c.kind(c.text, now)
		switch {
		case wrong != "":
			return failed(c.asked, wrong)
		case c.is == fixed && value != now:
			return failed(c.asked, "it is always '"+now+"' in coordd: "+c.why)
		case c.is == shared:
			everywhere[c.name] = value
		default:
			here[c.name] = value
		}
	}
	if len(everywhere) > 0 {
		if reply := w.Decide(decision(everywhere)); reply.IsError() {
			return reply
		}
	}
	w.Settings.setHere(here)
	return resp.OK
}

// name finds the settings that are named.
func (w *words) name(pairs []string) ([]change, resp.Reply) {
	if len(pairs)%2 != 0 {
		return nil, resp.Error("ERR syntax error")
	}
	var changes []change
	for i := 0; i < len(pairs); i += 2 {
		p, known := w.Settings.find(pairs[i])
		again := func(c change) bool { return strings.EqualFold(c.asked, pairs[i]) }
		switch {
		case !known:
			return nil, resp.Error("ERR Unknown option or number of arguments for CONFIG SET - '" + oneLine(pairs[i]) + "'")
		case p.is == immutable:
			return nil, failed(pairs[i], "can't set immutable config")
		case slices.ContainsFunc(changes, again):
			return nil, failed(pairs[i], "duplicate parameter")
		}
		changes = append(changes, change{pairs[i], pairs[i+1], p})
	}
	return changes, resp.Reply{}
}

// failed is the answer to a setting that is not changed.
func failed(name, why string) resp.Reply {
	return resp.Error("ERR CONFIG SET failed (possibly related to argument '" + oneLine(name) + "') - " + oneLine(why))
}

// setHere changes settings of this node.
func (s *Settings) setHere(values map[string]string) {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.change(values)
}

// decision is the command of the log that sets settings of the cluster.
func decision(values map[string]string) []string {
	args := []string{setName}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		args = append(args, name, values[name])
	}
	return args
}
