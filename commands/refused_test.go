package commands

import (
	"slices"
	"strings"
	"testing"
)

// What is refused is told so, with the reason and the way out, and is no
// command in any other respect.
func TestRefusals(t *testing.T) {
	box := func(s *Spec) { s.Data = nil; s.Flags = 0; s.Arity = -2 }
	table := NewTable(Group{"test", []Spec{row("module", box), row("module|list", func(s *Spec) { s.Arity = 2 })}})
	for line, want := range map[string]string{
		"PSYNC ? -1":            "ERR PSYNC is not offered: coordd replicates through Raft; add a node with coordd serve --join",
		"psync":                 "ERR PSYNC is not offered: coordd replicates through Raft; add a node with coordd serve --join",
		"Module Load x.so":      "ERR MODULE LOAD is not offered: no foreign code is loaded into the server; FUNCTION LOAD brings new commands",
		"module|load x.so":      "ERR unknown command 'module|load', with args beginning with: 'x.so' ",
		"MODULE nosuch":         "ERR unknown subcommand 'nosuch'. Try MODULE HELP.",
		"\u017flaveof no one":   "ERR unknown command '\u017flaveof', with args beginning with: 'no' 'one' ",
		strings.Repeat("x", 99): "ERR unknown command '" + strings.Repeat("x", 99) + "', with args beginning with: ",
	} {
		spec, refusal := table.Resolve(strings.Fields(line))
		if spec != nil || refusal.Str != want {
			t.Errorf("%q:\ngot  %q\nwant %q", line, refusal.Str, want)
		}
	}
	if table.Lookup("psync") != nil || len(table.Subs("module")) != 1 {
		t.Error("a refused command has a row")
	}
}

// The list is short sentences without a full stop, in order, each name once.
func TestRefusalsAreWellFormed(t *testing.T) {
	if !slices.IsSortedFunc(Refusals, func(a, b Refusal) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("they are not sorted by name")
	}
	for i, r := range Refusals {
		if r.Why == "" || r.Instead == "" || r.Name != strings.ToLower(r.Name) || strings.HasSuffix(r.Reason(), ".") || strings.ContainsAny(r.Reason(), "\r\n") {
			t.Errorf("%+v", r)
		}
		if i > 0 && r.Name == Refusals[i-1].Name {
			t.Errorf("%s: twice", r.Name)
		}
	}
}

// A command cannot be offered and refused.
func TestARefusedRowPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("NewTable took it")
		}
	}()
	NewTable(Group{"test", []Spec{row("psync", nil)}})
}
