package differ

import (
	"fmt"
	"strings"

	"coordd/commands/transcript"
	"coordd/resp"
)

// shownLines is how much of a reply a report shows.
const shownLines = 30

// String shows a mismatch as a transcript that can be pasted into
// commands/testdata, with both replies where they part.
func (m *Mismatch) String() string {
	prompt := "> "
	if m.Sequence.Proto == 3 {
		prompt = "3> "
	}
	var b strings.Builder
	steps := 0
	for _, step := range m.Sequence.Steps {
		steps += len(step.Commands)
	}
	for i, args := range m.Calls[:m.Call+1] {
		if i >= steps && i < m.Call && (args[0] != "SELECT" || args[1] == "0") {
			continue // a probe that has found nothing
		}
		fmt.Fprintf(&b, "%s%s\n", prompt, quoted(args))
	}
	if m.Why != "" {
		fmt.Fprintf(&b, "! %s\n", m.Why)
	}
	redis, coordd := shown(m.Redis), shown(m.Coordd)
	width := len("redis")
	for _, line := range redis {
		width = max(width, len(line))
	}
	fmt.Fprintf(&b, "    %-*s | %s\n", width, "redis", "coordd")
	for i := range max(len(redis), len(coordd)) {
		var left, right string
		if i < len(redis) {
			left = redis[i]
		}
		if i < len(coordd) {
			right = coordd[i]
		}
		fmt.Fprintf(&b, "    %-*s | %s\n", width, left, right)
	}
	return b.String()
}

func shown(raw []byte) []string {
	reply, _, err := resp.Parse(raw)
	if err != nil {
		return []string{fmt.Sprintf("%q: %v", raw, err)}
	}
	lines := transcript.Render(reply)
	if len(lines) > shownLines {
		lines = append(lines[:shownLines:shownLines], fmt.Sprintf("... %d lines", len(lines)))
	}
	for i, line := range lines {
		lines[i] = line[:min(len(line), 120)]
	}
	return lines
}
