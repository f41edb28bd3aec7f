package sentinel

import (
	"fmt"
	"net"
	"strconv"

	"coordd/commands"
	"coordd/resp"
)

// ckQuorum counts the voters that answer this node.
func (s *sentinel) ckQuorum(v view) resp.Reply {
	usable := 0
	for _, n := range v.Nodes {
		if v.Group(1).IsVoter(n.ID) && !n.Down() {
			usable++
		}
	}
	if usable < v.majority() {
		return resp.Error(fmt.Sprintf("NOQUORUM %d usable Sentinels. Not enough available Sentinels to reach the specified quorum for this master. "+
			"Not enough available Sentinels to reach the majority and authorize a failover", usable))
	}
	return resp.Simple(fmt.Sprintf("OK %d usable Sentinels. Quorum and failover authorization can be reached", usable))
}

func (s *sentinel) failover(v view) resp.Reply {
	if len(v.Group(1).Voters) < 2 {
		return errNoReplica
	}
	if err := s.Failover(); err != nil {
		return resp.Error("ERR the master stays: " + oneLine(err.Error()))
	}
	return resp.OK
}

// isDown is the question of one Sentinel to another. No vote is ever given: "*"
// and epoch 0.
func (s *sentinel) isDown(_ *commands.Client, args []string) resp.Reply {
	for _, number := range []string{args[3], args[4]} {
		if n, err := strconv.ParseInt(number, 10, 64); err != nil || strconv.FormatInt(n, 10) != number {
			return errNotInteger
		}
	}
	down := int64(0)
	for _, n := range s.Topology().Nodes {
		if n.ClientAddr == net.JoinHostPort(args[2], args[3]) && n.Down() {
			down = 1
		}
	}
	return resp.Array(resp.Int(down), resp.Bulk("*"), resp.Int(0))
}

// reset has nothing to forget: all that a node knows of the others it learns
// anew all the time.
func (s *sentinel) reset(_ *commands.Client, args []string) resp.Reply {
	if commands.Match(args[2], s.MasterName) {
		return resp.Int(1)
	}
	return resp.Int(0)
}
