package integration

import (
	"testing"

	"coordd/integration/cluster"
)

// CONFIG SET notify-keyspace-events on one node has every node publish the
// events of all.
func TestNotificationsAreSwitchedOn(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	listener, err := cluster.Dial(c.Nodes[1].Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c.Nodes[0].Do(t, "CONFIG", "SET", "notify-keyspace-events", "K$")
	if _, err := listener.Do("SUBSCRIBE", "__keyspace@0__:watched"); err != nil {
		t.Fatal(err)
	}
	for _, n := range c.Nodes {
		n.Do(t, "DBSIZE") // the node has caught up then
		n.Do(t, "SET", "watched", "1")
		message, err := listener.Receive()
		if err != nil || len(message.Elems) != 3 || message.Elems[2].Str != "set" {
			t.Errorf("of a SET on %s: %+v %v", n.Name, message, err)
		}
	}
}

// A key that a read misses on any node is told on every node, also when the read
// was part of the log; nobody is told while the class is off.
func TestMissesAreTold(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	listener := c.Nodes[1].Dial(t)
	listener.Timeout = messageWithin
	if _, err := listener.Do("PSUBSCRIBE", "__key*__:*"); err != nil {
		t.Fatal(err)
	}
	expect := func(what string, events ...string) {
		t.Helper()
		for _, want := range events {
			m, err := listener.Receive()
			if err != nil || len(m.Elems) != 4 || m.Elems[2].Str+" "+m.Elems[3].Str != want {
				t.Fatalf("%s: %+v %v, want %s", what, m, err, want)
			}
		}
	}
	for _, n := range c.Nodes {
		n.Do(t, "GET", "silent") // the class is off
	}
	c.Nodes[0].Do(t, "CONFIG", "SET", "notify-keyspace-events", "E$m")
	for _, n := range c.Nodes {
		n.Do(t, "DBSIZE") // the node has caught up then
		n.Do(t, "GET", "away")
		expect("GET on "+n.Name, "__keyevent@0__:keymiss away")
		n.Do(t, "MGET", "a", "b", "a")
		expect("MGET on "+n.Name, "__keyevent@0__:keymiss a", "__keyevent@0__:keymiss b", "__keyevent@0__:keymiss a")
		n.Do(t, "EVAL", "redis.call('GET', KEYS[1]) redis.call('SET', KEYS[1], 'v') redis.call('GET', KEYS[1]) return redis.call('DEL', KEYS[1])", "1", "s")
		expect("EVAL on "+n.Name, "__keyevent@0__:keymiss s", "__keyevent@0__:set s")
		n.Do(t, "SET", "there", "v")
		n.Do(t, "GET", "there")
		expect("SET on "+n.Name, "__keyevent@0__:set there")
	}
	c.RequireEqual(t, 1)
}
