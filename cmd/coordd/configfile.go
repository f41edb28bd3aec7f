package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// parseConfigFile reads lines of a setting's name and its value. A line that
// begins with # is a comment, as in redis.conf: a # further on belongs to the
// value. A value in double quotes may hold the escapes of a Go string; one in
// single quotes is taken as it stands. path is what errors call the file.
func parseConfigFile(rows []setting, path, content string) (map[string]given, error) {
	known := map[string]bool{}
	for _, row := range rows {
		known[row.name] = true
	}
	found := map[string]given{}
	for i, line := range strings.Split(content, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, rest := cutWord(line)
		g := given{from: fmt.Sprintf("%s:%d: %s", path, i+1, name)}
		switch earlier, twice := found[name]; {
		case !known[name]:
			return nil, usageError{fmt.Errorf("%s:%d: unknown setting %q; see coordd help serve", path, i+1, name)}
		case name == "config":
			return nil, g.refuse("a config file cannot name another one")
		case twice:
			return nil, g.refuse("set twice: first at %s", earlier.from)
		}
		value, err := unquote(rest)
		if err != nil {
			return nil, g.refuse("%w", err)
		}
		g.text = value
		found[name] = g
	}
	return found, nil
}

// cutWord splits a trimmed line at its first blanks.
func cutWord(line string) (word, rest string) {
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		return line, ""
	}
	return line[:end], strings.TrimLeft(line[end:], " \t")
}

func unquote(value string) (string, error) {
	switch {
	case value == "":
		return "", errors.New(`has no value; an empty one is written ""`)
	case value[0] == '"':
		plain, err := strconv.Unquote(value)
		if err != nil {
			return "", fmt.Errorf("%s is not one value in double quotes", value)
		}
		return plain, nil
	case value[0] == '\'':
		if len(value) < 2 || strings.IndexByte(value[1:], '\'') != len(value)-2 {
			return "", fmt.Errorf("%s is not one value in single quotes", value)
		}
		return value[1 : len(value)-1], nil
	default:
		return value, nil
	}
}
