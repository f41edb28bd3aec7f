package cluster

import (
	"strings"

	"coordd/resp"
)

// Error texts of Redis 7.2, byte for byte.
var (
	errNotInteger  = resp.Error("ERR value is not an integer or out of range")
	errSlot        = resp.Error("ERR Invalid slot")
	errSlotOrCount = resp.Error("ERR Invalid slot or number of keys")
	errNotMaster   = resp.Error("ERR The specified node is not a master")
	errForgetSelf  = resp.Error("ERR I tried hard but I can't forget myself...")
)

func errUnknownNode(id string) resp.Reply { return resp.Error("ERR Unknown node " + oneLine(id)) }

// oneLine makes a client's bytes fit for an error reply.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }
