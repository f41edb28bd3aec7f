package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// startWait is how long a system has to be ready for use.
const startWait = 30 * time.Second

// The columns of the page.
const (
	redisAlone     = "Redis"
	redisReplicas  = "Redis, 2 replicas"
	coorddOne      = "coordd, 1 node"
	coorddThree    = "coordd, 3 nodes"
	coorddFollower = "coordd, 3 nodes, through a follower"
	etcdThree      = "etcd, 3 nodes"

	// baseline is the system that ratios are given to: as many copies as
	// coordd with three nodes has, though not the same promise.
	baseline = redisReplicas
)

// kind says what a system speaks and how it is asked.
type kind int

const (
	coorddKind kind = iota
	redisKind
	etcdKind
)

// system is a set of processes that hold one data set.
type system struct {
	name  string
	nodes []*process
	kind  kind
	load  string // of etcd: the program that does its jobs
}

// target is a column of the page: an address that the load is sent to.
type target struct {
	name string
	addr string
	sys  *system
}

// startAll starts every system. What has been started is returned with an
// error too, for stopAll.
func startAll(ctx context.Context, dir, binary, etcdLoad string) ([]*system, error) {
	var systems []*system
	for _, boot := range []func(sys *system, dir string) error{
		func(sys *system, dir string) error { return startRedis(sys, dir, redisAlone, 0) },
		func(sys *system, dir string) error { return startRedis(sys, dir, redisReplicas, 2) },
		func(sys *system, dir string) error { return startCoordd(sys, dir, coorddOne, binary, 1) },
		func(sys *system, dir string) error { return startCoordd(sys, dir, coorddThree, binary, 3) },
		func(sys *system, dir string) error { return startEtcd(sys, dir, etcdLoad, 3) },
	} {
		sys := &system{}
		systems = append(systems, sys)
		if err := boot(sys, filepath.Join(dir, fmt.Sprintf("system-%d", len(systems)))); err != nil {
			return systems, err
		}
		if err := sys.await(ctx); err != nil {
			return systems, fmt.Errorf("%s: %w", sys.name, err)
		}
	}
	return systems, nil
}

func stopAll(systems []*system) {
	for _, sys := range systems {
		for _, node := range slices.Backward(sys.nodes) {
			node.stop()
		}
	}
}

// startRedis starts one Redis and its replicas. Beyond durability the settings
// are Redis's defaults; only RDB snapshots are off, since the append-only file
// already holds everything.
func startRedis(sys *system, dir, name string, replicas int) error {
	sys.name, sys.kind = name, redisKind
	addrs, err := freeAddrs(1 + replicas)
	if err != nil {
		return err
	}
	host, masterPort, err := net.SplitHostPort(addrs[0])
	if err != nil {
		return err
	}
	for i, addr := range addrs {
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			return err
		}
		nodeDir, nodeName := filepath.Join(dir, strconv.Itoa(i)), name
		args := []string{"--bind", host, "--port", port, "--dir", nodeDir, "--daemonize", "no",
			"--save", "", "--appendonly", "yes", "--appendfsync", "always", "--repl-diskless-sync-delay", "0"}
		if replicas > 0 {
			nodeName = name + ": master"
		}
		if i > 0 {
			nodeName = fmt.Sprintf("%s: replica %d", name, i)
			args = append(args, "--replicaof", host, masterPort)
		}
		node, err := start(nodeName, addr, nodeDir, "redis-server", args...)
		if err != nil {
			return err
		}
		sys.nodes = append(sys.nodes, node)
	}
	return nil
}

