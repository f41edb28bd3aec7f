package commands

import (
	"strconv"

	"coordd/resp"
)

// parseMemberScan reads "key cursor [MATCH pattern] [COUNT count]", the
// arguments of SSCAN and its kin: those of SCAN but for TYPE.
func parseMemberScan(args []string) (scanOptions, resp.Reply) {
	args = args[1:]
	for i := 2; i < len(args); i += 2 {
		if isWord(args[i], "TYPE") { // what comes before may be worse
			return parseScan(args[:i+1])
		}
	}
	return parseScan(args)
}

// scanReply is a cursor and what was found up to it.
func scanReply(next uint64, found []resp.Reply) resp.Reply {
	return resp.Array(resp.Bulk(strconv.FormatUint(next, 10)), resp.Array(found...))
}
