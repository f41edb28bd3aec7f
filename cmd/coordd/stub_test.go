package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The tests of coordd local run this test binary in place of coordd: as the
// nodes, which are stubs that say over RESP what they are told to, and once as
// coordd local itself. stubVariable says so to the processes they start.
const stubVariable = "STUB_OF_COORDD"

// TestMain is the program's main where the binary was started as a stub.
func TestMain(m *testing.M) {
	behaviour := os.Getenv(stubVariable)
	switch {
	case behaviour == "":
		os.Exit(m.Run())
	case os.Args[1] == "serve":
		os.Exit(stubNode(os.Args[2:], behaviour))
	case os.Args[1] == "local":
		ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer cancel()
		if err := runLocal(ctx, os.Args[2:], os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// stubNode plays one node until SIGTERM. behaviour is a list of words, each
// perhaps with "@node-N" behind it, for one node only:
//
//	plain     nothing special
//	dies      ends at once with code 3
//	deaf      does not heed SIGTERM
//	mute      never answers
//	orphan    knows no leader
func stubNode(args []string, behaviour string) int {
	s, err := parseSettings(args, os.Getenv)
	if err != nil {
		fmt.Println(err)
		return 2
	}
	node := filepath.Base(s.Dir)
	does := func(word string) bool {
		for _, b := range strings.Fields(behaviour) {
			if b == word || b == word+"@"+node {
				return true
			}
		}
		return false
	}
	fmt.Printf("serving with %s\n", strings.Join(args, " "))
	if does("dies") {
		return 3
	}
	terms := make(chan os.Signal, 1)
	signal.Notify(terms, syscall.SIGTERM)
	ln, err := net.Listen("tcp", s.Addr)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if err := os.WriteFile(filepath.Join(s.Dir, "pid"), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		fmt.Println(err)
		return 1
	}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if !does("mute") {
				go stubAnswers(conn, s, node, does("orphan"))
			}
		}
	}()
	for range terms {
		if !does("deaf") {
			break
		}
	}
	fmt.Print("stopped cleanly") // and no end of line
	return 0
}

// stubAnswers knows AUTH, ROLE and INFO; node N leads every group whose number
// leaves the same rest as N when it is divided by the number of nodes.
func stubAnswers(conn net.Conn, s Settings, node string, orphan bool) {
	defer conn.Close()
	number, _ := strconv.Atoi(strings.TrimPrefix(node, nodePrefix))
	nodes := max(1, len(s.Join))
	open := s.Requirepass == ""
	in := bufio.NewReader(conn)
	for {
		args, err := readStubCommand(in)
		if err != nil {
			return
		}
		var answer string
		switch {
		case args[0] == "AUTH" && args[1] == s.Requirepass:
			open, answer = true, "+OK\r\n"
		case !open:
			answer = "-NOAUTH Authentication required.\r\n"
		case args[0] == "ROLE":
			answer = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
		case args[0] == "INFO":
			info := "# Raft\r\n"
			for group := 1; group <= s.Groups; group++ {
				role, leader := "follower", "somebody:1"
				if group%nodes == number%nodes {
					role = "leader"
				}
				if orphan {
					role, leader = "candidate", ""
				}
				info += fmt.Sprintf("raft_group_%d:role=%s,term=1,leader=x,leader_addr=%s,applied=1\r\n", group, role, leader)
			}
			answer = fmt.Sprintf("$%d\r\n%s\r\n", len(info), info)
		default:
			answer = "-ERR unknown command\r\n"
		}
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
	}
}

func readStubCommand(in *bufio.Reader) ([]string, error) {
	line := func() (string, error) {
		text, err := in.ReadString('\n')
		return strings.TrimSpace(text), err
	}
	head, err := line()
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimPrefix(head, "*"))
	if err != nil {
		return nil, err
	}
	args := make([]string, n)
	for i := range args {
		if _, err := line(); err != nil { // the length: no argument here holds a line's end
			return nil, err
		}
		if args[i], err = line(); err != nil {
			return nil, err
		}
	}
	return args, nil
}
