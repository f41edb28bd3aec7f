package client_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"coordd/client"
	"coordd/integration/cluster"
)

// The tests run real nodes. within bounds what should happen soon.
const within = 20 * time.Second

func buildDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("coordd-client-test-%d", os.Getpid()))
}

func TestMain(m *testing.M) {
	if role := os.Getenv("COORDD_TEST_ROLE"); role != "" {
		play(role, os.Getenv("COORDD_TEST_ADDR"))
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(buildDir())
	os.Exit(code)
}

// play is a process of its own that a test can kill. It says a line when it is
// what it should be, and does nothing after that.
func play(role, addr string) {
	ctx := context.Background()
	db := redis.NewClient(&redis.Options{Addr: addr})
	var err error
	switch role {
	case "leader":
		var term *client.Lock
		if term, err = client.NewElection(db, "chief", client.ElectionConfig{ID: "first", TTL: 2 * time.Second}).Campaign(ctx); err == nil {
			fmt.Println("leads with", term.Token())
		}
	case "member":
		if _, err = client.NewPool(db, "servers").Register(ctx, "dying", client.MemberConfig{TTL: time.Second}); err == nil {
			fmt.Println("registered")
		}
	case "worker":
		queue := client.NewQueue(db, "jobs", client.QueueConfig{Lease: time.Second})
		err = queue.Work(ctx, 1, func(ctx context.Context, item client.Item) error {
			fmt.Println("has", item.Value)
			select {}
		})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	select {}
}

// spawn runs a process in a role until it has said its line.
func spawn(t *testing.T, n *cluster.Node, role, line string) *cluster.Process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := cluster.Spawn(t, cluster.Spec{Name: role, Path: self, Env: []string{"COORDD_TEST_ROLE=" + role, "COORDD_TEST_ADDR=" + n.Addr}},
		filepath.Join(t.TempDir(), role+".log"))
	cluster.Poll(t, within, role+" to begin", func() error {
		if out := p.Output(); !strings.HasPrefix(out, line) {
			return fmt.Errorf("it says %q", out)
		}
		return nil
	})
	return p
}

var build = sync.OnceValues(func() (string, error) {
	if err := os.MkdirAll(buildDir(), 0o755); err != nil {
		return "", err
	}
	return cluster.Build("..", buildDir())
})

// start runs a cluster of so many nodes.
func start(t *testing.T, nodes int) *cluster.Cluster {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return cluster.Start(t, cluster.Options{Binary: binary, Nodes: nodes})
}

// connect makes a connection to a node, as a program would.
func connect(t *testing.T, n *cluster.Node) *redis.Client {
	t.Helper()
	db := redis.NewClient(&redis.Options{Addr: n.Addr})
	t.Cleanup(func() { db.Close() })
	return db
}

// bounded is a context for all that a test does.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*within)
	t.Cleanup(cancel)
	return ctx
}

// ends waits until a channel is closed or gives something.
func ends[T any](t *testing.T, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(within):
		t.Fatalf("waited %v for %s", within, what)
	}
	return v
}

func must[T any](t *testing.T) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// recorder notes what goes wrong beside handlers.
type recorder struct {
	mu   sync.Mutex
	errs []error
}

func (r *recorder) note(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs = append(r.errs, err)
}

func (r *recorder) all() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.errs
}

var _ = []client.Doer{(*redis.Client)(nil), (*redis.ClusterClient)(nil), (*redis.Ring)(nil), redis.UniversalClient(nil)}
