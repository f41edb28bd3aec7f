package cluster

import (
	"errors"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// forget removes a node for good. As in Redis 7.2, to forget a node once more
// is no error, so tools may send the word to every node in turn.
func (c *cluster) forget(_ *commands.Client, args []string) resp.Reply {
	id := strings.Clone(args[2])
	if id == c.Topology().Self {
		return errForgetSelf
	}
	switch err := c.Forget(id); {
	case err == nil:
		return resp.OK
	case errors.Is(err, ErrUnknownNode):
		return errUnknownNode(id)
	default:
		return resp.Error("ERR the node may not have been forgotten, and the command may be repeated: " + oneLine(err.Error()))
	}
}
