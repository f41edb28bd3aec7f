package differ

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// show writes a form back, so that a table can say how it was understood.
func show(f form) string {
	var parts []string
	for _, part := range f.parts {
		parts = append(parts, show(part))
	}
	text := f.word + f.value + strings.Join(parts, " ")
	if len(f.choices) > 0 {
		var choices []string
		for _, choice := range f.choices {
			choices = append(choices, show(choice))
		}
		text = "<" + strings.Join(choices, "|") + ">"
	}
	if f.optional {
		text = "[" + text + "]"
	}
	if f.repeats {
		text += "*"
	}
	return text
}

func TestFormsAreUnderstood(t *testing.T) {
	for text, want := range map[string]string{
		"key":                                 "key",
		"key [key ...]":                       "key [key]*",
		"[NX | XX] [GET] [EX seconds]":        "[<NX|XX>] [GET] [EX seconds]",
		"<LEFT | RIGHT> a [b [c]]":            "<LEFT|RIGHT> a [b [c]]",
		"key [GET a | [O] <S a | I b> ...]":   "key [<GET a|[O] <S a|I b>>]*",
		"[key [key ...]]":                     "[key [key]*]",
		"key min max | key start stop BYRANK": "<key min max|key start stop BYRANK>",
	} {
		if got := show(parseForm(text)); got != want {
			t.Errorf("%q is understood as %q, want %q", text, got, want)
		}
	}
}

// A number of keys says how many there are, most of the time.
func TestKeysAreCounted(t *testing.T) {
	m := &maker{Rand: rand.New(rand.NewPCG(1, 2)), family: listFamily(), keys: map[string]Kinds{}}
	right := 0
	for range 200 {
		args := m.fill(nil, parseForm("numkeys key [key ...] <LEFT | RIGHT>"))
		if args[0] == fmt.Sprint(len(args)-2) {
			right++
		}
	}
	if right < 150 || right == 200 {
		t.Errorf("%d of 200 numbers of keys are right, want most and not all", right)
	}
}

// The same seed and number make the same sequence, another number another one.
func TestSequencesComeFromTheSeed(t *testing.T) {
	g := generator(t)
	text := func(seed, number uint64) string {
		var lines []string
		seq := g.Sequence(seed, number)
		for _, call := range seq.calls() {
			lines = append(lines, quoted(call.args))
		}
		return strings.Join(lines, "\n")
	}
	if first, again := text(7, 1), text(7, 1); first != again {
		t.Error("a sequence made twice is not the same")
	}
	if text(7, 1) == text(7, 2) || text(7, 1) == text(8, 1) {
		t.Error("two sequences are the same")
	}
}

// Every command that is not left out is made, sooner or later.
func TestEveryCommandIsMade(t *testing.T) {
	g := generator(t)
	made := map[string]bool{}
	for number := range uint64(1500) {
		for _, step := range g.Sequence(1, number).Steps {
			for _, args := range step.Commands {
				made[strings.ReplaceAll(name(args), " ", "|")] = true
			}
		}
	}
	for _, group := range g.groups {
		for _, word := range group.words {
			if name := strings.Join(word.args, "|"); !made[name] {
				t.Errorf("%s was never made", name)
			}
		}
	}
	for _, name := range []string{"spop", "exec", "select"} {
		if !made[name] {
			t.Errorf("%s was never made", name)
		}
	}
	if made["lock"] {
		t.Error("a word was made that Redis does not have")
	}
}
