package compat

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"coordd/commands"
)

// Page writes docs/COMPATIBILITY.md.
func Page(t *commands.Table) string {
	b := newBook(t)
	all := ofRedis()
	count := map[status]int{}
	for _, c := range all {
		s, _ := b.judge(c.name)
		count[s]++
	}
	var w strings.Builder
	w.WriteString("<!-- Written by `make docs`; a test fails when it is stale. Do not edit. -->\n\n# What coordd has of Redis 7.2\n\n")
	fmt.Fprintf(&w, "Of the %d commands and subcommands that COMMAND LIST of Redis 7.2 names, coordd offers %d; %d of these differ in "+
		"something, which is said here. %d are refused, with an error that says why and what to use instead.",
		len(all), count[offered]+count[differs], count[differs], count[refused])
	if n := count[missing]; n > 0 {
		fmt.Fprintf(&w, " %d are still to come.", n)
	}
	w.WriteString("\n\nErrors have Redis's texts. What every command has in common - that writes are agreed on by a majority, " +
		"that time is the log's, what happens when a leader is lost - stands in README.md.\n")
	for _, group := range groups(all) {
		fmt.Fprintf(&w, "\n## %s\n\n| command | offered | |\n|---|---|---|\n", group)
		for _, c := range all {
			if c.group == group {
				s, note := b.judge(c.name)
				fmt.Fprintf(&w, "| %s | %s | %s |\n", shown(c.name), statusWords[s], cell(note))
			}
		}
	}
	b.writeOwn(&w)
	return w.String()
}

var statusWords = map[status]string{offered: "yes", differs: "differs", refused: "no", missing: "not yet"}

// writeOwn is the section of the words that Redis 7.2 does not have.
func (b *book) writeOwn(w *strings.Builder) {
	w.WriteString("\n## Words that Redis 7.2 does not have\n\n" +
		"Those of a Sentinel are there for clients that ask one; a plain Redis server has them not.\n\n| command | arguments | |\n|---|---|---|\n")
	own := b.own()
	for _, group := range slices.Sorted(maps.Keys(own)) {
		for _, s := range own[group] {
			fmt.Fprintf(w, "| %s | %s | %s |\n", shown(s.Name), code(s.Syntax), cell(s.Summary))
		}
	}
}

// shown is a command's name as people write it.
func shown(name string) string { return strings.ToUpper(strings.Replace(name, "|", " ", 1)) }

// cell makes a text fit for a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

func code(syntax string) string {
	if syntax == "" {
		return ""
	}
	return "`" + cell(syntax) + "`"
}
