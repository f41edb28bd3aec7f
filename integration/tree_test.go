package integration

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// A sourceFile is one Go file of the module, parsed.
type sourceFile struct {
	path string // from the module's root, with slashes
	text []byte
	fset *token.FileSet
	tree *ast.File
}

func (f sourceFile) dir() string     { return path.Dir(f.path) }
func (f sourceFile) isTest() bool    { return strings.HasSuffix(f.path, "_test.go") }
func (f sourceFile) isProgram() bool { return f.tree.Name.Name == "main" }

// line gives the line on which a node begins.
func (f sourceFile) line(n ast.Node) int { return f.fset.Position(n.Pos()).Line }

// lines gives how many lines a node spans.
func (f sourceFile) lines(n ast.Node) int {
	return f.fset.Position(n.End()).Line - f.fset.Position(n.Pos()).Line + 1
}

// moduleRoot is the folder of go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = up
	}
}

// eachFile calls f for every text file of the tree. Folders that a run of the
// server, of git or of npm makes are left out, and so are binary files.
func eachFile(t testing.TB, f func(name string, text []byte)) {
	t.Helper()
	root := moduleRoot(t)
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, p)
		if d.IsDir() {
			if name == ".git" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), "coordd-data") {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if bytes.IndexByte(text, 0) < 0 {
			f(filepath.ToSlash(name), text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sourceTree parses every Go file of the module.
func sourceTree(t testing.TB) []sourceFile {
	t.Helper()
	var files []sourceFile
	eachFile(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".go") {
			return
		}
		files = append(files, parseSource(t, name, text))
	})
	return files
}

func parseSource(t testing.TB, name string, text []byte) sourceFile {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return sourceFile{path: name, text: text, fset: fset, tree: tree}
}
