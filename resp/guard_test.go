package resp

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/redcon"
	"pgregory.net/rapid"
)

// tape is a connection on which given pieces arrive, one at each read. What is
// said to it is kept.
type tape struct {
	pieces [][]byte
	said   bytes.Buffer
}

func (c *tape) Read(p []byte) (int, error) {
	if len(c.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.pieces[0])
	if c.pieces[0] = c.pieces[0][n:]; len(c.pieces[0]) == 0 {
		c.pieces = c.pieces[1:]
	}
	return n, nil
}

func (c *tape) Write(p []byte) (int, error)      { return c.said.Write(p) }
func (c *tape) Close() error                     { return nil }
func (c *tape) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *tape) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *tape) SetDeadline(time.Time) error      { return nil }
func (c *tape) SetReadDeadline(time.Time) error  { return nil }
func (c *tape) SetWriteDeadline(time.Time) error { return nil }

// clerk is a session that notes the commands of each pipeline. A command AUTH
// does what it says, QUIT too.
type clerk struct {
	conn      *Conn
	pipelines [][][]string
	closed    int
}

func (s *clerk) Open(c *Conn) Session {
	s.conn = c
	return s
}

func (s *clerk) Serve(cmds []Command) {
	var pipeline [][]string
	for _, c := range cmds {
		pipeline = append(pipeline, slices.Clone(c.Args))
		switch c.Args[0] {
		case "AUTH":
			s.conn.SetAuthenticated(true)
		case "QUIT":
			s.conn.CloseAfterFlush()
		}
	}
	s.pipelines = append(s.pipelines, pipeline)
}

func (s *clerk) Close() { s.closed++ }

func (s *clerk) commands() [][]string { return slices.Concat(s.pipelines...) }

// failer is what tests of both kinds, testing's and rapid's, can do.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// play runs pieces of input through a guard and redcon's reader, as redcon's
// loop does, and returns what was served and what the client was told.
func play(t failer, limits Limits, pieces ...[]byte) (*clerk, string) {
	t.Helper()
	s, in := &clerk{}, &tape{}
	for _, p := range pieces {
		if len(p) > 0 {
			in.pieces = append(in.pieces, p)
		}
	}
	server := NewServer(nil, limits, s)
	server.admit(in)
	g := server.newConn(in).(*guard)
	rd := redcon.NewReader(g)
	for {
		cmds, err := rd.ReadCommands()
		if err != nil {
			break
		}
		g.conn.deliver(cmds[0], cmds[1:])
	}
	if s.closed != 1 || server.Stats().Connections != 0 || server.Stats().Panics != 0 {
		t.Fatalf("session closed %d times, %+v", s.closed, server.Stats())
	}
	return s, in.said.String()
}

// expect says, in the slowest and plainest way, which commands are in b and
// what the client must be told at the end. It shares nothing with the guard but
// the words of inline commands.
func expect(b []byte, l Limits, authenticated bool) (cmds [][]string, told string) {
	l = l.withDefaults()
	fail := func(text string) ([][]string, string) { return cmds, "-ERR Protocol error: " + text + "\r\n" }
	number := func() (n int, whole, ok bool) {
		end := bytes.IndexByte(b, '\n')
		if end < 0 && len(b) < maxHead {
			return 0, false, false
		}
		if end < 0 || end >= maxHead || b[end-1] != '\r' {
			return 0, true, false
		}
		text := string(b[1 : end-1])
		n, err := strconv.Atoi(text)
		b = b[end+1:]
		return n, true, err == nil && strconv.Itoa(n) == text
	}
	for len(b) > 0 {
		if b[0] != '*' {
			end := bytes.IndexByte(b, '\n')
			if end < 0 && len(b) < l.MaxInline {
				return cmds, ""
			}
			if end < 0 || end >= l.MaxInline {
				return fail("too big inline request")
			}
			words, err := splitWords(bytes.TrimSuffix(b[:end], []byte("\r")))
			if err != nil {
				return fail("unbalanced quotes in request")
			}
			b = b[end+1:]
			if len(words) > 0 {
				cmds = append(cmds, words)
				authenticated = authenticated || words[0] == "AUTH"
				if words[0] == "QUIT" {
					return cmds, ""
				}
			}
			continue
		}
		count, whole, ok := number()
		switch {
		case !whole:
			return cmds, ""
		case !ok || count > l.MaxArgs:
			return fail("invalid multibulk length")
		case count > l.UnauthMaxArgs && !authenticated:
			return fail("unauthenticated multibulk length")
		}
		var args []string
		for range count {
			if len(b) == 0 {
				return cmds, ""
			}
			if b[0] != '$' {
				shown := string(b[:1])
				if shown == "\r" || shown == "\n" {
					shown = " "
				}
				return fail("expected '$', got '" + shown + "'")
			}
			n, whole, ok := number()
			switch {
			case !whole:
				return cmds, ""
			case !ok || n < 0 || n > l.MaxBulk:
				return fail("invalid bulk length")
			case n > l.UnauthMaxBulk && !authenticated:
				return fail("unauthenticated bulk length")
			case len(b) > n && b[n] != '\r' || len(b) > n+1 && b[n+1] != '\n':
				return fail("invalid bulk length")
			case len(b) < n+2:
				return cmds, ""
			}
			args = append(args, string(b[:n]))
			b = b[n+2:]
		}
		if len(args) > 0 {
			cmds = append(cmds, args)
			authenticated = authenticated || args[0] == "AUTH"
			if args[0] == "QUIT" {
				return cmds, ""
			}
		}
	}
	return cmds, ""
}

