package integration

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// deterministic tells whether a file holds code that runs in apply, where two
// nodes must do the same: all of store, the handlers in commands itself, and
// what runs clients' programs.
func deterministic(f sourceFile) bool {
	return !f.isTest() && (within(f.dir(), "store") || f.dir() == "commands" || within(f.dir(), "commands/script"))
}

// judgeCode finds what the house forbids in any file: init functions, leaving
// the process from anywhere but a program, and in deterministic files clocks,
// dice and goroutines.
func judgeCode(f sourceFile) []string {
	var faults []string
	fault := func(n ast.Node, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("%s:%d: ", f.path, f.line(n))+fmt.Sprintf(format, args...))
	}
	if deterministic(f) {
		for _, spec := range f.tree.Imports {
			if name, _ := strconv.Unquote(spec.Path.Value); strings.HasSuffix(name, "/rand") || strings.HasSuffix(name, "/rand/v2") {
				fault(spec, "imports %s: handlers draw from tx.Intn only", name)
			}
		}
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				fault(n, "init(): registration is done in main, by hand")
			}
		case *ast.GoStmt:
			if deterministic(f) {
				fault(n, "starts a goroutine in code that runs in apply")
			}
		case *ast.SelectorExpr:
			pkg, ok := n.X.(*ast.Ident)
			if !ok {
				break
			}
			switch name := pkg.Name + "." + n.Sel.Name; {
			case !f.isProgram() && !f.isTest() && (name == "os.Exit" || strings.HasPrefix(name, "log.Fatal")):
				fault(n, "%s: only a program may end the process", name)
			case deterministic(f) && (name == "time.Now" || name == "time.Since" || name == "time.Until"):
				fault(n, "%s: handlers know log time only", name)
			}
		}
		return true
	})
	return faults
}

// packageVars collects the names of a package's variables over all its files.
func packageVars(files []sourceFile) map[string]map[string]bool {
	vars := map[string]map[string]bool{}
	for _, f := range files {
		if f.isTest() {
			continue
		}
		if vars[f.dir()] == nil {
			vars[f.dir()] = map[string]bool{}
		}
		for _, decl := range f.tree.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.VAR {
				for _, spec := range gen.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						vars[f.dir()][name.Name] = true
					}
				}
			}
		}
	}
	return vars
}

// judgeState finds assignments to package variables inside functions. A name
// that a function declares for itself hides the package's (shallowly judged:
// one such declaration anywhere in the function is enough).
func judgeState(f sourceFile, vars map[string]bool) []string {
	var faults []string
	for _, decl := range f.tree.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		own := declaredIn(fn)
		check := func(target ast.Expr) {
			if name := rootName(target); name != "" && vars[name] && !own[name] {
				faults = append(faults, fmt.Sprintf("%s:%d: changes package variable %s", f.path, f.line(target), name))
			}
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, target := range n.Lhs {
					check(target)
				}
			case *ast.IncDecStmt:
				check(n.X)
			case *ast.CallExpr:
				if called, ok := n.Fun.(*ast.Ident); ok && (called.Name == "delete" || called.Name == "clear") {
					check(n.Args[0])
				}
			}
			return true
		})
	}
	return faults
}

// rootName gives the variable that an assignment reaches: x of x.f[i].g.
func rootName(e ast.Expr) string {
	for {
		switch at := e.(type) {
		case *ast.Ident:
			return at.Name
		case *ast.SelectorExpr:
			e = at.X
		case *ast.IndexExpr:
			e = at.X
		case *ast.StarExpr:
			e = at.X
		case *ast.ParenExpr:
			e = at.X
		default:
			return ""
		}
	}
}

// declaredIn collects every name that a function declares: parameters,
// results, receiver, and variables.
func declaredIn(fn *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				names[name.Name] = true
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				names[name.Name] = true
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, target := range n.Lhs {
					names[rootName(target)] = true
				}
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				names[rootName(n.Key)] = true
				names[rootName(n.Value)] = true
			}
		}
		return true
	})
	return names
}

// The house's forbidden words appear nowhere.
func TestForbidden(t *testing.T) {
	files := sourceTree(t)
	vars := packageVars(files)
	for _, f := range files {
		faults := judgeCode(f)
		if !f.isTest() {
			faults = append(faults, judgeState(f, vars[f.dir()])...)
		}
		for _, fault := range faults {
			t.Error(fault)
		}
	}
}

// Each forbidden thing, once, must be found, and its lawful neighbour must not.
func TestForbiddenLawBites(t *testing.T) {
	for _, c := range []struct {
		path, code string
		faults     int
	}{
		{"ring/a.go", "package ring; func init() {}", 1},
		{"ring/a.go", "package ring; type x int; func (x) init() {}", 0},
		{"ring/a.go", `package ring; import "os"; func f() { os.Exit(1) }`, 1},
		{"cmd/coordd/a.go", `package main; import "os"; func f() { os.Exit(1) }`, 0},
		{"resp/a.go", `package resp; import "log"; func f() { log.Fatalf("x") }`, 1},
		{"store/a.go", `package store; import "time"; func f() int64 { return time.Now().Unix() }`, 1},
		{"raftfsm/a.go", `package raftfsm; import "time"; func f() int64 { return time.Now().Unix() }`, 0},
		{"commands/a.go", `package commands; import _ "math/rand/v2"`, 1},
		{"commands/admin/a.go", `package admin; import _ "math/rand/v2"`, 0},
		{"commands/a.go", "package commands; func f() { go f() }", 1},
		{"ring/a.go", "package ring; var n int; func f() { n++ }", 1},
		{"ring/a.go", "package ring; var m = map[int]int{}; func f() { m[1] = 2; delete(m, 1) }", 2},
		{"ring/a.go", "package ring; var n int; func f() { n := 1; n++; _ = n }", 0},
		{"ring/a.go", "package ring; var n int; func f(n []int) { n[0] = 1 }", 0},
	} {
		f := parseSource(t, c.path, []byte(c.code))
		faults := append(judgeCode(f), judgeState(f, packageVars([]sourceFile{f})[f.dir()])...)
		if len(faults) != c.faults {
			t.Errorf("%s: %s\nwant %d faults, got %q", c.path, c.code, c.faults, faults)
		}
	}
}