// startCoordd starts a coordd cluster of n nodes with default settings.
func startCoordd(sys *system, dir, name, binary string, n int) error {
	sys.name = name
	addrs, err := freeAddrs(2 * n)
	if err != nil {
		return err
	}
	clients, peers := addrs[:n], addrs[n:]
	for i := range n {
		nodeDir, nodeName := filepath.Join(dir, strconv.Itoa(i)), name
		args := []string{"serve", "--addr", clients[i], "--peer-addr", peers[i], "--dir", filepath.Join(nodeDir, "data")}
		if n > 1 {
			nodeName = fmt.Sprintf("%s: node %d", name, i+1)
			args = append(args, "--bootstrap-expect", strconv.Itoa(n), "--join", strings.Join(peers, ","))
		}
		node, err := start(nodeName, clients[i], nodeDir, binary, args...)
		if err != nil {
			return err
		}
		sys.nodes = append(sys.nodes, node)
	}
	return nil
}

// await returns when every node of the system serves and has all data.
func (s *system) await(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for {
		err := s.settle(bounded)
		if err == nil {
			return nil
		}
		for _, node := range s.nodes {
			if dead := node.ended(); dead != nil {
				return dead
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-bounded.Done():
			return fmt.Errorf("not ready in %s: %w", startWait, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// settle returns when nothing is left to do of what the system has been given:
// otherwise the work of one measurement would be charged to the next.
func (s *system) settle(ctx context.Context) error {
	for i, node := range s.nodes {
		if err := s.settleNode(ctx, node, i == 0); err != nil {
			return fmt.Errorf("%s: %w", node.name, err)
		}
	}
	return nil
}

func (s *system) settleNode(ctx context.Context, node *process, first bool) error {
	if s.kind == etcdKind {
		return etcdHealthy(ctx, node.addr)
	}
	db := redis.NewClient(&redis.Options{Addr: node.addr, MaxRetries: -1, ReadTimeout: startWait})
	defer db.Close()
	if s.kind == coorddKind {
		// A read waits until the node it is sent to has applied everything
		// that was acknowledged before.
		_, err := db.Exists(ctx, "settle").Result()
		return err
	}
	if first {
		if err := db.Set(ctx, "settle", "1", 0).Err(); err != nil {
			return err
		}
		replicas := len(s.nodes) - 1
		got, err := db.Wait(ctx, replicas, startWait/2).Result()
		if err != nil {
			return err
		}
		if int(got) < replicas {
			return fmt.Errorf("%d of %d replicas have caught up", got, replicas)
		}
	}
	info, err := db.Info(ctx, "persistence").Result()
	if err != nil {
		return err
	}
	if !strings.Contains(info, "aof_rewrite_in_progress:0") {
		return errors.New("still rewriting its append-only file")
	}
	return nil
}

// targets lists the columns. The leader of three nodes is looked up anew at
// every call, since leadership may move.
func targets(ctx context.Context, systems []*system) ([]target, error) {
	var all []target
	for _, sys := range systems {
		if sys.kind != coorddKind || len(sys.nodes) == 1 {
			all = append(all, target{sys.name, sys.nodes[0].addr, sys})
			continue
		}
		leader, err := sys.leader(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sys.name, err)
		}
		follower := sys.nodes[(leader+1)%len(sys.nodes)]
		all = append(all,
			target{sys.name, sys.nodes[leader].addr, sys},
			target{coorddFollower, follower.addr, sys})
	}
	return all, nil
}

// leader finds the node whose ROLE says master.
func (s *system) leader(ctx context.Context) (int, error) {
	for i, node := range s.nodes {
		db := redis.NewClient(&redis.Options{Addr: node.addr})
		role, err := db.Do(ctx, "ROLE").Slice()
		_ = db.Close()
		if err != nil {
			return 0, fmt.Errorf("%s: ROLE: %w", node.name, err)
		}
		if len(role) > 0 && role[0] == "master" {
			return i, nil
		}
	}
	return 0, errors.New("no node calls itself master")
}

// memoryRow is the peak memory of one process.
type memoryRow struct {
	name  string
	bytes int64
}

func peakMemory(systems []*system) []memoryRow {
	var rows []memoryRow
	for _, sys := range systems {
		for _, node := range sys.nodes {
			rows = append(rows, memoryRow{node.name, node.peakBytes()})
		}
	}
	return rows
}
