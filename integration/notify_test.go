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
