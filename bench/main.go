package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// config is what the command line decides.
type config struct {
	quick    bool          // one round of a tenth of the requests
	rounds   int           // how often everything is measured; figures are medians over rounds
	requests int           // requests of one measurement at -P 1; at -P 16 ten times as many
	timeout  time.Duration // of one measurement; a slower one is given up and shown as missing
	limit    time.Duration // of the whole run
	dir      string        // where the servers' data go; a new folder is made inside and removed at the end
	out      string        // the page that is written; "-" is standard output
}

func main() {
	cfg := config{}
	flag.BoolVar(&cfg.quick, "quick", false, "one round of a tenth of the requests")
	flag.IntVar(&cfg.rounds, "rounds", 5, "rounds; the page shows medians over them")
	flag.IntVar(&cfg.requests, "requests", 100_000, "requests of one measurement at -P 1 (ten times as many at -P 16)")
	flag.DurationVar(&cfg.timeout, "timeout", time.Minute, "limit of one measurement")
	flag.DurationVar(&cfg.limit, "limit", 2*time.Hour, "limit of the whole run")
	flag.StringVar(&cfg.dir, "dir", "", "folder for the servers' data, on the disk to be measured (default bench/tmp)")
	flag.StringVar(&cfg.out, "out", "", "the page to write, - for standard output (default bench/RESULTS.md, or - with -quick)")
	flag.Parse()
	if cfg.quick {
		cfg.rounds, cfg.requests, cfg.out = 1, max(1, cfg.requests/10), cmp.Or(cfg.out, "-")
	}
	if flag.NArg() > 0 || cfg.rounds < 1 || cfg.requests < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := bench(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is the whole run: build, start, measure, write, stop.
func bench(ctx context.Context, cfg config) error {
	ctx, cancel := context.WithTimeout(ctx, cfg.limit)
	defer cancel()
	if err := findPeers(); err != nil {
		return err
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	if cfg.dir == "" {
		cfg.dir = filepath.Join(root, "bench", "tmp")
	}
	if cfg.out == "" {
		cfg.out = filepath.Join(root, "bench", "RESULTS.md")
	}
	if err := os.MkdirAll(cfg.dir, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(cfg.dir, "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	binary := filepath.Join(dir, "coordd")
	if err := build(ctx, root, binary); err != nil {
		return err
	}
	etcdLoad := filepath.Join(dir, "etcd-load")
	if err := buildEtcdLoad(ctx, root, etcdLoad); err != nil {
		return err
	}
	systems, err := startAll(ctx, dir, binary, etcdLoad)
	defer func() { stopAll(systems) }()
	if err != nil {
		return err
	}
	rep := report{date: time.Now(), config: cfg, machine: readMachine(ctx, root, dir)}
	rep.results, err = run(ctx, cfg, dir, systems)
	if err != nil {
		return err
	}
	rep.memory = peakMemory(systems)
	stopAll(systems) // the next phase wants the machine alone
	systems = nil
	if rep.pauses, err = measurePauses(ctx, dir, binary); err != nil {
		return err
	}
	if err := write(cfg.out, rep.render()); err != nil {
		return err
	}
	if n := len(rep.results.failures); n > 0 {
		return fmt.Errorf("%d measurements failed; they are listed at the end of the page", n)
	}
	return nil
}

func write(file string, page []byte) error {
	if file == "-" {
		_, err := os.Stdout.Write(page)
		return err
	}
	fmt.Fprintln(os.Stderr, "written:", file)
	return os.WriteFile(file, page, 0o644)
}

func findPeers() error {
	for _, name := range []string{"redis-server", "redis-benchmark", "etcd"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("%s is not installed (Debian, Ubuntu: apt-get install redis-server redis-tools etcd-server)", name)
		}
	}
	return nil
}

// moduleRoot is the folder of go.mod, whatever folder bench is started from.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	file := strings.TrimSpace(string(out))
	if file == "" || file == os.DevNull {
		return "", errors.New("must be run inside coordd's repository")
	}
	return filepath.Dir(file), nil
}

// build makes the binary that is measured, as a release is made.
func build(ctx context.Context, root, binary string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/coordd")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building coordd: %w\n%s", err, out)
	}
	return nil
}
