package commands

import (
	"strings"
	"testing"

	"coordd/resp"
	"coordd/store"
)

func nothing(*store.Tx, []string) resp.Reply { return resp.OK }

func row(name string, change func(s *Spec)) Spec {
	s := Spec{Name: name, Arity: 1, Flags: Read, Since: "1.0.0", Summary: "Does nothing.", Data: nothing}
	if change != nil {
		change(&s)
	}
	return s
}

func TestIncompleteRowsPanic(t *testing.T) {
	for name, specs := range map[string][]Spec{
		"duplicate":          {row("a", nil), row("a", nil)},
		"no name":            {row("", nil)},
		"upper case":         {row("A", nil)},
		"long name":          {row(strings.Repeat("a", maxName), nil)},
		"no arity":           {row("a", func(s *Spec) { s.Arity = 0 })},
		"no since":           {row("a", func(s *Spec) { s.Since = "" })},
		"no summary":         {row("a", func(s *Spec) { s.Summary = "" })},
		"no handler":         {row("a", func(s *Spec) { s.Data = nil })},
		"two handlers":       {row("a", func(s *Spec) { s.Conn = func(*Client, []string) resp.Reply { return resp.OK } })},
		"read and write":     {row("a", func(s *Spec) { s.Flags = Read | Write })},
		"neither":            {row("a", func(s *Spec) { s.Flags = Fast })},
		"keys without step":  {row("a", func(s *Spec) { s.Keys = Keys{First: 1, Last: 1} })},
		"keys without first": {row("a", func(s *Spec) { s.Keys = Keys{Last: 1, Step: 1} })},
		"find, not movable":  {row("a", func(s *Spec) { s.Keys.Find = countedKeys(1) })},
		"movable, no find":   {row("a", func(s *Spec) { s.Flags |= Movable })},
		"may read, unruled":  {row("a", func(s *Spec) { s.Flags = Write | MayRead })},
		"may read, a read":   {row("pick", func(s *Spec) { s.Flags = Read | MayRead })},
		"sub alone":          {row("a|b", nil)},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("NewTable took it")
				}
			}()
			NewTable(Group{"test", specs})
		})
	}
}

func TestGroupNeedsAName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("NewTable took it")
		}
	}()
	NewTable(Group{"", []Spec{row("a", nil)}})
}

func TestLookup(t *testing.T) {
	table := NewTable(
		Group{"one", []Spec{row("beta", nil), row("box|b", nil), row("alpha", nil)}},
		Group{"two", []Spec{row("box", func(s *Spec) { s.Data = nil; s.Flags = 0 }), row("box|a", nil)}},
	)
	for _, name := range []string{"beta", "BETA", "bEtA"} {
		if s := table.Lookup(name); s == nil || s.Name != "beta" {
			t.Errorf("Lookup(%q) = %v", name, s)
		}
	}
	for _, name := range []string{"", "bet", "betaa", "be\u0131a", strings.Repeat("b", 1000)} {
		if s := table.Lookup(name); s != nil {
			t.Errorf("Lookup(%q) = %s", name, s.Name)
		}
	}
	if s := table.LookupSub("BOX", "A"); s == nil || s.Name != "box|a" {
		t.Errorf("LookupSub = %v", s)
	}
	if s := table.LookupSub("box", strings.Repeat("a", 1000)); s != nil {
		t.Errorf("LookupSub = %v", s.Name)
	}
	var names []string
	for _, s := range table.All() {
		names = append(names, s.Name+"/"+table.GroupOf(s))
	}
	for _, s := range table.Subs("box") {
		names = append(names, s.Name+"/"+table.GroupOf(s))
	}
	if got := strings.Join(names, " "); got != "alpha/one beta/one box/two fence/coordination box|a/two box|b/one" {
		t.Error(got)
	}
}

// PICK is a write, but for the forms that leave the pool as it is.
func TestResolveTellsReads(t *testing.T) {
	table := NewTable(DataGroups()...)
	for line, read := range map[string]bool{
		"PICK pool": false, "PICK pool RR COUNT 2": false, "PICK pool LEAST": false, "PICK pool HASH s BOUND 125": false,
		"pick pool RANDOM": true, "PICK pool HASH s": true, "PICK pool COUNT 2 EXCLUDE 1 a RANDOM": true,
		"PICK pool HASH s BOUND 5": true, "PICK pool what": true,
	} {
		spec, _ := table.Resolve(strings.Fields(line))
		want := Write
		if read {
			want = Read
		}
		if spec == nil || spec.Name != "pick" || spec.Flags&(Read|Write) != want || table.GroupOf(spec) != "coordination" {
			t.Errorf("%s: %+v", line, spec)
		}
	}
	if spec := table.Lookup("pick"); spec.Flags&(Read|Write) != Write {
		t.Errorf("PICK is shown with flags %b", spec.Flags)
	}
}

func TestResolve(t *testing.T) {
	table := NewTable(Group{"test", []Spec{
		row("one", func(s *Spec) { s.Arity = 2 }),
		row("many", func(s *Spec) { s.Arity = -2 }),
		row("box", func(s *Spec) { s.Data = nil; s.Flags = 0; s.Arity = -2 }),
		row("box|sub", func(s *Spec) { s.Arity = 3 }),
		row("both", func(s *Spec) { s.Arity = -1 }),
		row("both|sub", func(s *Spec) { s.Arity = 2 }),
	}})
	long := strings.Repeat("x", 200)
	for _, c := range []struct{ line, want string }{
		{"one a", "one"}, {"ONE a", "one"}, {"many a", "many"}, {"many a b c", "many"},
		{"box sub a", "box|sub"}, {"BOX SUB a", "box|sub"}, {"both", "both"}, {"both sub", "both|sub"},
		{"one", "ERR wrong number of arguments for 'one' command"},
		{"ONE a b", "ERR wrong number of arguments for 'one' command"},
		{"many", "ERR wrong number of arguments for 'many' command"},
		{"box", "ERR wrong number of arguments for 'box' command"},
		{"Box Sub", "ERR wrong number of arguments for 'box|sub' command"},
		{"Box What", "ERR unknown subcommand 'What'. Try BOX HELP."},
		{"box|sub a b", "ERR unknown command 'box|sub', with args beginning with: 'a' 'b' "},
		{"What", "ERR unknown command 'What', with args beginning with: "},
		{"a\r\nb c\nd", "ERR unknown command 'a  b', with args beginning with: 'c d' "},
		{"a\x00b c\x00d", "ERR unknown command 'a', with args beginning with: 'c' "},
		{long + " " + long + " a", "ERR unknown command '" + long[:128] + "', with args beginning with: '" + long[:128] + "' "},
	} {
		spec, refusal := table.Resolve(strings.Split(c.line, " "))
		got := refusal.Str
		if spec != nil {
			got = spec.Name
		}
		if got != c.want {
			t.Errorf("%q:\ngot  %q\nwant %q", c.line, got, c.want)
		}
	}
}
