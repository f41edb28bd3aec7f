package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// startEtcd starts an etcd cluster of n nodes with default settings. load is the
// program that will do its jobs.
func startEtcd(sys *system, dir, load string, n int) error {
	sys.name, sys.kind, sys.load = etcdThree, etcdKind, load
	addrs, err := freeAddrs(2 * n)
	if err != nil {
		return err
	}
	clients, peers := addrs[:n], addrs[n:]
	var all []string
	for i, peer := range peers {
		all = append(all, fmt.Sprintf("node-%d=http://%s", i+1, peer))
	}
	for i := range n {
		nodeDir, name := filepath.Join(dir, strconv.Itoa(i)), fmt.Sprintf("node-%d", i+1)
		client, peer := "http://"+clients[i], "http://"+peers[i]
		node, err := start(fmt.Sprintf("%s: node %d", sys.name, i+1), clients[i], nodeDir, "etcd",
			"--name", name, "--data-dir", filepath.Join(nodeDir, "data"), "--log-level", "error",
			"--listen-client-urls", client, "--advertise-client-urls", client,
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
			"--initial-cluster", strings.Join(all, ","), "--initial-cluster-state", "new")
		if err != nil {
			return err
		}
		sys.nodes = append(sys.nodes, node)
	}
	return nil
}

// etcdHealthy asks a node whether it serves. It does so by a read that a
// majority confirms.
func etcdHealthy(ctx context.Context, addr string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/health", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errors.New("not healthy: " + answer.Status)
	}
	return nil
}

// buildEtcdLoad makes the program that etcd's jobs are done with.
func buildEtcdLoad(ctx context.Context, root, binary string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, ".")
	cmd.Dir = filepath.Join(root, "bench", "etcd")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building bench/etcd: %w\n%s", err, out)
	}
	return nil
}

// etcdJob does one of the jobs of bench/etcd.
func (s *system) etcdJob(ctx context.Context, job string, clients, requests int) (sample, error) {
	var endpoints []string
	for _, node := range s.nodes {
		endpoints = append(endpoints, "http://"+node.addr)
	}
	cmd := exec.CommandContext(ctx, s.load, "-job", job, "-endpoints", strings.Join(endpoints, ","),
		"-clients", strconv.Itoa(clients), "-requests", strconv.Itoa(requests))
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return sample{}, errors.New("took too long")
	case errors.As(err, &exit):
		return sample{}, fmt.Errorf("bench/etcd: %s", lastLine(string(exit.Stderr)))
	case err != nil:
		return sample{}, err
	}
	return parseEtcdOutcome(out)
}

// parseEtcdOutcome reads what bench/etcd prints: times in nanoseconds.
func parseEtcdOutcome(out []byte) (sample, error) {
	var got struct {
		Elapsed time.Duration   `json:"elapsed"`
		Took    []time.Duration `json:"took"`
	}
	if err := json.Unmarshal(out, &got); err != nil {
		return sample{}, fmt.Errorf("bench/etcd: %w", err)
	}
	if got.Elapsed <= 0 || len(got.Took) == 0 {
		return sample{}, fmt.Errorf("bench/etcd: no times in %q", lastLine(string(out)))
	}
	return summarize([][]time.Duration{got.Took}, len(got.Took), got.Elapsed), nil
}
