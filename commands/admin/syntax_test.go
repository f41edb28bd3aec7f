package admin

import (
	"strings"
	"testing"
)

// show writes a parsed syntax in a form that tells optional (?), repeated (+),
// alternatives (a/b) and blocks {a b} apart.
func show(list []argument) string {
	texts := make([]string, len(list))
	for i, a := range list {
		text := a.name
		switch {
		case a.kind == "pure-token":
			text = a.token
		case a.kind == "oneof":
			text = "(" + strings.ReplaceAll(show(a.parts), " ; ", "/") + ")"
		case a.kind == "block":
			text = "{" + strings.ReplaceAll(show(a.parts), " ; ", " ") + "}"
		}
		if a.token != "" && a.kind != "pure-token" {
			text = a.token + "=" + text
		}
		if a.multiple {
			text += "+"
		}
		if a.optional {
			text += "?"
		}
		texts[i] = text
	}
	return strings.Join(texts, " ; ")
}

func TestParseSyntax(t *testing.T) {
	for syntax, want := range map[string]string{
		"":                                     "",
		"key":                                  "key",
		"key value":                            "key ; value",
		"key [key ...]":                        "key+",
		"key value [key value ...]":            "{key value}+",
		"[message]":                            "message?",
		"[ASYNC | SYNC]":                       "(ASYNC/SYNC)?",
		"<ON | OFF>":                           "(ON/OFF)",
		"[command-name [command-name ...]]":    "command-name+?",
		"cursor [MATCH pattern] [COUNT n]":     "cursor ; MATCH=pattern? ; COUNT=n?",
		"key [EX s | PX ms | KEEPTTL] [GET]":   "key ; (EX=s/PX=ms/KEEPTTL)? ; GET?",
		"key min max [LIMIT offset count]":     "key ; min ; max ; LIMIT={offset count}?",
		"[AGGREGATE <SUM | MIN>] [WITHSCORES]": "AGGREGATE=(SUM/MIN)? ; WITHSCORES?",
		"[username] password":                  "username? ; password",
		"[TYPE <A | B>] [ID id [id ...]]":      "TYPE=(A/B)? ; ID=id+?",
		"[v [AUTH u p] [SETNAME n]]":           "{v AUTH={u p}? SETNAME=n?}?",
		"numkeys key [key ...] <LEFT|RIGHT>":   "numkeys ; key+ ; (LEFT/RIGHT)",
		"key [member ...]":                     "key ; member+?",
	} {
		if got := show(parseSyntax(syntax)); got != want {
			t.Errorf("%q: %s, want %s", syntax, got, want)
		}
	}
}

// Every row's syntax is one that can be read: no word of it is lost, and
// brackets close.
func TestEverySyntaxParses(t *testing.T) {
	table := newRig(t).table
	words := func(s string) int {
		return len(strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" []<>|.", c) }))
	}
	for _, s := range table.All() {
		for _, spec := range append(table.Subs(s.Name), s) {
			if strings.Count(spec.Syntax, "[") != strings.Count(spec.Syntax, "]") || strings.Count(spec.Syntax, "<") != strings.Count(spec.Syntax, ">") {
				t.Errorf("%s: brackets of %q", spec.Name, spec.Syntax)
			}
			list := parseSyntax(spec.Syntax)
			if (words(spec.Syntax) == 0) != (len(list) == 0) {
				t.Errorf("%s: %q gives %s", spec.Name, spec.Syntax, show(list))
			}
		}
	}
}
