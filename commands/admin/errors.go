package admin

import "coordd/resp"

// Error texts of Redis 7.2, byte for byte.
var (
	errSyntax       = resp.Error("ERR syntax error")
	errNotInteger   = resp.Error("ERR value is not an integer or out of range")
	errIntRange     = resp.Error("ERR value is out of range, value must between -2147483648 and 2147483647")
	errDBIndex      = resp.Error("ERR DB index is out of range")
	errNotPositive  = resp.Error("ERR value is out of range, must be positive")
	errZeroOrOne    = resp.Error("ERR value is out of range, value must between 0 and 1")
	errTimeout      = resp.Error("ERR timeout is not an integer or out of range")
	errTimeoutBelow = resp.Error("ERR timeout is negative")

	errWrongPass  = resp.Error("WRONGPASS invalid username-password pair or user is disabled.")
	errNoPassword = resp.Error("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?")
	errNoProto    = resp.Error("NOPROTO unsupported protocol version")
	errProtoInt   = resp.Error("ERR Protocol version is not an integer or out of range")
	errHelloAuth  = resp.Error("NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time")

	errClientName = resp.Error("ERR Client names cannot contain spaces, newlines or special characters.")
	errClientID   = resp.Error("ERR Invalid client ID")

	errNoCommand    = resp.Error("ERR Invalid command specified")
	errNoKeys       = resp.Error("ERR The command has no key arguments")
	errCommandArity = resp.Error("ERR Invalid number of arguments specified for command")
	errCommandArgs  = resp.Error("ERR Invalid arguments specified for command")

	errSaving = resp.Error("ERR Background save already in progress")
	errFailed = resp.Error("ERR")

	errNoSuchKey   = resp.Error("ERR no such key")
	errDebugDenied = resp.Error("ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.")
	errDebugType   = resp.Error("ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|verbatim|true|false")
)
