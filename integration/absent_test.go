package integration

import (
	"fmt"
	"testing"

	"coordd/integration/cluster"
)

// The subscribers of a node that has died are not counted for long.
func TestSubscribersOfADeadNode(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	victim := c.Others(leader)[0]
	if reply, err := victim.Dial(t).Do("SUBSCRIBE", "news"); err != nil || reply.IsError() {
		t.Fatalf("SUBSCRIBE: %v %v", reply, err)
	}
	counted := func() int64 { return leader.Do(t, "PUBSUB", "NUMSUB", "news").Elems[1].Int }
	if n := counted(); n != 1 {
		t.Fatalf("%d subscribers are counted", n)
	}
	victim.Kill(t)
	cluster.Poll(t, cluster.LeaderWithin, "the subscriber to be forgotten", func() error {
		if n := counted(); n != 0 {
			return fmt.Errorf("%d are counted", n)
		}
		return nil
	})
}
