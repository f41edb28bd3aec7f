package integration

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

const (
	maxFileLines     = 800
	maxFunctionLines = 70
)

// Short files and short functions; tests may be longer, for a table is long.
func TestTidyLength(t *testing.T) {
	for _, f := range sourceTree(t) {
		if f.isTest() {
			continue
		}
		if n := bytes.Count(f.text, []byte("\n")); n > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", f.path, n, maxFileLines)
		}
		for _, decl := range f.tree.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && f.lines(fn) > maxFunctionLines {
				t.Errorf("%s:%d: %s has %d lines, more than %d", f.path, f.line(fn), fn.Name.Name, f.lines(fn), maxFunctionLines)
			}
		}
	}
}

// Every exported name says what it promises, and every package what it is.
func TestTidyDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range sourceTree(t) {
		if f.isTest() {
			continue
		}
		documented[f.dir()] = documented[f.dir()] || f.tree.Doc != nil
		for _, name := range undocumented(f.tree) {
			t.Errorf("%s: %s has no comment", f.path, name)
		}
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package %s has no comment", dir)
		}
	}
}

// undocumented lists the exported names of a file that carry no comment. A
// comment on a group of constants or variables speaks for its members.
func undocumented(tree *ast.File) []string {
	var names []string
	for _, decl := range tree.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.IsExported() && decl.Doc == nil && exportedReceiver(decl) {
				names = append(names, decl.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				names = append(names, undocumentedSpec(decl, spec)...)
			}
		}
	}
	return names
}

func exportedReceiver(fn *ast.FuncDecl) bool {
	return fn.Recv == nil || ast.IsExported(rootName(bareType(fn.Recv.List[0].Type)))
}

// bareType strips the star and the type parameters of a receiver.
func bareType(e ast.Expr) ast.Expr {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if list, ok := e.(*ast.IndexListExpr); ok {
		e = list.X
	}
	return e
}

func undocumentedSpec(decl *ast.GenDecl, spec ast.Spec) []string {
	if decl.Doc != nil && decl.Tok != token.TYPE {
		return nil
	}
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() && spec.Doc == nil && decl.Doc == nil {
			return []string{spec.Name.Name}
		}
	case *ast.ValueSpec:
		var names []string
		for _, name := range spec.Names {
			if name.IsExported() && spec.Doc == nil && spec.Comment == nil {
				names = append(names, name.Name)
			}
		}
		return names
	}
	return nil
}

// What is unfinished is not committed, and no file tells of the machine it was
// written on. The words are put together here, so that this file passes too.
var forbiddenText = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"a note of unfinished work", regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)},
	{"a path of somebody's machine", regexp.MustCompile(`(^|[^\w.\-/])/(work/|(home|root)/[^/\s"]+/)`)},
}

func TestTidyText(t *testing.T) {
	eachFile(t, func(name string, text []byte) {
		if name == "go.sum" {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, forbidden := range forbiddenText {
				if forbidden.pattern.MatchString(line) {
					t.Errorf("%s:%d holds %s: %s", name, i+1, forbidden.what, strings.TrimSpace(line))
				}
			}
		}
	})
}

// gofmt's form, and only it.
func TestTidyFormat(t *testing.T) {
	for _, f := range sourceTree(t) {
		formatted, err := format.Source(f.text)
		if err != nil {
			t.Errorf("%s: %v", f.path, err)
		} else if !bytes.Equal(formatted, f.text) {
			t.Errorf("%s is not in gofmt's form", f.path)
		}
	}
}

// A file is named after its one idea; these words name none.
func TestTidyNames(t *testing.T) {
	eachFile(t, func(name string, _ []byte) {
		for _, word := range strings.FieldsFunc(path.Base(name), func(r rune) bool { return !unicode.IsLetter(r) }) {
			switch strings.TrimSuffix(strings.ToLower(word), "s") {
			case "util", "utilitie", "common", "helper", "manager", "misc":
				t.Errorf("%s: %q says nothing of what is inside", name, word)
			}
		}
	})
}

// go.mod holds what the source needs, no more and no less.
func TestTidyModule(t *testing.T) {
	cmd := exec.Command("go", "mod", "tidy", "-diff")
	cmd.Dir = moduleRoot(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go mod tidy would change go.mod or go.sum (%v):\n%s", err, out)
	}
}

// The rules above must bite.
func TestTidyLawBites(t *testing.T) {
	for code, want := range map[string]string{
		"package p; func F() {}":                            "[F]",
		"package p; type t int; func (t) F() {}":            "[]",
		"package p; type t[K any] int; func (*t[K]) F() {}": "[]",
		"package p\n// T is.\ntype T int; func (*T) F() {}": "[F]",
		"package p; type T int":                             "[T]",
		"package p\n// All.\nconst ( A = 1; B = 2 )":        "[]",
		"package p\nvar A = 1 // is one\nvar B = 2":         "[B]",
	} {
		if got := fmt.Sprint(undocumented(parseSource(t, "p.go", []byte(code)).tree)); got != want {
			t.Errorf("%q: undocumented %s, want %s", code, got, want)
		}
	}
	for text, bad := range map[string]bool{
		"// TO" + "DO: later":       true,
		"cd /ho" + "me/me/src":      true,
		"https://a.b/work/x":        false,
		"SET k v XX, and XX" + "XX": false,
	} {
		found := false
		for _, forbidden := range forbiddenText {
			found = found || forbidden.pattern.MatchString(text)
		}
		if found != bad {
			t.Errorf("%q: found %v, want %v", text, found, bad)
		}
	}
}
