package script

import (
	"strings"

	"coordd/resp"
)

// flags are what a script or a function says of itself.
type flags struct {
	declared  bool // it has any say: its first line begins with "#!"
	noWrites  bool
	noCluster bool
	names     []string // all that were given, in Redis's order
}

// flagNames are Redis's flags. Those without a field have no effect here: no
// memory runs out, and no replica lags unseen.
var flagNames = []string{"no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys"}

// add takes one flag; ok is false if there is none of that name.
func (f *flags) add(name string) (ok bool) {
	for _, n := range flagNames {
		ok = ok || n == name
	}
	if !ok {
		return false
	}
	had := map[string]bool{name: true}
	for _, n := range f.names {
		had[n] = true
	}
	f.names = nil
	for _, n := range flagNames {
		if had[n] {
			f.names = append(f.names, n)
		}
	}
	f.noWrites, f.noCluster = had["no-writes"], had["no-cluster"]
	return true
}

// permit judges flags before a run.
func (h *host) permit(f flags, readOnly bool) resp.Reply {
	switch {
	case !f.declared:
	case f.noCluster && h.Groups() > 1:
		return errNoCluster
	case readOnly && !f.noWrites:
		return errWriteFlag
	}
	return resp.Reply{}
}

// parseShebang reads "#!lua flags=a,b" in the first line, if it is there. code
// is the rest, with the line break, so that lines are counted right.
func parseShebang(body string) (f flags, code, why string) {
	if !strings.HasPrefix(body, "#!") {
		return f, body, ""
	}
	f.declared = true
	end := strings.IndexByte(body, '\n')
	if end < 0 {
		return f, "", "Invalid script shebang"
	}
	words := strings.Fields(body[:end])
	if words[0] != "#!lua" {
		return f, "", "Unexpected engine in script shebang: " + words[0]
	}
	for _, word := range words[1:] {
		list, ok := strings.CutPrefix(word, "flags=")
		if !ok {
			return f, "", "Unknown lua shebang option: " + word
		}
		for name := range strings.SplitSeq(list, ",") {
			if name != "" && !f.add(name) {
				return f, "", "Unexpected flag in script shebang: " + name
			}
		}
	}
	return f, body[end:], ""
}
