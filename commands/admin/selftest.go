package admin

import (
	"coordd/commands"
	"coordd/resp"
	"coordd/store/hll"
)

// selfTests are commands that look at no data.
var selfTests = []commands.Spec{
	{Name: "pfselftest", Arity: 1, Flags: commands.Admin, Since: "2.8.9", Summary: "Checks that HyperLogLogs count well.", Conn: pfSelfTest},
}

func pfSelfTest(*commands.Client, []string) resp.Reply {
	if err := hll.SelfTest(); err != nil {
		return resp.Error("ERR TESTFAILED " + err.Error())
	}
	return resp.OK
}
