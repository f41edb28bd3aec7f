// Package admin holds the commands that concern a connection or a node rather
// than data: the handshake (HELLO, AUTH, CLIENT), what the server can do
// (COMMAND), and how it is (INFO, ROLE).
//
// Everything here runs on the node that the client is connected to, without
// the log. What a command needs to know beyond its connection comes through
// Config, which main fills. COMMAND, its DOCS and the HELP of every container
// are derived from the rows of the table: there is no second list of commands.
package admin
