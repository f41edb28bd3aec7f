// Command coordd is a coordination server that speaks the Redis protocol and
// keeps its word when machines die. This package joins the others: it alone
// knows them all.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// The exit codes.
const (
	exitFailure = 1
	exitUsage   = 2 // the command line, a variable or the config file is wrong
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "coordd:", err)
	var usage usageError
	if errors.As(err, &usage) {
		os.Exit(exitUsage)
	}
	os.Exit(exitFailure)
}

// run does what the command line asks for. Without a command, or with flags
// alone, that is serve.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	command := "serve"
	if len(args) > 0 && (len(args[0]) == 0 || args[0][0] != '-') {
		command, args = args[0], args[1:]
	}
	switch command {
	case "serve":
		s, err := parseSettings(args, os.Getenv)
		if errors.Is(err, flag.ErrHelp) {
			return printHelp(stdout, []string{"serve"})
		}
		if err != nil {
			return err
		}
		return serve(ctx, s, stdout, stderr)
	case "local":
		return runLocal(ctx, args, stdout, stderr)
	case "version":
		return printVersion(stdout)
	case "help":
		return printHelp(stdout, args)
	}
	return usageError{fmt.Errorf("unknown command %q; `coordd help` lists them", command)}
}