// Pipelines may run together behind QUIT: the guard looks at a whole read, so
// commands behind a QUIT may be served with it. They are cut off here.
func upToQuit(cmds [][]string) [][]string {
	for i, c := range cmds {
		if c[0] == "QUIT" {
			return cmds[:i+1]
		}
	}
	return cmds
}

// judgePlay plays the pieces and compares with what must come of their sum.
func judgePlay(t failer, limits Limits, pieces ...[]byte) {
	t.Helper()
	whole := bytes.Join(pieces, nil)
	cmds, told := expect(whole, limits, false)
	s, said := play(t, limits, pieces...)
	if got := upToQuit(s.commands()); !slices.EqualFunc(got, cmds, slices.Equal) || said != told {
		t.Fatalf("%.300q in %d pieces: served %.300q and told %q, want %.300q and %q", whole, len(pieces), got, said, cmds, told)
	}
}

// streams are what clients may send, good and bad.
var streams = []string{
	"",
	"*1\r\n$4\r\nPING\r\n",
	"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nPING\r\n",
	"PING\r\nSET k 'a b'\n\r\n\n  \r\n*1\r\n$1\r\nx\r\nPING\r\n",
	"*0\r\n*1\r\n$1\r\nx\r\n*-1\r\n*0\r\n*-77\r\n*1\r\n$0\r\n\r\n*0\r\n",
	"*1\r\n$1\r\nx\r\n*2\r\n$1\r\na\r\n$5\r\nab", // ends half way
	"*1\r\n$1\r\nx\r\n*1\r\n$9223372036854775807\r\nx\r\n",
	"*1\r\n$9223372036854775807\r\n",
	"*4000000000\r\n", "*9223372036854775808\r\n", "*99999999999999999999999999999999999999999999\r\n",
	"*1\r\n$600000000\r\n", "*1\r\n$-1\r\n", "*2\r\n$1\r\na\r\n$-1\r\n", "*1\r\n$99999999999999999999999999999999",
	"*11\r\n", "*1\r\n$16385\r\n", "*10\r\n$16384\r\nx",
	"*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n*11\r\n" + strings.Repeat("$1\r\na\r\n", 11) + "PING\r\n",
	"*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n*2\r\n$1\r\na\r\n$20000\r\n" + strings.Repeat("b", 20000) + "\r\nPING\r\n",
	"*1\r\n$4\r\nPING\r\n*2\r\n$1\r\na\r\n$20000\r\n",
	"*1\r\n$4\r\nQUIT\r\n*1\r\n:1\r\n",
	"*1\n$1\r\nx\r\n", "*1\r\n$1\nx\r\n", "*1\r\n$1\r\nx\n\n", "*1\r\n$1\r\nxy\r\n", "*1\r\n$1\r\nx\r\r",
	"*\r\n", "*+1\r\n", "*01\r\n", "*-0\r\n", "* 1\r\n", "*1 \r\n", "*1\r\n$\r\n", "*1\r\n$+1\r\n",
	"*1\r\n:1\r\n", "*1\r\n\r\n", "*1\r\n\n", "*2\r\n$1\r\nx\r\n*1\r\n",
	"GET \"a\r\n", "GET 'a'b\r\n", "PING\r\nGET \"\r\nPING\r\n", "*1\r\n$1\r\nx\r\nGET \"a\"b\r\n",
	strings.Repeat("x", 1<<16), strings.Repeat("x y ", 1<<14) + "\r\n", strings.Repeat("x", 1<<16-2) + "\r\n",
	"\x00\xff\xfe\x01garbage\x80\r\n\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
}

func TestGuardStreams(t *testing.T) {
	for _, stream := range streams {
		whole := []byte(stream)
		judgePlay(t, Limits{}, whole)
		if len(whole) > 1000 {
			continue
		}
		for cut := range whole {
			judgePlay(t, Limits{}, whole[:cut], whole[cut:])
		}
		var bits [][]byte
		for i := range whole {
			bits = append(bits, whole[i:i+1])
		}
		judgePlay(t, Limits{}, bits...)
	}
}

// All that arrives whole in one read is served as one pipeline, wherever
// redcon's buffer happens to end.
func TestGuardKeepsPipelinesWhole(t *testing.T) {
	for _, n := range []int{1, 16, 190} {
		pipeline := bytes.Repeat(AppendCommand(nil, "ECHO", "x"), n)
		s, _ := play(t, Limits{}, pipeline, pipeline, pipeline)
		for i, p := range s.pipelines {
			if len(p) != n {
				t.Errorf("pipeline %d has %d commands, want %d", i, len(p), n)
			}
		}
	}
}

