package commands

import "coordd/resp"

// bulkOrNull is the reply of a value that may be missing.
func bulkOrNull(v string, ok bool) resp.Reply {
	if !ok {
		return resp.Null
	}
	return resp.Bulk(v)
}

// oneOrZero is the integer that commands answer for yes or no.
func oneOrZero(yes bool) resp.Reply {
	if yes {
		return resp.Int(1)
	}
	return resp.Int(0)
}
