package integration

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"coordd/integration/cluster"
)

// refusedWithin is how long a start that cannot work may take to say so.
const refusedWithin = 20 * time.Second

// requireRefusal checks that a start ended with the exit code and with one
// line on standard error that says what is wrong.
func requireRefusal(t *testing.T, diag string, code, want int, says string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(diag), "\n")
	if code != want {
		t.Errorf("exit code %d, wanted %d", code, want)
	}
	if len(lines) != 1 || len(lines[0]) == 0 {
		t.Errorf("wanted one clear line, got %d:\n%s", len(lines), diag)
	}
	if !strings.Contains(diag, says) {
		t.Errorf("the line says nothing of %q: %s", says, diag)
	}
}

// A start that cannot work ends at once, with one clear line and exit code 1,
// or 2 where the command line is wrong.
func TestStartRefusals(t *testing.T) {
	port := cluster.FreePorts(t, 1)
	addr, peer := fmt.Sprintf("127.0.0.1:%d", port), fmt.Sprintf("127.0.0.1:%d", port+cluster.PeerOffset)
	busy := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("not a folder"), 0o644); err != nil {
		t.Fatal(err)
	}
	serve := func(args ...string) []string {
		return append([]string{"serve", "--addr", addr, "--peer-addr", peer, "--dir", filepath.Join(t.TempDir(), "d")}, args...)
	}
	for _, c := range []struct {
		what string
		args []string
		env  string
		code int
		says string
	}{
		{"unknown flag", serve("--no-such-flag", "1"), "", 2, "no-such-flag"},
		{"unknown word", []string{"sevre"}, "", 2, "sevre"},
		{"value that is none", serve("--groups", "many"), "", 2, "groups"},
		{"variable that is none", serve(), "COORDD_GROUPS=many", 2, "COORDD_GROUPS"},
		{"config file that is not there", serve("--config", file+".conf"), "", 1, file + ".conf"},
		{"config file with an unknown key", serve("--config", file), "", 2, "not"},
		{"wildcard advertised", serve("--advertise", "0.0.0.0:7000"), "", 2, "advertise"},
		{"wildcard advertised, version 6", serve("--advertise", "[::]:7000"), "", 2, "advertise"},
		{"wildcard advertised to peers", serve("--peer-advertise", "0.0.0.0:7000"), "", 2, "peer-advertise"},
		{"wildcard listened on, nothing advertised", []string{"serve", "--addr", "0.0.0.0:" + fmt.Sprint(port), "--dir", filepath.Join(t.TempDir(), "d")}, "", 2, "advertise"},
		{"client port taken", serve("--addr", taken.Addr().String()), "", 1, taken.Addr().String()},
		{"peer port taken", serve("--peer-addr", taken.Addr().String()), "", 1, taken.Addr().String()},
		{"folder in use", serve("--dir", busy.Dir), "", 1, busy.Dir},
		{"folder that is a file", serve("--dir", file), "", 1, file},
		{"folder that cannot be made", serve("--dir", filepath.Join(file, "below")), "", 1, file},
		{"folder that nobody may write, not even root", serve("--dir", "/proc/coordd-data"), "", 1, "/proc/coordd-data"},
		{"local: unknown flag", []string{"local", "--no-such-flag"}, "", 2, "no-such-flag"},
		{"local: port taken", []string{"local", "--port", fmt.Sprint(taken.Addr().(*net.TCPAddr).Port), "--dir", t.TempDir()}, "", 1, fmt.Sprint(taken.Addr().(*net.TCPAddr).Port)},
	} {
		t.Run(c.what, func(t *testing.T) {
			spec := cluster.Spec{Path: binary(t), Args: c.args}
			if c.env != "" {
				spec.Env = []string{c.env}
			}
			_, diag, code, err := cluster.Run(spec, "", refusedWithin)
			if err != nil {
				t.Fatalf("%v\n%s", err, diag)
			}
			requireRefusal(t, diag, code, c.code, c.says)
		})
	}
	busy.Do(t, "PING")
}

// help knows every command, and help serve every setting with its variable.
func TestHelp(t *testing.T) {
	help := func(args ...string) string {
		out, diag, code, err := cluster.Run(cluster.Spec{Path: binary(t), Args: args}, "", refusedWithin)
		if err != nil || code != 0 || diag != "" {
			t.Errorf("coordd %v: exit code %d, %v %s", args, code, err, diag)
		}
		return out
	}
	for _, word := range []string{"serve", "local", "version", "help"} {
		if !strings.Contains(help("help"), word) {
			t.Errorf("help says nothing of %s", word)
		}
	}
	if !regexp.MustCompile(`\d+\.\d+`).MatchString(help("version")) {
		t.Errorf("version says %q", help("version"))
	}
	serve := help("help", "serve")
	for _, flag := range []string{"addr", "dir", "peer-addr", "advertise", "peer-advertise", "bootstrap-expect", "join",
		"groups", "requirepass", "config", "maxclients", "snapshot-entries", "reads", "raft-log"} {
		if !regexp.MustCompile(`(?m)^ *--` + flag + `\b`).MatchString(serve) {
			t.Errorf("help serve says nothing of --%s", flag)
		}
	}
	flags := regexp.MustCompile(`(?m)^ *--([a-z-]+)`).FindAllStringSubmatch(serve, -1)
	for _, flag := range flags {
		variable := "COORDD_" + strings.ToUpper(strings.ReplaceAll(flag[1], "-", "_"))
		if !regexp.MustCompile(variable + `\b`).MatchString(serve) {
			t.Errorf("help serve says nothing of %s", variable)
		}
	}
	for _, flag := range []string{"nodes", "groups", "port", "dir"} {
		if !strings.Contains(help("help", "local"), "--"+flag) {
			t.Errorf("help local says nothing of --%s", flag)
		}
	}
}

// A setting means the same as flag, variable and line of a config file, and
// the first of these that has it counts.
func TestSettingsThreeWays(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "coordd.conf")
	if err := os.WriteFile(conf, []byte("# for this test\nmaxclients 111\ntimeout 55\nrequirepass \"pass word\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	port := cluster.FreePorts(t, 1)
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	p := cluster.Spawn(t, cluster.Spec{
		Name: "coordd", Path: binary(t), Env: []string{"COORDD_MAXCLIENTS=222", "COORDD_TCP_KEEPALIVE=77", "COORDD_CONFIG=" + conf},
		Args: []string{"--addr", addr, "--dir", filepath.Join(t.TempDir(), "d"), "--tcp-keepalive", "88"},
	}, filepath.Join(t.TempDir(), "log"))
	var c *cluster.Client
	cluster.Poll(t, cluster.ReadyWithin, "a connection", func() (err error) {
		if !p.Running() {
			t.Fatalf("coordd ended:\n%s", p.Output())
		}
		c, err = cluster.Dial(addr)
		return err
	})
	defer c.Close()
	if reply, err := c.Do("GET", "k"); err != nil || !strings.HasPrefix(reply.Str, "NOAUTH") {
		t.Errorf("before AUTH: %q %v", reply.Str, err)
	}
	if reply, err := c.Do("AUTH", "pass word"); err != nil || reply.Str != "OK" {
		t.Errorf("AUTH: %q %v", reply.Str, err)
	}
	for name, want := range map[string]string{"maxclients": "222", "timeout": "55", "tcp-keepalive": "88"} {
		reply, err := c.Do("CONFIG", "GET", name)
		if err != nil || len(reply.Elems) != 2 || reply.Elems[1].Str != want {
			t.Errorf("CONFIG GET %s: %+v %v, wanted %s", name, reply.Elems, err, want)
		}
	}
}
