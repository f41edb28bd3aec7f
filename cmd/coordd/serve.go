package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"coordd/commands"
	"coordd/commands/admin"
	"coordd/commands/block"
	"coordd/commands/config"
	"coordd/commands/observe"
	"coordd/commands/pubsub"
	"coordd/commands/script"
	"coordd/commands/session"
	"coordd/commands/tracking"
	"coordd/raftfsm"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// server is one node, put together.
type server struct {
	settings Settings
	log      *slog.Logger
	started  time.Time
	runID    string
	stop     context.CancelFunc // ends serve in order

	table    *commands.Table
	engines  []*commands.Engine // by group; [0] is nil, since group 0 holds no keys
	clients  *session.Clients
	blocker  *block.Blocker
	pauses   *session.Pauses
	observed *observe.Recorder
	node     *raftfsm.Node
	groups   int // of keys; 0 until the node opens
	ring     ring.Ring
	handler  *session.Handler
	front    *resp.Server
	hub      *pubsub.Hub
	tracker  *tracking.Tracker

	topology topology

	decided chan config.Decided        // capacity 1: what remember has to write
	live    *config.Settings           // what CONFIG shows and changes
	level   slog.LevelVar              // of log
	counted atomic.Pointer[admin.Node] // the counters at the last CONFIG RESETSTAT; nil: nothing
}

// newServer makes a node with all its parts, of which none runs yet. stop has it
// end in order.
func newServer(s Settings, stop context.CancelFunc, stderr io.Writer) (srv *server, err error) {
	srv = &server{
		settings: s, stop: stop, started: time.Now(), runID: newRunID(), clients: session.NewClients(), pauses: session.NewPauses(),
		decided: make(chan config.Decided, 1),
	}
	srv.log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: &srv.level}))
	srv.level.Set(s.slogLevel())
	if srv.live, err = config.New(s.RedisConfig()); err != nil {
		return nil, err
	}
	if err = srv.recall(); err != nil {
		return nil, err
	}
	srv.observed = observe.New(func() *commands.Table { return srv.table }, time.Now)
	if srv.hub, err = pubsub.NewHub(pubsub.Config{Own: isOwnChannel, RequestTimeout: s.RequestTimeout}); err != nil {
		return nil, err
	}
	if srv.tracker, err = tracking.New(srv.trackingConfig()); err != nil {
		return nil, err
	}
	srv.blocker = block.New(func() *commands.Table { return srv.table })
	srv.table, err = srv.commandTable()
	return srv, err
}

// serve runs a node until ctx ends or it cannot go on. In the order of its
// lines: take the client port, so that a taken one is known at once; open the
// node, which may wait for others to found a cluster with; then let clients in.
// It is taken down in the opposite order: no more clients, then the node.
func serve(ctx context.Context, s Settings, stdout, stderr io.Writer) (err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	srv, err := newServer(s, stop, stderr)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("client port: %w", err)
	}
	defer ln.Close()
	if srv.node, err = raftfsm.Open(ctx, srv.nodeConfig()); err != nil {
		if ctx.Err() != nil {
			return nil // told to stop while it waited for others
		}
		return err
	}
	defer func() { err = errors.Join(err, srv.node.Close()) }()
	srv.engines = srv.engines[:srv.groups+1]
	srv.blocker.Start(srv.waitingRoom())
	defer srv.blocker.Close()
	running, end := context.WithCancel(context.Background())
	defer end()
	go srv.watchAbsent(running)
	cfg := srv.sessionConfig()
	if srv.handler, err = session.New(cfg); err != nil {
		return err
	}
	srv.hub.Start(srv.audience(cfg))
	defer srv.hub.Close()
	go srv.tellSentinelClients(running)
	srv.front = resp.NewServer(ln, srv.wireLimits(), srv.handler)
	srv.front.Log = srv.log
	srv.followSettings()
	go srv.remember(running)
	served := make(chan error, 1)
	go func() { served <- srv.front.Serve() }()
	srv.announce(stdout)
	select {
	case <-ctx.Done():
	case err = <-served:
	}
	srv.front.Close()
	return err
}

// announce says where the node is and what to type next.
func (srv *server) announce(w io.Writer) {
	s := srv.settings
	host, port, _ := net.SplitHostPort(s.Advertise)
	fmt.Fprintf(w, "coordd %s, node %s\n"+
		"  clients  %s\n"+
		"  peers    %s\n"+
		"  data     %s\n"+
		"next: redis-cli -h %s -p %s SET greeting hello\n",
		version, srv.node.ID()[:8], s.Addr, s.PeerAddr, s.Dir, host, port)
}

