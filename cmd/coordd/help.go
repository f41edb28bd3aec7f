package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
)

// version is that of the program; a release changes it together with CHANGELOG.
const version = "0.1.0"

func printVersion(w io.Writer) error {
	_, err := fmt.Fprintf(w, "coordd %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// printHelp writes the help page that topic, what follows the word help, asks
// for: none for the overview, or one of serve, local, version and help.
func printHelp(w io.Writer, topic []string) error {
	page := helpOverview
	if len(topic) > 0 {
		switch strings.Join(topic, " ") {
		case "serve":
			page = serveHelp()
		case "local":
			page = localHelp()
		case "help", "version":
		default:
			return usageError{fmt.Errorf("no help on %q; there is coordd help, coordd help serve and coordd help local", strings.Join(topic, " "))}
		}
	}
	_, err := io.WriteString(w, page)
	return err
}

const helpOverview = `coordd is a coordination server: Redis clients in front, Raft behind.

  coordd [serve] [SETTINGS]   run a node; without settings it is a whole cluster of one
  coordd local [FLAGS]        run a cluster of several nodes on this machine, to try it out
  coordd help serve           every setting, as flag, variable and line of a config file
  coordd help local           the flags of coordd local
  coordd version              the version of this program

One node, and a first command:

  coordd
  redis-cli SET greeting hello

Three machines a, b and c, the same on each but for its own name:

  coordd serve --addr 0.0.0.0:6379 --advertise a:6379 --peer-advertise a:16379 \
      --bootstrap-expect 3 --join a:16379,b:16379,c:16379

The exit code is 0 after a stop that was asked for, 2 when the command line or a
setting is wrong, and 1 when anything else fails; the reason is one line on
standard error.
`

func serveHelp() string {
	var page strings.Builder
	page.WriteString(`coordd [serve] [--SETTING VALUE ...]

Each setting can be given in three places; the first that has it counts:

  1. as a flag:                      --request-timeout 5s
  2. as an environment variable:     COORDD_REQUEST_TIMEOUT=5s  (empty counts as unset)
  3. as a line of the config file:   request-timeout 5s

CONFIG GET shows them under Redis's names, where Redis has one.
`)
	for _, part := range new(Settings).sections() {
		fmt.Fprintf(&page, "\n%s\n", part.title)
		for _, row := range part.rows {
			fmt.Fprintf(&page, "\n  --%s %s   [%s]%s\n", row.name, row.form, envName(row.name), row.standardNote())
			page.WriteString(wrap(row.doc, "      "))
		}
	}
	return page.String()
}

func localHelp() string {
	var page strings.Builder
	page.WriteString(`coordd local [FLAGS] [-- SETTINGS]

Runs a cluster on this machine, each node a process of its own, and keeps it
running until Ctrl-C. When every node answers, a table of them and then the line
"ready" appear on standard output; what the nodes say goes to standard error.
The data stays: the same command on the same folder continues the cluster.
A node that dies is reported, and the others go on.

What stands after -- is given to every node, as any setting of coordd serve that
is not a node's own: coordd local --nodes 5 -- --reads lease
`)
	for _, row := range new(localOptions).rows() {
		fmt.Fprintf(&page, "\n  --%s %s%s\n", row.name, row.form, row.standardNote())
		page.WriteString(wrap(row.doc, "      "))
	}
	return page.String()
}

func (row setting) standardNote() string {
	if row.standard == "" {
		return ""
	}
	return "   default " + row.standard
}

// wrap breaks text into lines of at most 80 columns that begin with indent.
func wrap(text, indent string) string {
	const columns = 80
	var lines strings.Builder
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(indent)+len(line)+1+len(word) > columns {
			lines.WriteString(indent + line + "\n")
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	lines.WriteString(indent + line + "\n")
	return lines.String()
}
