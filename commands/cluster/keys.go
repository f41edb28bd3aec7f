package cluster

import (
	"math"
	"strconv"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
)

// errNoLeader is the answer to a look at keys that nobody could confirm.
var errNoLeader = resp.Error("CLUSTERDOWN no leader of the slot's group could be reached")

func keySlot(_ *commands.Client, args []string) resp.Reply {
	return resp.Int(int64(ring.SlotOf(args[2])))
}

// countKeys counts over the whole cluster: any node answers for any slot.
func (c *cluster) countKeys(client *commands.Client, args []string) resp.Reply {
	slot, ok := integer(args[2])
	switch {
	case !ok:
		return errNotInteger
	case slot < 0 || slot >= ring.Slots:
		return errSlot
	}
	n := int64(0)
	err := c.ScanSlot(client.State().DB, uint16(slot), math.MaxInt, func(string) { n++ })
	if err != nil {
		return errNoLeader
	}
	return resp.Int(n)
}

func (c *cluster) getKeys(client *commands.Client, args []string) resp.Reply {
	slot, ok := integer(args[2])
	if !ok {
		return errNotInteger
	}
	limit, ok := integer(args[3])
	switch {
	case !ok:
		return errNotInteger
	case slot < 0 || slot >= ring.Slots || limit < 0:
		return errSlotOrCount
	case limit == 0:
		return resp.Array()
	}
	keys := []resp.Reply{}
	err := c.ScanSlot(client.State().DB, uint16(slot), int(limit), func(key string) {
		if int64(len(keys)) < limit {
			keys = append(keys, resp.Bulk(key))
		}
	})
	if err != nil {
		return errNoLeader
	}
	return resp.Array(keys...)
}

// integer reads a number as strictly as Redis does: no sign but '-', no
// leading zero, no space.
func integer(s string) (n int64, ok bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}
