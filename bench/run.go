package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
)

// syncsPerRound is how many appends the disk is measured with before a round.
const syncsPerRound = 300

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

// runDepth measures every workload at one pipeline depth, system after system.
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
	requests := cfg.requests
	if depth > 1 {
		requests *= 10
	}
	for _, w := range workloads {
		for i := range order {
			// The first place moves on from round to round.
			to := order[(i+round)%len(order)]
			if w.own && to.sys.redis {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			bounded, cancel := context.WithTimeout(ctx, cfg.timeout)
			s, err := measure(bounded, to.addr, w, depth, requests)
			cancel()
			id := cell{w.name, depth, to.name}
			if err != nil {
				res.fail(id, round, err)
			} else {
				res.add(id, round, s)
			}
			if err := to.sys.await(ctx); err != nil {
				return fmt.Errorf("%s, after %s -P %d: %w", to.name, w.name, depth, err)
			}
		}
	}
	return nil
}

// prepare gives every round the same start: an empty data set and a pool.
func prepare(ctx context.Context, sys *system, order []target) error {
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
			if err := db.SAdd(ctx, poolKey, fmt.Sprintf("10.0.0.%d:80", i)).Err(); err != nil {
				return err
			}
		}
		return sys.await(ctx)
	}
	return errors.New("has no column")
}
