package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// How many appends the disk, and how many round trips the loopback is measured
// with before a round.
const (
	syncsPerRound = 300
	tripsPerRound = 1000
)

// run measures everything, round by round. Measurements that fail are recorded
// and the run goes on; an error means that a round could not be set up.
func run(ctx context.Context, cfg config, dir string, systems []*system) (*results, error) {
	res := newResults(cfg.rounds)
	for round := range cfg.rounds {
		syncs, err := measureDisk(dir, syncsPerRound)
		if err != nil {
			return nil, fmt.Errorf("measuring the disk: %w", err)
		}
		res.syncs = append(res.syncs, syncs...)
		trips, err := measureRoundTrip(tripsPerRound)
		if err != nil {
			return nil, fmt.Errorf("measuring the loopback: %w", err)
		}
		res.trips = append(res.trips, trips...)
		for _, depth := range depths {
			began := time.Now()
			if err := runDepth(ctx, cfg, res, round, depth, systems); err != nil {
				return nil, err
			}
			fmt.Fprintf(os.Stderr, "round %d of %d, -P %d: %s\n", round+1, cfg.rounds, depth, time.Since(began).Round(time.Second))
		}
	}
	return res, nil
}

// runDepth measures everything at one pipeline depth, system after system.
func runDepth(ctx context.Context, cfg config, res *results, round, depth int, systems []*system) error {
	order, err := targets(ctx, systems)
	if err != nil {
		return err
	}
	for _, sys := range systems {
		if err := prepare(ctx, sys, order); err != nil {
			return fmt.Errorf("%s: %w", sys.name, err)
		}
	}
	// The first place moves on from round to round.
	first := round % len(order)
	t := turn{cfg, res, round, depth, slices.Concat(order[first:], order[:first])}
	if err := t.runWorkloads(ctx); err != nil {
		return err
	}
	if err := t.runJobs(ctx); err != nil {
		return err
	}
	if depth > 1 {
		return nil
	}
	return t.runHandover(ctx)
}

// turn is what is measured in one round at one depth.
type turn struct {
	config config
	res    *results
	round  int
	depth  int
	order  []target
}

func (t turn) runWorkloads(ctx context.Context) error {
	requests := t.config.requests
	if t.depth > 1 {
		requests *= 10
	}
	for _, w := range workloads {
		for _, to := range t.order {
			if to.sys.kind == etcdKind || to.sys.kind == redisKind && w.own {
				continue
			}
			if err := t.attempt(ctx, cell{w.name, t.depth, to.name}, to.sys, func(ctx context.Context) (sample, error) {
				return measure(ctx, to, w, t.depth, requests)
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t turn) runJobs(ctx context.Context) error {
	for _, j := range jobs {
		for _, to := range t.order {
			// etcd's client does not pipeline.
			if !slices.Contains(j.depths, t.depth) || to.sys.kind == etcdKind && (j.etcd == "" || t.depth > 1) {
				continue
			}
			if err := t.attempt(ctx, cell{j.name, t.depth, to.name}, to.sys, func(ctx context.Context) (sample, error) {
				return j.measure(ctx, to, t.depth, j.requests(t.config, t.depth))
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t turn) runHandover(ctx context.Context) error {
	requests := max(1, t.config.requests/handoverShare)
	for _, to := range t.order {
		for _, way := range lockWays {
			if way.system != to.name {
				continue
			}
			if err := t.attempt(ctx, cell{handover, t.depth, way.name}, to.sys, func(ctx context.Context) (sample, error) {
				return way.measure(ctx, to.addr, requests)
			}); err != nil {
				return err
			}
		}
		if to.sys.kind != etcdKind {
			continue
		}
		if err := t.attempt(ctx, cell{handover, t.depth, etcdHandover}, to.sys, func(ctx context.Context) (sample, error) {
			return to.sys.etcdJob(ctx, "handover", handoverWaiters, requests)
		}); err != nil {
			return err
		}
	}
	return nil
}

// attempt measures one figure and records it, or why it failed. Afterwards the
// system has nothing left to do; an error means that it does not come to rest.
func (t turn) attempt(ctx context.Context, id cell, sys *system, figure func(context.Context) (sample, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, t.config.timeout)
	s, err := figure(bounded)
	cancel()
	if err != nil {
		t.res.fail(id, t.round, err)
	} else {
		t.res.add(id, t.round, s)
	}
	if err := sys.await(ctx); err != nil {
		return fmt.Errorf("%s, after %s -P %d: %w", id.target, id.workload, id.depth, err)
	}
	return nil
}

// prepare gives every round the same start: an empty data set, a pool, and the
// scripts of the recipes. etcd, whose jobs build on nothing, needs none of it.
func prepare(ctx context.Context, sys *system, order []target) error {
	if sys.kind == etcdKind {
		return nil
	}
	for _, to := range order {
		if to.sys != sys {
			continue
		}
		db := redis.NewClient(&redis.Options{Addr: to.addr, ReadTimeout: startWait})
		defer db.Close()
		if err := db.FlushAll(ctx).Err(); err != nil {
			return err
		}
		for i := range poolSize {
			member := fmt.Sprintf("10.0.0.%d:80", i)
			if err := errors.Join(db.SAdd(ctx, poolKey, member).Err(), db.RPush(ctx, ringKey, member).Err()); err != nil {
				return err
			}
		}
		for _, s := range scripts {
			if err := db.ScriptLoad(ctx, s.text).Err(); err != nil {
				return err
			}
		}
		return sys.await(ctx)
	}
	return errors.New("has no column")
}
