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
	"time"

	"coordd/commands"
	"coordd/commands/admin"
	"coordd/commands/session"
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

	table   *commands.Table
	engines []*commands.Engine // by group; [0] is nil, since group 0 holds no keys
	clients *session.Clients
	node    *raftfsm.Node
	ring    ring.Ring
	handler *session.Handler
	front   *resp.Server

	topology topology
}

// serve runs a node until ctx ends or it cannot go on. In the order of its
// lines: take the client port, so that a taken one is known at once; open the
// node, which may wait for others to found a cluster with; then let clients in.
// It is taken down in the opposite order: no more clients, then the node.
func serve(ctx context.Context, s Settings, stdout, stderr io.Writer) (err error) {
	srv := &server{
		settings: s, started: time.Now(), runID: newRunID(), clients: session.NewClients(),
		log: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: s.slogLevel()})),
	}
	if srv.table, err = srv.commandTable(); err != nil {
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
	if srv.handler, err = session.New(srv.sessionConfig()); err != nil {
		return err
	}
	srv.front = resp.NewServer(ln, srv.limits(), srv.handler)
	srv.front.Log = srv.log
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
		Password: srv.password,
		Settings: srv.settings.RedisConfig,
		Cluster:  clusterView{srv},
		Node:     srv.nodeInfo,
		Keys:     srv.keys,
		Now:      time.Now,
	})
	if err != nil {
		return nil, err
	}
	faces, err := srv.faces()
	if err != nil {
		return nil, err
	}
	return commands.NewTable(slices.Concat(commands.DataGroups(), own, faces)...), nil
}

func (srv *server) password() string { return srv.settings.Requirepass }

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

func (srv *server) newMachine(group uint32) raftfsm.Machine {
	e := commands.NewEngine(srv.table, store.New(ring.SlotOf))
	srv.engines[group] = e
	return machine{e}
}

// die ends the process because it could no longer keep its word. It does so at
// once: closing things in order could hang on the very disk that is at fault.
func (srv *server) die(err error) {
	fmt.Fprintln(os.Stderr, "coordd:", err)
	os.Exit(exitFailure)
}

func (srv *server) limits() resp.Limits {
	s := srv.settings
	keepAlive := s.TCPKeepAlive
	if keepAlive == 0 {
		keepAlive = -1 // resp's word for never
	}
	return resp.Limits{
		MaxClients: s.MaxClients, MaxBulk: int(s.ProtoMaxBulkLen), MaxQuery: int(s.QueryBuffer),
		IdleTimeout: s.Timeout, KeepAlive: keepAlive,
	}
}

func (srv *server) sessionConfig() session.Config {
	s := srv.settings
	n := srv.node.Groups()
	srv.engines = srv.engines[:n+1]
	srv.ring = ring.New(n)
	groups := make([]session.Group, n)
	for i := range groups {
		groups[i] = session.Group{Log: srv.node.Group(uint32(i + 1)), Engine: srv.engines[i+1]}
	}
	return session.Config{
		Table: srv.table, Clients: srv.clients, Groups: groups,
		Owner:          func(slot uint16) int { return srv.ring.Owner(slot) - 1 },
		Unavailable:    raftfsm.ErrUnavailable,
		RequestTimeout: s.RequestTimeout,
		MaxCommand:     raftfsm.MaxEntryBytes,
		Password:       srv.password,
		Ready:          func() bool { return true },
	}
}
