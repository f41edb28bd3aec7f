package integration

import (
	"fmt"
	"strconv"
	"sync/atomic"

	"coordd/integration/cluster"
	"coordd/resp"
)

// A counter is a number on the server that one client raises while others
// check that nobody is shown less than was acknowledged before he asked.
type counter struct {
	value atomic.Int64 // the last value that INCR has answered
	reads atomic.Int64
}

const counterKey = "growing"

// grow raises the counter through a node until stop is closed.
func (c *counter) grow(n *cluster.Node, stop chan struct{}) error {
	conn, err := cluster.Dial(n.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		reply, err := conn.Do("INCR", counterKey)
		if err != nil || reply.Kind != resp.IntKind {
			return fmt.Errorf("INCR at %s: %v %s", n.Name, err, reply.Str)
		}
		if last := c.value.Load(); reply.Int != last+1 {
			return fmt.Errorf("INCR answered %d after %d", reply.Int, last)
		}
		c.value.Store(reply.Int)
	}
}

// watch reads the counter through a node until stop is closed.
func (c *counter) watch(n *cluster.Node, stop chan struct{}) error {
	conn, err := cluster.Dial(n.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		least := c.value.Load()
		reply, err := conn.Do("GET", counterKey)
		if err != nil || reply.IsError() {
			return fmt.Errorf("GET at %s: %v %s", n.Name, err, reply.Str)
		}
		got := int64(0)
		if reply.Kind == resp.BulkKind {
			if got, err = strconv.ParseInt(reply.Str, 10, 64); err != nil {
				return err
			}
		}
		if got < least {
			return fmt.Errorf("%s answered %d, but %d was acknowledged before it was asked", n.Name, got, least)
		}
		c.reads.Add(1)
	}
}
