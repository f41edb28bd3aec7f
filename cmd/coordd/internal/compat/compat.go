// Package compat writes docs/COMPATIBILITY.md: every command of Redis 7.2, and
// whether coordd has it. The page is derived from the table of commands, the
// refusals and the differences; only the names of Redis's commands are kept
// here, since no code of coordd knows those that it has not.
package compat

import (
	_ "embed"
	"slices"
	"strings"

	"coordd/commands"
)

//go:embed redis72.txt
var redis72 string

// awaited names the commands that are being written: neither offered nor
// refused as yet. It may only shrink.
//
//go:embed awaited.txt
var awaited string

// command is a line of redis72.txt.
type command struct{ group, name string }

// ofRedis lists all commands of Redis 7.2, by group and name.
func ofRedis() []command {
	var all []command
	for _, line := range lines(redis72) {
		group, name, _ := strings.Cut(line, " ")
		all = append(all, command{group, name})
	}
	return all
}

// lines are those of a list that are no comments.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// status is how far a command of Redis is offered.
type status int

const (
	offered status = iota
	differs
	refused
	missing
)

// book is what the page is made of.
type book struct {
	table       *commands.Table
	refusals    map[string]string // by name: why, and what to use
	differences map[string][]commands.Difference
}

func newBook(t *commands.Table) *book {
	b := &book{table: t, refusals: map[string]string{}, differences: map[string][]commands.Difference{}}
	for _, r := range commands.Refusals {
		b.refusals[r.Name] = r.Reason()
	}
	for _, d := range commands.Differences {
		if d.Newer {
			continue
		}
		b.differences[d.Command] = append(b.differences[d.Command], d)
	}
	return b
}

// judge tells how far a command is offered, and what there is to say about it.
func (b *book) judge(name string) (status, string) {
	spec := b.table.Lookup(name)
	container, _, _ := strings.Cut(name, "|")
	why, isRefused := b.refusals[name]
	if !isRefused {
		why, isRefused = b.refusals[container]
	}
	switch {
	case isRefused:
		return refused, why
	case spec == nil:
		return missing, ""
	case strings.HasPrefix(spec.Summary, commands.NotOffered):
		return refused, strings.TrimSuffix(strings.TrimPrefix(spec.Summary, commands.NotOffered), ".")
	}
	var how []string
	for _, d := range b.differences[name] {
		how = append(how, d.What+" ("+d.Why+")")
	}
	if how != nil {
		return differs, strings.Join(how, "; ")
	}
	return offered, ""
}

// Missing lists the commands of Redis 7.2 that are neither offered nor refused.
func Missing(t *commands.Table) []string {
	b := newBook(t)
	var names []string
	for _, c := range ofRedis() {
		if s, _ := b.judge(c.name); s == missing {
			names = append(names, c.name)
		}
	}
	return names
}

// Awaited lists the commands that may be missing.
func Awaited() []string { return lines(awaited) }

// Stray lists what refusals and differences say of commands that do not exist.
func Stray(t *commands.Table) []string {
	names := map[string]bool{}
	for _, c := range ofRedis() {
		names[c.name] = true
	}
	var stray []string
	for _, r := range commands.Refusals {
		if !names[r.Name] {
			stray = append(stray, "refusal of "+r.Name)
		}
	}
	for _, d := range commands.Differences {
		if d.Newer {
			continue
		}
		if t.Lookup(d.Command) == nil || !names[d.Command] {
			stray = append(stray, "difference of "+d.Command)
		}
	}
	return stray
}

// own lists the rows that Redis 7.2 does not have, but for internal ones and
// the containers of others, by group.
func (b *book) own() map[string][]*commands.Spec {
	redis := map[string]bool{}
	for _, c := range ofRedis() {
		redis[c.name] = true
	}
	own := map[string][]*commands.Spec{}
	for _, s := range b.table.All() {
		for _, each := range append([]*commands.Spec{s}, b.table.Subs(s.Name)...) {
			if !redis[each.Name] && each.Flags&commands.Internal == 0 {
				group := b.table.GroupOf(each)
				own[group] = append(own[group], each)
			}
		}
	}
	return own
}

// groups are those of Redis's commands, in alphabetical order.
func groups(all []command) []string {
	var names []string
	for _, c := range all {
		names = append(names, c.group)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
