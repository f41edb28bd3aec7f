package main

import (
	"net"
	"strings"
	"testing"
	"time"
)

func TestProcessIsStopped(t *testing.T) {
	p, err := start("sleeper", "", t.TempDir(), "sleep", "60")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ended(); err != nil {
		t.Errorf("ended before it was stopped: %v", err)
	}
	began := time.Now()
	p.stop()
	if took := time.Since(began); took >= stopWait {
		t.Errorf("stopping took %s", took)
	}
	if p.ended() == nil {
		t.Error("still running")
	}
	p.stop() // of one that has ended: nothing happens
}

func TestProcessThatDiesTellsWhy(t *testing.T) {
	p, err := start("server", "", t.TempDir(), "sh", "-c", "echo the port is taken; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	<-p.done
	err = p.ended()
	if err == nil || !strings.Contains(err.Error(), "server has ended (exit status 3): the port is taken") {
		t.Errorf("error %v", err)
	}
	if _, err := start("server", "", t.TempDir(), "no-such-program"); err == nil {
		t.Error("no error for a program that does not exist")
	}
}

func TestFreeAddrsDifferAndAreFree(t *testing.T) {
	addrs, err := freeAddrs(8)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, addr := range addrs {
		ln, err := net.Listen("tcp", addr)
		if err != nil || seen[addr] {
			t.Errorf("%s: taken twice: %v, %v", addr, seen[addr], err)
			continue
		}
		seen[addr] = true
		defer ln.Close()
	}
}
