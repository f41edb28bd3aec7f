package raftfsm

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// testNode is a node of a cluster that runs inside the test.
type testNode struct {
	*Node
	cfg  Config
	toys map[uint32]*toy
}

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// freeAddr finds an address for a node, below the ports that systems take for
// outgoing connections. A UDP socket marks it as taken until the test ends.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 1000 {
		addr := fmt.Sprintf("127.0.0.1:%d", 30100+rand.IntN(2600))
		mark, err := net.ListenPacket("udp", addr)
		if err != nil {
			continue
		}
		t.Cleanup(func() { mark.Close() })
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		ln.Close()
		return addr
	}
	t.Fatal("no free port")
	return ""
}

func testConfig(t *testing.T, dir, addr string) Config {
	return Config{
		Dir: dir, PeerAddr: addr, PeerAdvertise: addr, ClientAddr: addr, Groups: 1, BootstrapExpect: 1,
		RaftLog: "wal", HeartbeatTimeout: 300 * time.Millisecond, ElectionTimeout: 300 * time.Millisecond,
		SnapshotEntries: 1000, SnapshotBytes: 1 << 20,
		Fatal: func(err error) { t.Error("fatal:", err) },
		Log:   slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// start opens a node and closes it when the test ends.
func start(t *testing.T, cfg Config) *testNode {
	t.Helper()
	n, err := tryStart(t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func tryStart(t *testing.T, cfg Config) (*testNode, error) {
	t.Helper()
	n := &testNode{cfg: cfg, toys: map[uint32]*toy{}}
	cfg.NewMachine = func(id uint32, _ int) Machine {
		n.toys[id] = newToy()
		return n.toys[id]
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var err error
	if n.Node, err = Open(ctx, cfg); err != nil {
		return nil, err
	}
	t.Cleanup(n.stop)
	return n, nil
}

func (n *testNode) stop() {
	if n.Node != nil {
		_ = n.Close()
		n.Node = nil
	}
}

// startCluster starts nodes that found one cluster together.
func startCluster(t *testing.T, size int, change func(*Config)) []*testNode {
	t.Helper()
	addrs := make([]string, size)
	for i := range addrs {
		addrs[i] = freeAddr(t)
	}
	nodes := make([]*testNode, size)
	errs := make([]error, size)
	var wg sync.WaitGroup
	dir := t.TempDir()
	for i := range nodes {
		cfg := testConfig(t, filepath.Join(dir, fmt.Sprint(i)), addrs[i])
		if size > 1 {
			cfg.BootstrapExpect, cfg.Join = size, addrs
		}
		if change != nil {
			change(&cfg)
		}
		wg.Go(func() { nodes[i], errs[i] = tryStart(t, cfg) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range nodes {
		waitReady(t, n)
	}
	return nodes
}

func waitReady(t *testing.T, n *testNode) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := n.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
}

// eventually polls until ok, or fails.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("never: " + what)
}

func leaderOf(nodes []*testNode, group uint32) int {
	return slices.IndexFunc(nodes, func(n *testNode) bool {
		return n.Node != nil && n.Group(group).ready.Load() != 0
	})
}

func propose(t *testing.T, n *testNode, cmds ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	bytes := make([][]byte, len(cmds))
	for i, c := range cmds {
		bytes[i] = []byte(c)
	}
	replies, err := n.Group(1).Propose(ctx, bytes)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(replies))
	for i, r := range replies {
		out[i] = string(r)
	}
	return out
}

func read(t *testing.T, n *testNode, key string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := n.Group(1).ReadIndex(ctx); err != nil {
		t.Fatal(err)
	}
	return n.toys[1].list(key)
}

func TestOneNodeKeepsItsWordAcrossRestarts(t *testing.T) {
	cfg := testConfig(t, t.TempDir(), freeAddr(t))
	for i := range 3 {
		n := start(t, cfg)
		if got := propose(t, n, fmt.Sprintf("k w%d", i)); got[0] != fmt.Sprint(i+1) {
			t.Fatalf("start %d: reply %q", i, got)
		}
		n.stop()
	}
	if got := read(t, start(t, cfg), "k"); !slices.Equal(got, []string{"w0", "w1", "w2"}) {
		t.Fatalf("after restarts: %q", got)
	}
}

func TestEveryNodeTakesWritesAndReadsThemAtOnce(t *testing.T) {
	nodes := startCluster(t, 3, nil)
	for i := range 30 {
		key := fmt.Sprintf("key%d", i)
		propose(t, nodes[i%3], key+" a", key+" b")
		for _, n := range nodes {
			if got := read(t, n, key); !slices.Equal(got, []string{"a", "b"}) {
				t.Fatalf("key %s on another node: %q", key, got)
			}
		}
	}
}

// TestAFollowerReadDoesNotWaitForTheNextAppend: a lone write must be readable
// on a follower long before raft's CommitTimeout tells it of the commit.
func TestAFollowerReadDoesNotWaitForTheNextAppend(t *testing.T) {
	nodes := startCluster(t, 3, nil)
	leader := leaderOf(nodes, 1)
	follower := nodes[(leader+1)%3]
	var fastest time.Duration = time.Hour
	for range 20 {
		propose(t, nodes[leader], "k w")
		began := time.Now()
		read(t, follower, "k")
		fastest = min(fastest, time.Since(began))
	}
	if fastest >= commitTimeout {
		t.Fatalf("the quickest of 20 reads took %v: nudge does not work", fastest)
	}
}

// TestFollowersHearOfCommits: a lone write is applied on a follower long before
// raft's CommitTimeout tells it of the commit, though nobody reads there.
func TestFollowersHearOfCommits(t *testing.T) {
	nodes := startCluster(t, 3, nil)
	leader := leaderOf(nodes, 1)
	follower := nodes[(leader+1)%3].Group(1)
	var fastest time.Duration = time.Hour
	for range 20 {
		propose(t, nodes[leader], "k w")
		began := time.Now()
		applied := make(chan struct{})
		follower.fsm.applied.when(nodes[leader].Group(1).fsm.applied.value.Load(), func() { close(applied) })
		select {
		case <-applied:
		case <-time.After(patience):
			t.Fatal("the follower does not catch up")
		}
		fastest = min(fastest, time.Since(began))
	}
	if fastest >= commitTimeout {
		t.Fatalf("the quickest of 20 took %v: followers do not hear of commits", fastest)
	}
}

// TestAReadWaitsForAllThatIsDue: whatever was due when a read came in has been
// done when it may be answered, though it takes many entries.
func TestAReadWaitsForAllThatIsDue(t *testing.T) {
	n := start(t, testConfig(t, t.TempDir(), freeAddr(t)))
	waitReady(t, n)
	for range 10 {
		at := time.Now().UnixMilli() + 20
		cmds := make([]string, 40)
		for i := range cmds {
			cmds[i] = fmt.Sprint("until ", at)
		}
		propose(t, n, cmds...)
		for asked := int64(0); asked <= at; {
			asked = time.Now().UnixMilli()
			read(t, n, "until")
			if next := n.toys[1].NextDeadline(); next != 0 && next <= asked {
				t.Fatalf("read at %d, and %d is still due", asked, next)
			}
		}
	}
}

// TestExactlyOnceInOrderAcrossLeaders: writers on all surviving nodes see no
// error and no write twice, lost or out of order while leaders die.
func TestExactlyOnceInOrderAcrossLeaders(t *testing.T) {
	nodes := startCluster(t, 3, nil)
	const words = 300
	stopAt := make(chan struct{})
	var wg sync.WaitGroup
	leader := leaderOf(nodes, 1)
	var survivors []*testNode
	for i, n := range nodes {
		if i != leader {
			survivors = append(survivors, n)
		}
	}
	var once sync.Once
	for w := range 8 {
		wg.Go(func() {
			n := survivors[w%2]
			for i := 0; i < words; i += 2 {
				ctx, cancel := context.WithTimeout(context.Background(), patience)
				cmds := [][]byte{fmt.Appendf(nil, "key%d %d", w, i), fmt.Appendf(nil, "key%d %d", w, i+1)}
				if _, err := n.Group(1).Propose(ctx, cmds); err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
				cancel()
				if i == words/3 {
					once.Do(func() { close(stopAt) })
				}
			}
		})
	}
	<-stopAt
	nodes[leader].stop()
	wg.Wait()
	var want []string
	for i := range words {
		want = append(want, fmt.Sprint(i))
	}
	for w := range 8 {
		for _, n := range survivors {
			if got := read(t, n, fmt.Sprintf("key%d", w)); !slices.Equal(got, want) {
				t.Fatalf("writer %d: %d words, want %d: %v", w, len(got), words, got)
			}
		}
	}
}

func TestANodeThatWasAwayCatchesUpBySnapshot(t *testing.T) {
	nodes := startCluster(t, 3, func(c *Config) { c.SnapshotEntries = 50 })
	away := (leaderOf(nodes, 1) + 1) % 3
	cfg := nodes[away].cfg
	last := nodes[away].Group(1).Status().Applied
	nodes[away].stop()
	alive := nodes[(away+1)%3]
	for i := range 300 {
		propose(t, alive, fmt.Sprintf("k %d", i))
	}
	eventually(t, "the log was truncated", func() bool { return alive.Group(1).Status().FirstLog > last+1 })
	back := start(t, cfg)
	if got := read(t, back, "k"); len(got) != 300 || got[299] != "299" {
		t.Fatalf("%d words after catching up", len(got))
	}
	eventually(t, "equal hashes", func() bool {
		a, b := alive.Group(1).Status(), back.Group(1).Status()
		return a.ChainIndex == b.ChainIndex && a.ChainHash == b.ChainHash
	})
}

func TestAFreshNodeJoinsAsNonVoterThenVoter(t *testing.T) {
	nodes := startCluster(t, 1, nil)
	propose(t, nodes[0], "k w")
	cfg := testConfig(t, t.TempDir(), freeAddr(t))
	cfg.BootstrapExpect, cfg.Join = 0, []string{nodes[0].cfg.PeerAddr}
	fresh := start(t, cfg)
	waitReady(t, fresh)
	if got := read(t, fresh, "k"); len(got) != 1 {
		t.Fatalf("the newcomer reads %q", got)
	}
	eventually(t, "two voters in both groups", func() bool {
		for id := range uint32(2) {
			voters := 0
			for _, s := range nodes[0].Group(id).Status().Servers {
				if s.Voter {
					voters++
				}
			}
			if voters != 2 {
				return false
			}
		}
		return true
	})
}

func TestAnEmptyFolderCannotTakeAMembersPlace(t *testing.T) {
	nodes := startCluster(t, 3, nil)
	eventually(t, "all are registered", func() bool { return len(nodes[0].Members()) == 3 })
	again := testConfig(t, t.TempDir(), nodes[2].cfg.PeerAddr)
	again.BootstrapExpect, again.Join = 0, []string{nodes[0].cfg.PeerAddr}
	nodes[2].stop()
	if _, err := tryStart(t, again); err == nil || !strings.Contains(err.Error(), "is already the address of node") {
		t.Fatalf("joining with a member's address and an empty folder: %v", err)
	}
}

func TestAUsedFolderCannotJoinAnotherCluster(t *testing.T) {
	one := start(t, testConfig(t, t.TempDir(), freeAddr(t)))
	cfg := testConfig(t, t.TempDir(), freeAddr(t))
	start(t, cfg).stop()
	cfg.BootstrapExpect, cfg.Join = 0, []string{one.cfg.PeerAddr}
	if _, err := tryStart(t, cfg); err == nil || !strings.Contains(err.Error(), "belongs to cluster") {
		t.Fatalf("a used folder joined another cluster: %v", err)
	}
}

func TestAFolderIsHeldByOneProcess(t *testing.T) {
	cfg := testConfig(t, t.TempDir(), freeAddr(t))
	start(t, cfg)
	cfg.PeerAddr = freeAddr(t)
	if _, err := tryStart(t, cfg); err == nil || !strings.Contains(err.Error(), "is in use by another coordd") {
		t.Fatalf("the folder was opened twice: %v", err)
	}
}

func TestLeadersOfSeveralGroupsSpread(t *testing.T) {
	nodes := startCluster(t, 3, func(c *Config) { c.Groups = 3 })
	eventually(t, "three leaders on three nodes", func() bool {
		seen := map[int]bool{}
		for id := uint32(1); id <= 3; id++ {
			seen[leaderOf(nodes, id)] = true
		}
		return len(seen) == 3 && !seen[-1]
	})
}

func TestCheckpointHashesAgree(t *testing.T) {
	nodes := startCluster(t, 3, nil)
	propose(t, nodes[0], "k a", "k b")
	if err := nodes[leaderOf(nodes, 1)].Group(1).Checkpoint(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the same checkpoint on all nodes", func() bool {
		want := nodes[0].Group(1).Status().Checkpoint
		for _, n := range nodes {
			if c := n.Group(1).Status().Checkpoint; c.Index == 0 || c != want {
				return false
			}
		}
		return true
	})
}

// TestANodeThatDiffersFromTheMajorityStops: a state that went wrong on one node
// shows in its replies, and the others say so.
func TestANodeThatDiffersFromTheMajorityStops(t *testing.T) {
	wrong := make(chan string, 3)
	nodes := startCluster(t, 3, func(c *Config) {
		dir := c.Dir
		c.Fatal = func(error) { wrong <- dir }
	})
	victim := nodes[(leaderOf(nodes, 1)+1)%3]
	victim.toys[1].Apply(0, 0, oneCmd("k smuggled"))
	propose(t, nodes[leaderOf(nodes, 1)], "k w")
	select {
	case dir := <-wrong:
		if dir != victim.cfg.Dir {
			t.Fatalf("the node in %s stopped, but that in %s is wrong", dir, victim.cfg.Dir)
		}
	case <-time.After(patience):
		t.Fatal("nobody noticed")
	}
}

func TestALeaseServesReadsAndEnds(t *testing.T) {
	nodes := startCluster(t, 3, func(c *Config) { c.Reads = ReadLease })
	leader := nodes[leaderOf(nodes, 1)]
	propose(t, leader, "k w")
	g := leader.Group(1)
	eventually(t, "a lease after a confirmed read", func() bool {
		read(t, leader, "k")
		_, ok := g.leased()
		return ok
	})
	for _, n := range nodes {
		if n != leader {
			n.stop()
		}
	}
	eventually(t, "the lease has ended without followers", func() bool {
		_, ok := g.leased()
		return !ok
	})
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := g.ReadIndex(ctx); err == nil {
		t.Fatal("a leader without followers answered a read")
	}
}

// TestReplayIsAnsweredFromTheRecord: what was applied once is not applied again,
// though a leader that knows nothing of it proposes it once more.
func TestReplayIsAnsweredFromTheRecord(t *testing.T) {
	nodes := startCluster(t, 3, func(c *Config) { c.SnapshotEntries = 20 })
	origin := nodes[(leaderOf(nodes, 1)+1)%3]
	for i := range 60 {
		propose(t, origin, fmt.Sprintf("k %d", i))
	}
	again := section{origin: origin.id, start: origin.start, first: 1, cmds: oneCmd("k twice")}
	leader := nodes[leaderOf(nodes, 1)]
	leader.Group(1).mu.Lock()
	p := leader.Group(1).proposer
	leader.Group(1).mu.Unlock()
	p.mu.Lock()
	delete(p.expect, origin.id) // as a new leader would know nothing of it
	p.mu.Unlock()
	p.push(again)
	propose(t, nodes[0], "k last")
	if got := read(t, nodes[0], "k"); len(got) != 61 {
		t.Fatalf("%d words, want 61: a command was applied twice", len(got))
	}
}
