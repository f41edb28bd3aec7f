package sentinel

import (
	"strings"

	"coordd/resp"
)

// Error texts of Redis Sentinel 7.2, byte for byte.
var (
	errNoMaster   = resp.Error("ERR No such master with that name")
	errNotInteger = resp.Error("ERR value is not an integer or out of range")
	errNoReplica  = resp.Error("NOGOODSLAVE No suitable replica to promote")
)

// oneLine makes a text fit for an error reply.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }
