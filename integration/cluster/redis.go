package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// installWithin is how long a package manager may take.
const installWithin = 5 * time.Minute

// Require returns the path of a program, and installs its package where it is
// missing and that can be done: as root, with apt-get. Otherwise the test
// fails; it is never skipped.
func Require(t testing.TB, program, debianPackage string) string {
	t.Helper()
	if path, err := exec.LookPath(program); err == nil {
		return path
	}
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		t.Fatalf("%s is missing, and installing it needs root and apt-get: install the package %s", program, debianPackage)
	}
	quiet := []string{"DEBIAN_FRONTEND=noninteractive"}
	for _, args := range [][]string{{"update", "-qq"}, {"install", "-y", "-qq", "--no-install-recommends", debianPackage}} {
		_, diag, code, err := Run(Spec{Name: "apt-get", Path: apt, Args: args, Env: quiet}, "", installWithin)
		if err != nil || code != 0 {
			t.Logf("apt-get %v: exit code %d, %v\n%s", args, code, err, diag)
		}
	}
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is missing and could not be installed: %v", program, err)
	}
	return path
}

// StartRedis runs a real redis-server, in memory only, and returns its
// address.
func StartRedis(t testing.TB) string {
	t.Helper()
	addr, _ := SpawnRedis(t)
	return addr
}

// SpawnRedis runs a real redis-server with further settings, as
// "--appendonly", "yes", and returns its address and its process.
func SpawnRedis(t testing.TB, args ...string) (string, *Process) {
	t.Helper()
	path := Require(t, "redis-server", "redis-server")
	port, dir := FreePorts(t, 1), t.TempDir()
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	p := Spawn(t, Spec{Name: "redis-server", Path: path, Dir: dir, Args: append([]string{
		"--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir,
	}, args...)}, filepath.Join(dir, "redis.log"))
	Poll(t, ReadyWithin, "redis-server to answer", func() error {
		if !p.Running() {
			t.Fatalf("redis-server ended:\n%s", p.Output())
		}
		_, err := Do(addr, "PING")
		return err
	})
	return addr, p
}
