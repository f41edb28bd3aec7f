package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coordd/commands/config"
)

func TestRewriteLines(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"in its place", "# timeout 1\n  timeout   5\ngroups 3\n", "# timeout 1\ntimeout 9\ngroups 3\nrequirepass \" a\\n\"\n"},
		{"at the end", "groups 3", "groups 3\nrequirepass \" a\\n\"\ntimeout 9\n"},
		{"of nothing", "", "requirepass \" a\\n\"\ntimeout 9\n"},
	} {
		if got := rewriteLines(c.content, map[string]string{"timeout": "9", "requirepass": " a\n"}); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.name, got, c.want)
		}
	}
}

// What is written is what the next start reads, whatever it is.
func TestWrittenValuesAreRead(t *testing.T) {
	for _, value := range []string{"", " ", "x", "a b", "# no comment", `"quoted"`, `'single'`, `back\slash`, "line\nbreak", "tab\tinside", "\x00\xff", "x #"} {
		content := rewriteLines("", map[string]string{"requirepass": value})
		got, err := parseConfigFile(new(Settings).rows(), "f", content)
		if err != nil || got["requirepass"].text != value {
			t.Errorf("%q is written as %q and read as %q, %v", value, content, got["requirepass"].text, err)
		}
	}
}

// CONFIG REWRITE writes settings by the names and in the words of the file, and
// replaces the file as a whole.
func TestRewriteConfig(t *testing.T) {
	srv := &server{}
	if err := srv.rewriteConfig(nil); !errors.Is(err, config.ErrNoFile) {
		t.Errorf("without a file: %v", err)
	}
	path := writeFile(t, "coordd.conf", "# mine\nlog-level error\n")
	srv.settings = mustParse(t, []string{"--config", path})
	if err := srv.rewriteConfig(map[string]string{"loglevel": "notice", "slowlog-max-len": "7", "maxclients": "4294967295"}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if want := "# mine\nlog-level info\nmaxclients 4294967295\nslowlog-max-len 7\n"; err != nil || string(content) != want {
		t.Errorf("the file is %q, %v", content, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if names, _ := filepath.Glob(path + "*"); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	again := mustParse(t, []string{"--config", path})
	if again.LogLevel != "info" || again.Redis["slowlog-max-len"] != "7" {
		t.Errorf("the next start reads %+v", again)
	}
	srv.settings.Config = filepath.Join(path, "below")
	if err := srv.rewriteConfig(nil); err == nil || errors.Is(err, fs.ErrNotExist) && !strings.Contains(err.Error(), path) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

// Every word of Redis for a level has one of ours that means it.
func TestLogLevels(t *testing.T) {
	srv := &server{settings: mustParse(t, []string{"--log-level", "error"})}
	for word, want := range map[string]string{"warning": "ERROR", "notice": "INFO", "verbose": "INFO", "debug": "DEBUG"} {
		if got := srv.slogLevel(word).String(); got != want {
			t.Errorf("%s is %s, want %s", word, got, want)
		}
	}
	var level string
	for _, word := range []string{"warning", "notice", "verbose", "debug"} {
		if err := logLevel(&level).set(ownWord("log-level", word)); err != nil {
			t.Errorf("%s: %v", word, err)
		}
	}
}
