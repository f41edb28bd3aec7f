package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"coordd/resp"
)

// clusterWatch asks the nodes of a local cluster, over their client ports, how
// they are.
type clusterWatch struct {
	nodes    []localNode
	groups   int
	password string
}

const (
	probePause   = 50 * time.Millisecond // between two rounds of questions
	probeTimeout = 2 * time.Second       // for the answers of one node
)

// awaitReady waits until every node answers and knows a leader of every group.
// It returns what each node is then, in the order of nodes. When ctx ends first,
// the error says what was still missing.
func (w clusterWatch) awaitReady(ctx context.Context) ([]string, error) {
	for began := time.Now(); ; {
		roles, err := w.roles(ctx)
		if err == nil {
			return roles, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the cluster was not ready within %v: %w", time.Since(began).Round(time.Second), err)
		case <-time.After(probePause):
		}
	}
}

// roles asks every node once; a node that is not ready is an error.
func (w clusterWatch) roles(ctx context.Context) ([]string, error) {
	roles := make([]string, len(w.nodes))
	for i, n := range w.nodes {
		info, err := askNode(ctx, n.clientAddr, w.password)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.name, err)
		}
		if roles[i], err = roleIn(info, w.groups); err != nil {
			return nil, fmt.Errorf("%s: %w", n.name, err)
		}
	}
	return roles, nil
}

// askNode makes sure that a node plays a part in its cluster, as ROLE tells, and
// returns its raft section of INFO.
func askNode(ctx context.Context, addr, password string) (info string, err error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = errors.New("does not answer")
		}
	}()
	client, err := resp.Dial(ctx, addr)
	if err != nil {
		return "", err
	}
	defer client.Close()
	giveUp := context.AfterFunc(ctx, func() { client.Close() }) // Do heeds no context
	defer giveUp()

	if password != "" {
		if r, err := client.Do("AUTH", password); err != nil || r.IsError() {
			return "", answerError("AUTH", r, err)
		}
	}
	r, err := client.Do("ROLE")
	if err != nil || r.Kind != resp.ArrayKind || len(r.Elems) == 0 {
		return "", answerError("ROLE", r, err)
	}
	if role := r.Elems[0].Str; role != "master" && role != "slave" {
		return "", fmt.Errorf("ROLE answers %q", role)
	}
	r, err = client.Do("INFO", "raft")
	if err != nil || r.Kind != resp.BulkKind && r.Kind != resp.VerbatimKind {
		return "", answerError("INFO raft", r, err)
	}
	return r.Str, nil
}

func answerError(command string, r resp.Reply, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	return fmt.Errorf("%s: unexpected answer %q", command, r.Str)
}

// roleIn reads a node's part out of its INFO raft: "leader" or "follower" where
// there is one group of keys, else "leader of 1, 3". It is an error if a group
// is missing or without a leader.
func roleIn(info string, groups int) (string, error) {
	var leads []string
	known := 0
	for line := range strings.Lines(info) {
		group, fields, ok := groupLine(strings.TrimSpace(line))
		if !ok {
			continue
		}
		if fields["leader_addr"] == "" {
			return "", fmt.Errorf("group %d has no leader yet", group)
		}
		if group >= 1 { // group 0 holds no keys, and leads nobody's table
			known++
			if fields["role"] == "leader" {
				leads = append(leads, strconv.Itoa(group))
			}
		}
	}
	switch {
	case known < groups:
		return "", fmt.Errorf("%d of %d groups are there", known, groups)
	case len(leads) == 0:
		return "follower", nil
	case groups == 1:
		return "leader", nil
	default:
		return "leader of " + strings.Join(leads, ", "), nil
	}
}

// groupLine reads raft_group_N:key=value,key=value.
func groupLine(line string) (group int, fields map[string]string, ok bool) {
	rest, ok := strings.CutPrefix(line, "raft_group_")
	if !ok {
		return 0, nil, false
	}
	number, list, ok := strings.Cut(rest, ":")
	group, err := strconv.Atoi(number)
	if !ok || err != nil {
		return 0, nil, false
	}
	fields = map[string]string{}
	for _, pair := range strings.Split(list, ",") {
		key, value, _ := strings.Cut(pair, "=")
		fields[key] = value
	}
	return group, fields, true
}