func TestGuardProperties(t *testing.T) {
	arg := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 30), func(b []byte) string { return string(b) })
	command := rapid.OneOf(
		rapid.Map(rapid.SliceOfN(arg, 1, 6), func(args []string) string { return string(AppendCommand(nil, args...)) }),
		rapid.Map(rapid.IntRange(100, 40000), func(n int) string { return string(AppendCommand(nil, "big", strings.Repeat("b", n))) }),
		rapid.SampledFrom(streams[:20]),
	)
	rapid.Check(t, func(t *rapid.T) {
		var whole []byte
		if rapid.Bool().Draw(t, "authenticated") {
			whole = AppendCommand(nil, "AUTH", "p")
		}
		whole = append(whole, strings.Join(rapid.SliceOfN(command, 0, 8).Draw(t, "commands"), "")...)
		if n := len(whole); n > 0 && rapid.IntRange(0, 9).Draw(t, "damage") == 0 {
			whole[rapid.IntRange(0, n-1).Draw(t, "at")] ^= rapid.SampledFrom([]byte{1, 2, 0x20, 0x80}).Draw(t, "flip")
		}
		var pieces [][]byte
		for rest := whole; len(rest) > 0; {
			k := rapid.IntRange(1, min(len(rest), 5000)).Draw(t, "piece")
			pieces, rest = append(pieces, rest[:k]), rest[k:]
		}
		judgePlay(t, Limits{}, pieces...)
	})
}

// fuzzLimits are small, so that short inputs can break each of them.
var fuzzLimits = Limits{MaxInline: 200, MaxBulk: 1000, MaxArgs: 50, UnauthMaxBulk: 100, UnauthMaxArgs: 5}

func FuzzGuard(f *testing.F) {
	for i, s := range streams {
		if len(s) < 1000 { // the engine is slow with long ones
			f.Add([]byte(s), uint16(i*7))
		}
	}
	f.Fuzz(func(t *testing.T, whole []byte, cut uint16) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		play(t, fuzzLimits, whole)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20+300*uint64(len(whole)) {
			t.Fatalf("%d bytes took %d bytes of memory: %.100q", len(whole), took, whole)
		}
		at := min(int(cut), len(whole))
		judgePlay(t, fuzzLimits, whole)
		judgePlay(t, fuzzLimits, whole[:at], whole[at:])
		againstRedcon(t, fuzzLimits, whole)
	})
}

// againstRedcon compares with redcon alone, on what it can be trusted with:
// frames that pass the guard. The guard must have passed just these bytes.
func againstRedcon(t failer, limits Limits, whole []byte) {
	t.Helper()
	cmds, told := expect(whole, limits, false)
	var frames []byte
	for _, c := range cmds {
		frames = AppendCommand(frames, c...)
	}
	if told != "" || len(cmds) == 0 || !bytes.Equal(frames, whole) {
		return // something is unfinished, ignored, typed or refused
	}
	rd := redcon.NewReader(bytes.NewReader(whole))
	var got [][]string
	for {
		c, err := rd.ReadCommand()
		if err != nil {
			break
		}
		var args []string
		for _, a := range c.Args {
			args = append(args, string(a))
		}
		got = append(got, args)
	}
	if !slices.EqualFunc(got, cmds, slices.Equal) {
		t.Fatalf("%q: redcon alone reads %q, with the guard %q", whole, got, cmds)
	}
}

// A long command is looked at once, however small its pieces: redcon sees
// nothing of it before it is whole, and the guard does not begin again. If one
// of them did, 70,000 pieces would take minutes.
func TestGuardLooksOnce(t *testing.T) {
	whole := AppendCommand(nil, make([]string, 180_000)...)
	in := &tape{}
	for rest := whole; len(rest) > 0; rest = rest[min(16, len(rest)):] {
		in.pieces = append(in.pieces, rest[:min(16, len(rest))])
	}
	server := NewServer(nil, Limits{}, &clerk{})
	server.admit(in)
	g := server.newConn(in).(*guard)
	g.conn.SetAuthenticated(true)
	began := time.Now()
	n, err := g.Read(make([]byte, 4096))
	if n != 4096 || err != nil || len(in.pieces) > 0 {
		t.Errorf("redcon was given %d bytes, %v, while %d pieces were to come", n, err, len(in.pieces))
	}
	if took := time.Since(began); took > patience {
		t.Errorf("took %v", took)
	}
}

func TestGuardQueryLimit(t *testing.T) {
	whole := AppendCommand(nil, "SET", "k", strings.Repeat("x", 10000))
	s, said := play(t, Limits{MaxQuery: 5000}, AppendCommand(nil, "PING"), whole[:4000], whole[4000:8000], whole[8000:])
	if got := fmt.Sprint(s.commands()); got != "[[PING]]" || said != "" {
		t.Errorf("served %s, said %q", got, said)
	}
	if n := s.conn.server.Stats().Overruns; n != 1 {
		t.Errorf("%d overruns", n)
	}
}
