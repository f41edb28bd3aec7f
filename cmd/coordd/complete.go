package main

import (
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
)

// peerPortOffset lies between the client port and the peer port where the
// latter is not given: Redis Cluster's convention for its bus.
const peerPortOffset = 10000

// complete works out the settings that follow from others, and refuses those
// that contradict one another. chosen tells where each value came from.
func (s *Settings) complete(chosen map[string]given) error {
	for _, step := range []func(map[string]given) error{
		s.completePeerAddr,
		s.completeAdvertise,
		s.completeBootstrap,
		s.completePassword,
		s.checkTimeouts,
	} {
		if err := step(chosen); err != nil {
			return err
		}
	}
	return nil
}

func (s *Settings) completePeerAddr(chosen map[string]given) error {
	if s.PeerAddr == "" {
		host, port, err := splitAddress(s.Addr)
		if err != nil {
			return err
		}
		if port+peerPortOffset > 65535 {
			return chosen["addr"].refuse("%s leaves no room for a peer port %d above it: set peer-addr too", s.Addr, peerPortOffset)
		}
		s.PeerAddr = net.JoinHostPort(host, strconv.Itoa(port+peerPortOffset))
	}
	if s.PeerAddr == s.Addr {
		return chosen["peer-addr"].refuse("%s is the client address already", s.PeerAddr)
	}
	return nil
}

func (s *Settings) completeAdvertise(chosen map[string]given) error {
	var missing []string
	from := chosen["addr"]
	if s.Advertise == "" {
		if listensEverywhere(s.Addr) {
			missing = append(missing, "advertise")
		}
		s.Advertise = s.Addr
	}
	if s.PeerAdvertise == "" {
		if listensEverywhere(s.PeerAddr) {
			missing = append(missing, "peer-advertise")
			if g, ok := chosen["peer-addr"]; ok && len(missing) == 1 {
				from = g
			}
		}
		s.PeerAdvertise = s.PeerAddr
	}
	if len(missing) > 0 {
		return from.refuse("a node can listen on every address of its machine, but others must be told one to dial: set %s to HOST:PORT",
			strings.Join(missing, " and "))
	}
	return nil
}

func listensEverywhere(addr string) bool {
	host, _, err := splitAddress(addr)
	return err == nil && isWildcard(host)
}

func (s *Settings) completeBootstrap(chosen map[string]given) error {
	others := slices.ContainsFunc(s.Join, func(addr string) bool { return addr != s.PeerAdvertise })
	switch {
	case s.BootstrapExpect > 1 && !others:
		return chosen["bootstrap-expect"].refuse("%d nodes cannot find one another: set join to their peer addresses", s.BootstrapExpect)
	case s.BootstrapExpect == 1 && others:
		return chosen["bootstrap-expect"].refuse("a node that founds a cluster alone cannot join another: leave out bootstrap-expect or join")
	case s.BootstrapExpect == 0 && len(s.Join) == 0:
		s.BootstrapExpect = 1
	case s.BootstrapExpect == 0 && !others:
		return chosen["join"].refuse("%s is this node itself: name another node of the cluster", s.PeerAdvertise)
	}
	return nil
}

// completePassword reads the password file. The two ways to give a password
// exclude one another, so that nobody believes in the wrong one.
func (s *Settings) completePassword(chosen map[string]given) error {
	if s.RequirepassFile == "" {
		return nil
	}
	origin := chosen["requirepass-file"]
	if other, both := chosen["requirepass"]; both {
		return origin.refuse("%s gives a password too: keep one of the two", other.from)
	}
	content, err := os.ReadFile(s.RequirepassFile)
	if err != nil {
		return origin.trouble(err)
	}
	password := strings.TrimRight(string(content), "\r\n")
	if password == "" || strings.ContainsAny(password, "\r\n") {
		return origin.refuse("the file does not hold one line with a password")
	}
	s.Requirepass = password
	return nil
}

func (s *Settings) checkTimeouts(chosen map[string]given) error {
	if s.ElectionTimeout < s.HeartbeatTimeout {
		return chosen["election-timeout"].refuse("%v is less than heartbeat-timeout, which is %v", s.ElectionTimeout, s.HeartbeatTimeout)
	}
	return nil
}
