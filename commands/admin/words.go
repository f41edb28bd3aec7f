package admin

import (
	"strconv"
	"strings"
)

// integer reads a number as strictly as Redis does: no sign but '-', no
// leading zero, no space.
func integer(s string) (n int64, ok bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}

// isPlain tells whether a client's name for itself can stand in a line of
// CLIENT LIST: printable ASCII without a space.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < '!' || s[i] > '~' {
			return false
		}
	}
	return true
}

// oneLine makes a client's bytes fit for an error reply.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }
