package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
)

// checkPlaces finds out before any node is started what would keep one from
// starting, and makes the data folders. What it finds free can be taken the
// next moment; then the node itself says so.
func (o localOptions) checkPlaces(nodes []localNode) error {
	if err := o.checkComplete(); err != nil {
		return err
	}
	for _, n := range nodes {
		if err := checkFree(n.clientAddr); err != nil {
			return fmt.Errorf("the client port of %s: %w; --port chooses others", n.name, err)
		}
		if err := checkFree(n.peerAddr); err != nil {
			return fmt.Errorf("the peer port of %s: %w; --port chooses others", n.name, err)
		}
	}
	for _, n := range nodes {
		if err := checkWritable(n.dir); err != nil {
			return fmt.Errorf("the data folder of %s: %w", n.name, err)
		}
	}
	return nil
}

// checkComplete refuses a folder of more nodes than are to run: those that are
// missing count for the majority, and there may never be one.
func (o localOptions) checkComplete() error {
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		return nil // not there yet, or checkWritable tells why not
	}
	present := 0
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), nodePrefix) {
			present++
		}
	}
	if present > o.nodes {
		return fmt.Errorf("%s holds %d nodes, so --nodes must not be %d; another --dir makes another cluster", o.dir, present, o.nodes)
	}
	return nil
}

func checkFree(addr string) error {
	ln, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is taken by another process", addr)
	}
	if err != nil {
		return err
	}
	return ln.Close()
}

func checkWritable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}
