package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
)

// errHelp is returned where the arguments ask for help and nothing else.
var errHelp = errors.New("help was asked for")

// usageError is a mistake in a command line, a variable or a config file; the
// process should end with code 2. Any other error, as that a file cannot be
// read, ends it with code 1. Each is one line.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// given is the text of a setting's value and where it was written.
type given struct {
	text string
	from string // "--groups", "COORDD_GROUPS", "coordd.conf:3: groups", "the default of groups"
}

// trouble puts the place where the value was written before what is wrong.
func (g given) trouble(err error) error { return fmt.Errorf("%s: %w", g.from, err) }

// refuse says what is wrong with the value itself.
func (g given) refuse(format string, args ...any) error {
	return usageError{g.trouble(fmt.Errorf(format, args...))}
}

// parseSettings reads the arguments of `coordd serve` (without the word serve),
// the environment by env, and the config file that one of them names. A flag
// wins over a variable, a variable over the file, the file over the default; an
// empty variable counts as unset. The settings
// it returns have been checked against one another. Its errors are errHelp, a
// usageError, or that of a file that cannot be read. The files it reads are the config
// file and the one of requirepass-file; it changes nothing.
func parseSettings(args []string, env func(string) string) (Settings, error) {
	var s Settings
	rows := s.rows()
	flags, rest, err := readFlags("serve", rows, args)
	if err != nil {
		return Settings{}, err
	}
	if len(rest) > 0 {
		return Settings{}, usageError{fmt.Errorf("unexpected argument %q; see coordd help serve", rest[0])}
	}
	chosen := readDefaults(rows)
	file, err := readFileOf(rows, flags, env)
	if err != nil {
		return Settings{}, err
	}
	for _, source := range []map[string]given{file, readEnvironment(rows, env), flags} {
		maps.Copy(chosen, source)
	}
	for _, row := range rows {
		if g, ok := chosen[row.name]; ok {
			if err := row.set(g.text); err != nil {
				return Settings{}, g.refuse("%w", err)
			}
		}
	}
	if err := s.complete(chosen); err != nil {
		return Settings{}, err
	}
	return s, nil
}

// readFlags takes the flags of rows off the front of args and returns what
// follows them. page is the help page that lists them.
func readFlags(page string, rows []setting, args []string) (map[string]given, []string, error) {
	flags := map[string]given{}
	set := flag.NewFlagSet("", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, row := range rows {
		set.Func(row.name, "", func(text string) error {
			flags[row.name] = given{text: text, from: "--" + row.name}
			return nil
		})
	}
	switch err := set.Parse(args); {
	case err == flag.ErrHelp:
		return nil, nil, errHelp
	case err != nil:
		return nil, nil, usageError{fmt.Errorf("%w; see coordd help %s", err, page)}
	}
	return flags, set.Args(), nil
}

// envName is the variable of the setting called name.
func envName(name string) string {
	return "COORDD_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

func readEnvironment(rows []setting, env func(string) string) map[string]given {
	found := map[string]given{}
	for _, row := range rows {
		variable := envName(row.name)
		if text := env(variable); text != "" {
			found[row.name] = given{text: text, from: variable}
		}
	}
	return found
}

func readDefaults(rows []setting) map[string]given {
	defaults := map[string]given{}
	for _, row := range rows {
		if row.standard != "" {
			defaults[row.name] = given{text: row.standard, from: "the default of " + row.name}
		}
	}
	return defaults
}

// readFileOf reads the config file that a flag or a variable names, if one does.
func readFileOf(rows []setting, flags map[string]given, env func(string) string) (map[string]given, error) {
	config, ok := flags["config"]
	if !ok {
		config, ok = readEnvironment(rows, env)["config"]
	}
	if !ok {
		return nil, nil
	}
	content, err := os.ReadFile(config.text)
	if err != nil {
		return nil, config.trouble(err)
	}
	return parseConfigFile(rows, config.text, string(content))
}
