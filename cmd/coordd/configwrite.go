package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"coordd/commands/config"
)

// rewriteConfig puts settings, by Redis's names, into the config file: in place
// of the lines that have them, or at its end. Everything else in the file stays
// as it is. A flag or a variable still wins over the file at the next start.
func (srv *server) rewriteConfig(changed map[string]string) error {
	path := srv.settings.Config
	if path == "" {
		return config.ErrNoFile
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, row := range srv.settings.rows() {
		if value, ok := changed[row.redisName()]; ok {
			values[row.name] = ownWord(row.name, value)
		}
	}
	return replaceFile(path, rewriteLines(string(content), values))
}

// ownWord is what a setting calls a value that CONFIG has another word for.
func ownWord(name, value string) string {
	if name != "log-level" {
		return value
	}
	return map[string]string{"debug": "debug", "verbose": "info", "notice": "info", "warning": "warn"}[value]
}

// rewriteLines gives a config file other values. A setting stands in it once.
func rewriteLines(content string, values map[string]string) string {
	var out strings.Builder
	left := maps.Clone(values)
	for line := range strings.Lines(content) {
		name, _ := cutWord(strings.TrimSpace(line))
		if value, ok := left[name]; ok {
			delete(left, name)
			line = name + " " + quoted(value) + "\n"
		}
		out.WriteString(line)
	}
	if out.Len() > 0 && !strings.HasSuffix(out.String(), "\n") {
		out.WriteString("\n")
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		out.WriteString(name + " " + quoted(left[name]) + "\n")
	}
	return out.String()
}

// quoted writes a value so that parseConfigFile reads the same.
func quoted(value string) string {
	plain := value != "" && strings.TrimSpace(value) == value && !strings.ContainsAny(value, "\r\n") && !strings.ContainsAny(value[:1], `"'`)
	if plain {
		return value
	}
	return strconv.Quote(value)
}

// replaceFile puts a new content in place of a file as one step: after a power
// loss there is the old one or the new one, whole.
func replaceFile(path, content string) (err error) {
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // what is told is the first error
		}
	}()
	for _, step := range []func() error{
		func() error { _, err := f.WriteString(content); return err },
		func() error { return f.Chmod(mode) },
		f.Sync, f.Close,
		func() error { return os.Rename(f.Name(), path) },
		func() error { return syncFolder(filepath.Dir(path)) },
	} {
		if err = step(); err != nil {
			return err
		}
	}
	return nil
}

// syncFolder makes a renaming in it durable.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
