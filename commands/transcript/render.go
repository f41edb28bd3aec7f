package transcript

import (
	"fmt"
	"strconv"
	"strings"

	"coordd/resp"
)

// Render shows a reply in the lines that redis-cli would print, without the
// blank at the end of a line. Only verbatim strings, which redis-cli prints as
// they are, get a mark and quotes, and pushed messages another bullet.
func Render(r resp.Reply) []string {
	switch r.Kind {
	case resp.SimpleKind:
		return []string{simple(r.Str)}
	case resp.ErrorKind:
		return []string{"(error) " + r.Str}
	case resp.IntKind:
		return []string{fmt.Sprintf("(integer) %d", r.Int)}
	case resp.BulkKind:
		return []string{quote(r.Str)}
	case resp.NullKind, resp.NullArrayKind:
		return []string{"(nil)"}
	case resp.DoubleKind:
		return []string{"(double) " + resp.FormatDouble(r.Float)}
	case resp.BoolKind:
		return []string{"(" + strconv.FormatBool(r.Int != 0) + ")"}
	case resp.BigNumberKind:
		return []string{"(big number) " + r.Str}
	case resp.VerbatimKind:
		return []string{"(verbatim) " + quote(r.Str)}
	case resp.ArrayKind:
		return list(r.Elems, ")", "(empty array)")
	case resp.SetKind:
		return list(r.Elems, "~", "(empty set)")
	case resp.PushKind:
		return list(r.Elems, ">>", "(empty push)")
	case resp.MapKind:
		return pairs(r.Elems)
	}
	return []string{fmt.Sprintf("(unknown kind %q)", byte(r.Kind))}
}

// simple shows a simple string as it is, unless it would be taken for
// something else when it is read back.
func simple(s string) string {
	if s == "" || strings.TrimSpace(s) != s || lineKind(s) != replyLine || strings.ContainsAny(s[:1], "\"(") {
		return "(simple) " + quote(s)
	}
	return s
}

// list numbers the elements; what an element has below its first line stands
// under it.
func list(elems []resp.Reply, bullet, empty string) []string {
	if len(elems) == 0 {
		return []string{empty}
	}
	var lines []string
	width := len(strconv.Itoa(len(elems)))
	for i, e := range elems {
		label := fmt.Sprintf("%*d%s ", width, i+1, bullet)
		lines = append(lines, hang(label, Render(e))...)
	}
	return lines
}

func pairs(elems []resp.Reply) []string {
	if len(elems) == 0 {
		return []string{"(empty hash)"}
	}
	var lines []string
	width := len(strconv.Itoa(len(elems) / 2))
	for i := 0; i+1 < len(elems); i += 2 {
		label := fmt.Sprintf("%*d# ", width, i/2+1)
		key := strings.Join(Render(elems[i]), " ")
		value := Render(elems[i+1])
		if len(value) > 1 { // under the key, as redis-cli does
			lines = append(lines, label+key+" =>")
			lines = append(lines, hang(strings.Repeat(" ", len(label)), value)...)
			continue
		}
		lines = append(lines, label+key+" => "+value[0])
	}
	return lines
}

func hang(label string, lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		if i > 0 {
			label = strings.Repeat(" ", len(label))
		}
		out[i] = label + line
	}
	return out
}
