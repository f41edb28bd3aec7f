package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"coordd/resp"
)

// tape is a writer that can be read while it is written.
type tape struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (t *tape) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

func (t *tape) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// eventually waits until the condition holds, for at most 20 s.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); !condition(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// freePort finds the first of n client ports that are free, as are the peer
// ports above them. It looks below the ports that systems give to outgoing
// connections, beginning at another place in each process.
func freePort(t *testing.T, n int) int {
	t.Helper()
	const first, count = 10000, 12000
	for i := range count / n {
		port := first + (os.Getpid()*37+i*n)%count
		o := localOptions{nodes: n, port: port, dir: t.TempDir()}
		if o.checkPlaces(o.places()) == nil {
			return port
		}
	}
	t.Fatal("no free ports")
	return 0
}

// running is a coordd local in this process.
type running struct {
	options        localOptions
	stdout, stderr tape
	cancel         context.CancelFunc
	result         chan error
}

// startLocal runs coordd local over stubs that behave as told, on free ports.
func startLocal(t *testing.T, behaviour string, nodes int, change func(*localOptions), args ...string) *running {
	t.Helper()
	t.Setenv(stubVariable, behaviour)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // else each stub needs a second to end under -race
	args = append([]string{"--nodes", strconv.Itoa(nodes), "--port", strconv.Itoa(freePort(t, nodes)), "--dir", t.TempDir()}, args...)
	o, err := parseLocal(args)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{options: o, cancel: cancel, result: make(chan error, 1)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.result <- o.run(ctx, &r.stdout, &r.stderr)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		for _, n := range o.places() {
			if err := checkFree(n.clientAddr); err != nil {
				t.Errorf("%s was left behind: %v", n.name, err)
			}
		}
		if t.Failed() {
			t.Logf("stdout:\n%s\nstderr:\n%s", r.stdout.String(), r.stderr.String())
		}
	})
	return r
}

func (r *running) awaitReady(t *testing.T) {
	t.Helper()
	eventually(t, "the line ready", func() bool { return strings.HasSuffix(r.stdout.String(), "\nready\n") })
}

func (r *running) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.result:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("coordd local did not return")
		return nil
	}
}

func pidOf(t *testing.T, n localNode) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(n.dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestLocalCluster(t *testing.T) {
	r := startLocal(t, "plain", 3, nil)
	r.awaitReady(t)
	nodes := r.options.places()
	want := [][]string{{"node", "role", "clients", "peers", "data"}}
	for i, role := range []string{"leader", "follower", "follower"} {
		want = append(want, []string{nodes[i].name, role, nodes[i].clientAddr, nodes[i].peerAddr, nodes[i].dir})
	}
	want = append(want, []string{"ready"})
	if got := r.stdout.String(); fmt.Sprint(table(got)) != fmt.Sprint(want) {
		t.Errorf("the table is\n%s", got)
	}

	r.cancel()
	if err := r.wait(t); err != nil {
		t.Errorf("a stop that was asked for is an error: %v", err)
	}
	peers := nodes[0].peerAddr + "," + nodes[1].peerAddr + "," + nodes[2].peerAddr
	for _, n := range nodes {
		line := fmt.Sprintf("%s: serving with --addr %s --peer-addr %s --advertise %s --peer-advertise %s --dir %s --bootstrap-expect 3 --groups 1 --join %s\n",
			n.name, n.clientAddr, n.peerAddr, n.clientAddr, n.peerAddr, n.dir, peers)
		if !strings.Contains(r.stderr.String(), line) {
			t.Errorf("standard error lacks %q", line)
		}
		if !strings.Contains(r.stderr.String(), n.name+": stopped cleanly\n") {
			t.Errorf("%s did not stop cleanly", n.name)
		}
	}
}

// A cluster of one has nobody to join.
func TestLocalClusterOfOne(t *testing.T) {
	r := startLocal(t, "plain", 1, nil)
	r.awaitReady(t)
	if got := r.stdout.String(); !strings.Contains(got, "node-1  leader") {
		t.Errorf("the table is\n%s", got)
	}
	if got := r.stderr.String(); strings.Contains(got, "--join") || !strings.Contains(got, "--bootstrap-expect 1 ") {
		t.Errorf("standard error is %q", got)
	}
}

func table(text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(text) {
		rows = append(rows, strings.Fields(line))
	}
	return rows
}

func TestLocalPassesSettingsOn(t *testing.T) {
	r := startLocal(t, "plain", 2, nil, "--groups", "4", "--", "--requirepass", "se cret", "--reads", "lease")
	r.awaitReady(t)
	if got := r.stdout.String(); !strings.Contains(got, "leader of 1, 3") || !strings.Contains(got, "leader of 2, 4") {
		t.Errorf("the table is\n%s", got)
	}
	for _, line := range strings.Split(strings.TrimSpace(r.stderr.String()), "\n") {
		if !strings.Contains(line, " --groups 4 ") || !strings.HasSuffix(line, " --requirepass se cret --reads lease") {
			t.Errorf("a node was started with %s", line)
		}
	}
}

func TestLocalReportsANodeThatDies(t *testing.T) {
	r := startLocal(t, "plain", 3, nil)
	r.awaitReady(t)
	nodes := r.options.places()
	for i, report := range []string{
		"coordd local: node-1 ended: signal: killed; 2 of 3 nodes run\n",
		"coordd local: node-2 ended: signal: killed; 1 of 3 nodes run\n",
	} {
		if err := syscall.Kill(pidOf(t, nodes[i]), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, report, func() bool { return strings.Contains(r.stderr.String(), report) })
	}
	if _, err := askNode(context.Background(), nodes[2].clientAddr, ""); err != nil {
		t.Errorf("the last node does not answer: %v", err)
	}
	if err := syscall.Kill(pidOf(t, nodes[2]), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.wait(t); err == nil || err.Error() != "no node is left" {
		t.Errorf("without nodes: %v", err)
	}
}

func TestLocalStopsWhenANodeCannotStart(t *testing.T) {
	r := startLocal(t, "dies@node-2", 3, nil)
	if err := r.wait(t); err == nil || err.Error() != "node-2 ended before the cluster was ready: exit status 3" {
		t.Errorf("error is %v", err)
	}
	if r.stdout.String() != "" {
		t.Errorf("standard output is %q", r.stdout.String())
	}
}

func TestLocalGivesUp(t *testing.T) {
	for _, c := range []struct{ behaviour, want string }{
		{"orphan@node-2", "the cluster was not ready within 2s: node-2: group 1 has no leader yet"},
		{"mute@node-2", "the cluster was not ready within 2s: node-2: does not answer"},
	} {
		t.Run(c.behaviour, func(t *testing.T) {
			r := startLocal(t, c.behaviour, 2, func(o *localOptions) { o.readyWithin = 2 * time.Second })
			if err := r.wait(t); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestLocalStopsWhileNotReady(t *testing.T) {
	r := startLocal(t, "mute", 2, nil)
	eventually(t, "the start", func() bool { return strings.Count(r.stderr.String(), "serving with") == 2 })
	r.cancel()
	if err := r.wait(t); err != nil {
		t.Errorf("a stop that was asked for is an error: %v", err)
	}
}

func TestLocalKillsWhatDoesNotStop(t *testing.T) {
	r := startLocal(t, "deaf@node-1", 2, func(o *localOptions) { o.stopWithin = time.Second })
	r.awaitReady(t)
	r.cancel()
	if err := r.wait(t); err != nil {
		t.Error(err)
	}
	got := r.stderr.String()
	if !strings.Contains(got, "coordd local: node-1 did not stop within 1s and is killed\n") {
		t.Error("the kill was not reported")
	}
	if strings.Contains(got, "node-2 did not stop") || !strings.Contains(got, "node-2: stopped cleanly\n") {
		t.Error("node-2 was not asked to stop")
	}
}

func TestLocalContinuesOnItsFolder(t *testing.T) {
	first := startLocal(t, "plain", 2, nil)
	first.awaitReady(t)
	first.cancel()
	if err := first.wait(t); err != nil {
		t.Fatal(err)
	}
	again := startLocal(t, "plain", 2, func(o *localOptions) { o.dir = first.options.dir })
	again.awaitReady(t)
	again.cancel()
	if err := again.wait(t); err != nil {
		t.Fatal(err)
	}
	more := startLocal(t, "plain", 3, func(o *localOptions) { o.dir = first.options.dir })
	more.awaitReady(t)
	more.cancel()
	if err := more.wait(t); err != nil {
		t.Fatal(err)
	}
	fewer := startLocal(t, "plain", 1, func(o *localOptions) { o.dir = first.options.dir })
	want := first.options.dir + " holds 3 nodes, so --nodes must not be 1; another --dir makes another cluster"
	if err := fewer.wait(t); err == nil || err.Error() != want {
		t.Errorf("error is %v", err)
	}
}

// The parent is a process of its own here, so that it can be killed.
func TestChildrenDieWithTheirParent(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := localOptions{nodes: 2, port: freePort(t, 2), dir: t.TempDir()}
	parent := exec.Command(program, "local", "--nodes", "2", "--port", strconv.Itoa(o.port), "--dir", o.dir)
	parent.Env = append(os.Environ(), stubVariable+"=deaf")
	var stdout tape
	parent.Stdout = &stdout
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		parent.Process.Kill()
		parent.Wait()
	})
	eventually(t, "the line ready", func() bool { return strings.HasSuffix(stdout.String(), "\nready\n") })
	for _, n := range o.places() {
		t.Cleanup(func() { endStub(n) })
		// Ctrl-C on a terminal goes to the group that is in the foreground.
		if group, err := syscall.Getpgid(pidOf(t, n)); err != nil || group == syscall.Getpgrp() {
			t.Errorf("%s is in the process group %d of its parent (%v)", n.name, group, err)
		}
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for _, n := range o.places() {
		eventually(t, "the end of "+n.name, func() bool { return checkFree(n.clientAddr) == nil })
	}
}

// endStub kills a stub that should have ended by itself, and holds its port still.
func endStub(n localNode) {
	text, err := os.ReadFile(filepath.Join(n.dir, "pid"))
	pid, bad := strconv.Atoi(string(text))
	if err == nil && bad == nil && checkFree(n.clientAddr) != nil {
		syscall.Kill(pid, syscall.SIGKILL)
	}
}

func TestLocalExplainsItself(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"--nodes", "2", "-h"}, {"--", "--help"}} {
		var page strings.Builder
		if err := runLocal(context.Background(), args, &page, io.Discard); err != nil || page.String() != localHelp() {
			t.Errorf("%q: %v, %q", args, err, page.String())
		}
	}
}

func TestLocalRefusesToStart(t *testing.T) {
	t.Setenv(stubVariable, "plain")
	port := freePort(t, 2)
	taken, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port+1)))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free := strconv.Itoa(freePort(t, 3))
	file := writeFile(t, "file", "")
	for _, c := range []struct {
		args  []string
		want  string
		usage bool
	}{
		{[]string{"--port", strconv.Itoa(port), "--dir", t.TempDir()},
			fmt.Sprintf("the client port of node-2: 127.0.0.1:%d is taken by another process; --port chooses others", port+1), false},
		{[]string{"--port", strconv.Itoa(port + 1 - peerPortOffset), "--nodes", "1", "--dir", t.TempDir()},
			fmt.Sprintf("the peer port of node-1: 127.0.0.1:%d is taken by another process; --port chooses others", port+1), false},
		{[]string{"--port", free, "--dir", file}, "the data folder of node-1: mkdir " + file + ": not a directory", false},
		{[]string{"--nodes", "10"}, `--nodes: "10" is not a whole number from 1 to 9`, true},
		{[]string{"--groups", "65"}, `--groups: "65" is not a whole number from 1 to 64`, true},
		{[]string{"--port", "55534"}, "--port: 55534 leaves no room for 3 nodes and their peer ports", true},
		{[]string{"--reads", "lease"}, "flag provided but not defined: -reads; see coordd help local", true},
		{[]string{"node"}, `unexpected argument "node"; see coordd help local`, true},
		{[]string{"--", "--addr", "a:1"}, "--addr: coordd local decides it for each node; see coordd help local", true},
		{[]string{"--", "--reads", "fast"}, `--reads: "fast" is none of quorum, lease, stale`, true},
		{[]string{"--", "more"}, `unexpected argument "more"; see coordd help serve`, true},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			err := runLocal(context.Background(), c.args, io.Discard, io.Discard)
			if err == nil || err.Error() != c.want {
				t.Fatalf("error is\n%v, want\n%s", err, c.want)
			}
			if usage := errors.As(err, new(usageError)); usage != c.usage {
				t.Errorf("is a usage error: %v", usage)
			}
		})
	}
}

func TestRoleIn(t *testing.T) {
	leads := "raft_group_1:role=leader,term=2,leader=a,leader_addr=h:1,applied=9"
	follows := "raft_group_2:role=follower,term=2,leader=b,leader_addr=h:2,applied=9"
	meta := "raft_group_0:role=leader,term=2,leader=b,leader_addr=h:2,applied=9"
	lost := "raft_group_2:role=candidate,term=3,leader=,leader_addr=,applied=9"
	for _, c := range []struct {
		name, info string
		groups     int
		role, err  string
	}{
		{"one group", "# Raft\r\nraft_nodes:3\r\n" + leads, 1, "leader", ""},
		{"one group and meta", meta + "\r\n" + strings.Replace(leads, "leader,", "follower,", 1), 1, "follower", ""},
		{"two groups", leads + "\r\n" + follows + "\r\n", 2, "leader of 1", ""},
		{"group missing", leads, 2, "", "1 of 2 groups are there"},
		{"nothing", "", 1, "", "0 of 1 groups are there"},
		{"no leader", leads + "\r\n" + lost, 2, "", "group 2 has no leader yet"},
		{"meta has no leader", strings.Replace(lost, "group_2", "group_0", 1) + "\r\n" + leads, 1, "", "group 0 has no leader yet"},
	} {
		role, err := roleIn(c.info, c.groups)
		if role != c.role || fmt.Sprint(err) != orNil(c.err) {
			t.Errorf("%s: %q, %v", c.name, role, err)
		}
	}
}

func orNil(text string) string {
	if text == "" {
		return fmt.Sprint(nil)
	}
	return text
}

func TestPrefixedOutput(t *testing.T) {
	var out strings.Builder
	p := &prefixed{console: &console{out: &out}, name: "node-1"}
	for _, part := range []string{"one\ntw", "o\n\nthr", "ee"} {
		if n, err := p.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	p.end()
	p.end()
	if want := "node-1: one\nnode-1: two\nnode-1: \nnode-1: three\n"; out.String() != want {
		t.Errorf("output is %q, want %q", out.String(), want)
	}
	out.Reset()
	if _, err := p.Write(make([]byte, 3*maxLine)); err != nil || len(p.partial) >= maxLine || out.Len() < 2*maxLine {
		t.Errorf("a line without an end is kept: %d bytes (%v)", len(p.partial), err)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for _, c := range []struct {
		reply resp.Reply
		err   error
		want  string
	}{
		{resp.Error("NOAUTH Authentication required."), nil, `ROLE: unexpected answer "NOAUTH Authentication required."`},
		{resp.Reply{}, io.EOF, "ROLE: EOF"},
	} {
		if err := answerError("ROLE", c.reply, c.err); err.Error() != c.want {
			t.Errorf("error is %v", err)
		}
	}
}