// commandTable joins the commands of all packages.
func (srv *server) commandTable() (*commands.Table, error) {
	own, err := admin.Groups(admin.Config{
		Table:    func() *commands.Table { return srv.table },
		Clients:  srv.clients.All,
		Unblock:  srv.blocker.Unblock,
		Password: srv.password,
		Cluster:  clusterView{srv},
		Node:     srv.nodeInfo,
		Keys:     srv.keys,
		Read:     srv.readKey,
		HasUser:  func(name string) bool { return name == commands.DefaultUser },
		Pauses:   srv.pauses, Statistics: srv.observed,
		Save: srv.saveAll,
		Stop: func() { srv.stop() },
		Now:  time.Now,

		DebugCommand: func() string { return srv.live.Get("enable-debug-command") },
	})
	if err != nil {
		return nil, err
	}
	faces, err := srv.faces()
	if err != nil {
		return nil, err
	}
	scripting, err := srv.scripting()
	if err != nil {
		return nil, err
	}
	settings, err := config.Groups(config.Config{
		Table:    func() *commands.Table { return srv.table },
		Settings: srv.live, Decide: srv.decide, Rewrite: srv.rewriteConfig, ResetStats: srv.resetStats,
	})
	if err != nil {
		return nil, err
	}
	return commands.NewTable(slices.Concat(commands.DataGroups(), []commands.Group{session.Transactions()}, srv.hub.Groups(), srv.blocker.Groups(), srv.tracker.Groups(), own, faces, scripting, settings, srv.observed.Groups())...), nil
}

// scripting are the commands that run clients' programs.
func (srv *server) scripting() ([]commands.Group, error) {
	levels := [...]slog.Level{slog.LevelDebug, slog.LevelDebug, slog.LevelInfo, slog.LevelWarn}
	return script.Groups(script.Config{
		Table:  func() *commands.Table { return srv.table },
		Owner:  srv.owner,
		Groups: func() int { return srv.groups },
		Log: func(level int, message string) {
			srv.log.Log(context.Background(), levels[level], message, "from", "script")
		},
	})
}

// owner is the group of a slot, counted from 0.
func (srv *server) owner(slot uint16) int { return srv.ring.Owner(slot) - 1 }

func (srv *server) password() string { return srv.live.Get("requirepass") }

// keys counts the keys of a database over all groups, and those with a deadline.
func (srv *server) keys(db int) (keys, expires int) {
	for _, e := range srv.engines[1:] {
		k, x := e.Keys(db)
		keys, expires = keys+k, expires+x
	}
	return keys, expires
}

func (srv *server) nodeConfig() raftfsm.Config {
	s := srv.settings
	reads, err := raftfsm.ParseReadLevel(s.Reads)
	if err != nil {
		panic(err) // the settings have been checked
	}
	srv.engines = make([]*commands.Engine, maxGroups+1)
	return raftfsm.Config{
		Dir: s.Dir, PeerAddr: s.PeerAddr, PeerAdvertise: s.PeerAdvertise, ClientAddr: s.Advertise,
		Groups: s.Groups, BootstrapExpect: s.BootstrapExpect, Join: s.Join,
		RaftLog: s.RaftLog, Reads: reads,
		HeartbeatTimeout: s.HeartbeatTimeout, ElectionTimeout: s.ElectionTimeout,
		SnapshotEntries: int64(s.SnapshotEntries), SnapshotBytes: s.SnapshotBytes,
		NewMachine: srv.newMachine,
		Fatal:      srv.die,
		Log:        srv.log,
	}
}

// machine fits an engine to raftfsm.
type machine struct{ *commands.Engine }

// Freeze implements raftfsm.Machine.
func (m machine) Freeze() raftfsm.Frozen { return m.Engine.Freeze() }

// newMachine is first called before any entry is applied, and the ring is there
// from then on: scripts ask it where keys belong.
func (srv *server) newMachine(group uint32, groups int) raftfsm.Machine {
	if srv.groups == 0 {
		srv.groups, srv.ring = groups, ring.New(groups)
	}
	e := commands.NewEngine(srv.table, store.New(ring.SlotOf))
	e.Wake(srv.blocker.Wake)
	e.Observe(srv.outlet(int(group) - 1))
	e.OnMiss(func(missed []any) { srv.hub.Missed(int(group)-1, missed) })
	srv.engines[group] = e
	return machine{e}
}

// die ends the process because it could no longer keep its word. It does so at
// once: closing things in order could hang on the very disk that is at fault.
func (srv *server) die(err error) {
	fmt.Fprintln(os.Stderr, "coordd:", err)
	os.Exit(exitFailure)
}

// waitingRoom is what the blocker needs of the node.
func (srv *server) waitingRoom() block.Node {
	groups := make([]block.Group, srv.node.Groups())
	for i := range groups {
		groups[i] = block.Group{Log: srv.node.Group(uint32(i + 1)), Engine: srv.engines[i+1]}
	}
	return block.Node{
		ID: srv.node.ID(), Start: srv.node.Start(), Groups: groups, RequestTimeout: srv.settings.RequestTimeout,
	}
}

func (srv *server) sessionConfig() session.Config {
	s := srv.settings
	groups := make([]session.Group, srv.groups)
	for i := range groups {
		groups[i] = session.Group{Log: srv.node.Group(uint32(i + 1)), Engine: srv.engines[i+1]}
	}
	return session.Config{
		Redirect: srv.redirect(),
		Table:    srv.table, Clients: srv.clients, Groups: groups,
		Owner:          srv.owner,
		Leave:          srv.leave,
		Tracker:        srv.tracker,
		Delivered:      srv.hub.Delivered,
		Blocker:        srv.blocker,
		Observer:       srv.observed,
		Pauses:         srv.pauses,
		Unavailable:    raftfsm.ErrUnavailable,
		RequestTimeout: s.RequestTimeout,
		MaxCommand:     raftfsm.MaxEntryBytes,
		Password:       srv.password,
		Ready:          func() bool { return true },
	}
}
