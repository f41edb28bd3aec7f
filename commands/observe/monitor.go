package observe

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// monitors are the connections that are shown every command.
type monitors struct {
	some atomic.Bool // there may be one: so much is looked at for every command
	show func(c *commands.Client, db int, spec *commands.Spec, args []string)
	now  func() time.Time

	mu   sync.Mutex // guards list
	list []*commands.Client
}

// Monitor implements session.Observer.
func (r *Recorder) Monitor() func(c *commands.Client, db int, spec *commands.Spec, args []string) {
	if !r.monitors.some.Load() {
		return nil
	}
	return r.monitors.show
}

func (r *Recorder) monitor(c *commands.Client, _ []string) resp.Reply {
	m := &r.monitors
	c.Hold() // what is shown must not overtake the reply
	c.Change(func(s *commands.ClientState) { s.Monitoring = true })
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.Contains(m.list, c) {
		m.list = append(m.list, c)
	}
	m.some.Store(true)
	return resp.OK
}

// tell shows a command to all who monitor. Words of operators are not shown, as
// in Redis: they may hold secrets.
func (m *monitors) tell(c *commands.Client, db int, spec *commands.Spec, args []string) {
	if spec.Flags&commands.Admin != 0 {
		return
	}
	line := resp.Simple(monitorLine(m.now(), c, db, redacted(spec, args)))
	for _, to := range m.present() {
		to.Push(line)
	}
}

// present drops those that have gone, or said RESET.
func (m *monitors) present() []*commands.Client {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = slices.DeleteFunc(m.list, func(c *commands.Client) bool { return c.Ended() || !c.State().Monitoring })
	m.some.Store(len(m.list) > 0)
	return slices.Clone(m.list)
}

func monitorLine(now time.Time, c *commands.Client, db int, args []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d.%06d [%d %s]", now.Unix(), now.Nanosecond()/1000, db, c.Addr())
	for _, arg := range args {
		b.WriteString(" " + quoted(arg))
	}
	return b.String()
}

// quoted writes a text as Redis does: in double quotes, and what is not
// printable ASCII escaped.
func quoted(text string) string {
	const short = "\n\r\t\a\b\"\\"
	b := []byte{'"'}
	for i := range len(text) {
		switch c := text[i]; {
		case strings.IndexByte(short, c) >= 0:
			b = append(b, '\\', `nrtab"\`[strings.IndexByte(short, c)])
		case c < ' ' || c > '~':
			b = append(b, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

const hexDigits = "0123456789abcdef"

// secrets are the settings whose values nobody is shown.
var secrets = map[string]bool{"requirepass": true, "masterauth": true, "masteruser": true}

// redacted takes the secrets out of a command.
func redacted(spec *commands.Spec, args []string) []string {
	from, to := len(args), len(args)
	switch spec.Name {
	case "auth":
		from = 1
	case "acl|setuser":
		from = 3
	case "hello":
		for i := range args {
			if strings.EqualFold(args[i], "auth") {
				from, to = i+1, min(i+3, len(args))
				break
			}
		}
	case "config|set":
		return redactedPairs(args)
	}
	if from >= to {
		return args
	}
	args = slices.Clone(args)
	for i := from; i < to; i++ {
		args[i] = "(redacted)"
	}
	return args
}

func redactedPairs(args []string) []string {
	args = slices.Clone(args)
	for i := 2; i+1 < len(args); i += 2 {
		if secrets[strings.ToLower(args[i])] {
			args[i+1] = "(redacted)"
		}
	}
	return args
}
