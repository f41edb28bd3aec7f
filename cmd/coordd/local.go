package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// localOptions are the flags of `coordd local`.
type localOptions struct {
	nodes  int
	groups int
	port   int
	dir    string
	extra  []string // settings for every node, as flags of coordd serve

	readyWithin time.Duration // from the start of the nodes to their first leaders
	stopWithin  time.Duration // from SIGTERM to SIGKILL
}

func (o *localOptions) rows() []setting {
	return []setting{
		{"nodes", "", "N", "3", whole(&o.nodes, 1, maxVoters),
			"Number of nodes, 1 to 9. A cluster goes on while more than half of them run."},
		{"groups", "", "N", "1", whole(&o.groups, 1, maxGroups),
			"Number of Raft groups that share the keys, 1 to 64; decided when the folder is first used."},
		{"port", "", "PORT", "7001", whole(&o.port, 1, 65535-peerPortOffset),
			"Client port of the first node, the next has the next; peer ports lie 10000 above. All on 127.0.0.1."},
		{"dir", "", "DIR", "./coordd-local", text(&o.dir),
			"Folder that holds one data folder for each node. Removing it removes the cluster."},
	}
}

// ownSettings are those that coordd local decides for each node.
var ownSettings = []string{"addr", "peer-addr", "advertise", "peer-advertise", "dir", "bootstrap-expect", "join", "groups"}

// nodePrefix begins the name of every local node, and of its folder.
const nodePrefix = "node-"

// localNode is the place of one node of a local cluster.
type localNode struct {
	name       string
	clientAddr string
	peerAddr   string
	dir        string
}

// runLocal runs `coordd local` with the arguments that follow the word local,
// until ctx ends, and then stops the nodes and returns nil. It returns a
// usageError where the arguments are wrong, and another error when the cluster
// could not be started or none of its nodes is left. When it returns, no process
// that it started runs any more.
func runLocal(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseLocal(args)
	if errors.Is(err, errHelp) {
		return printHelp(stdout, []string{"local"})
	}
	if err != nil {
		return err
	}
	return o.run(ctx, stdout, stderr)
}

func parseLocal(args []string) (localOptions, error) {
	o := localOptions{readyWithin: 60 * time.Second, stopWithin: 10 * time.Second}
	if end := slices.Index(args, "--"); end >= 0 {
		args, o.extra = args[:end], args[end+1:]
	}
	rows := o.rows()
	flags, rest, err := readFlags("local", rows, args)
	if err != nil {
		return o, err
	}
	if len(rest) > 0 {
		return o, usageError{fmt.Errorf("unexpected argument %q; see coordd help local", rest[0])}
	}
	chosen := readDefaults(rows)
	for _, row := range rows {
		g, ok := flags[row.name]
		if !ok {
			g = chosen[row.name]
		}
		if err := row.set(g.text); err != nil {
			return o, g.refuse("%w", err)
		}
	}
	if o.port+o.nodes-1 > 65535-peerPortOffset {
		return o, usageError{fmt.Errorf("--port: %d leaves no room for %d nodes and their peer ports", o.port, o.nodes)}
	}
	own, _, err := readFlags("serve", new(Settings).rows(), o.extra)
	if err != nil {
		return o, err
	}
	for _, name := range ownSettings {
		if _, given := own[name]; given {
			return o, usageError{fmt.Errorf("--%s: coordd local decides it for each node; see coordd help local", name)}
		}
	}
	return o, nil
}

func (o localOptions) places() []localNode {
	nodes := make([]localNode, o.nodes)
	for i := range nodes {
		name := nodePrefix + strconv.Itoa(i+1)
		nodes[i] = localNode{
			name:       name,
			clientAddr: net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port+i)),
			peerAddr:   net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port+i+peerPortOffset)),
			dir:        filepath.Join(o.dir, name),
		}
	}
	return nodes
}

// serveArgs is the command line of one node. Everything that differs between
// nodes is given as a flag, which no variable or config file can override.
func (o localOptions) serveArgs(node localNode, all []localNode) []string {
	var peers []string
	for _, n := range all {
		peers = append(peers, n.peerAddr)
	}
	args := []string{"serve",
		"--addr", node.clientAddr,
		"--peer-addr", node.peerAddr,
		"--advertise", node.clientAddr,
		"--peer-advertise", node.peerAddr,
		"--dir", node.dir,
		"--bootstrap-expect", strconv.Itoa(len(all)),
		"--groups", strconv.Itoa(o.groups),
	}
	if len(all) > 1 {
		args = append(args, "--join", strings.Join(peers, ","))
	}
	return append(args, o.extra...)
}

func (o localOptions) run(ctx context.Context, stdout, stderr io.Writer) error {
	nodes := o.places()
	// One line here is better than the same line from every node.
	settings, err := parseSettings(o.serveArgs(nodes[0], nodes)[1:], os.Getenv)
	if err != nil {
		return err
	}
	if err := o.checkPlaces(nodes); err != nil {
		return err
	}
	// A child that is to die with this process dies with the thread that started
	// it: keep that thread until no child is left.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	family, err := startFamily(nodes, func(n localNode) []string { return o.serveArgs(n, nodes) }, stderr)
	if err != nil {
		return err
	}
	defer family.stop(o.stopWithin)

	watch := clusterWatch{nodes: nodes, groups: o.groups, password: settings.Requirepass}
	roles, err := family.during(ctx, o.readyWithin, watch.awaitReady)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	if err := printTable(stdout, nodes, roles); err != nil {
		return err
	}
	return family.watch(ctx)
}

func printTable(w io.Writer, nodes []localNode, roles []string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "node\trole\tclients\tpeers\tdata")
	for i, n := range nodes {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", n.name, roles[i], n.clientAddr, n.peerAddr, n.dir)
	}
	fmt.Fprintln(table, "ready")
	return table.Flush()
}
