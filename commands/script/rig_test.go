package script

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// summer2024 is where the clock of every rig starts.
const summer2024 = 1_720_000_000_000

// rig is a node of one group without a network or a log. It plays transcripts:
// what the log would carry is applied at once, to two engines, which must agree.
type rig struct {
	t      testing.TB
	table  *commands.Table
	twins  [2]*commands.Engine
	index  uint64
	now    int64
	groups int
	logged []string
	dbs    map[string]int // by connection
}

var _ transcript.Player = (*rig)(nil)

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, groups: 1}
	groups, err := Groups(Config{
		Table:  func() *commands.Table { return r.table },
		Owner:  func(slot uint16) int { return int(slot) % r.groups },
		Groups: func() int { return r.groups },
		Log:    func(level int, message string) { r.logged = append(r.logged, fmt.Sprint(level, " ", message)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.table = commands.NewTable(append(append(commands.DataGroups(), groups...), connection)...)
	if err := r.Reset(); err != nil {
		t.Fatal(err)
	}
	return r
}

// connection stands in for the commands of admin that programs may call.
var connection = commands.Group{Name: "connection", Specs: []commands.Spec{
	{Name: "ping", Arity: -1, Since: "1.0.0", Summary: "Answers.", Conn: silent},
	{Name: "echo", Arity: 2, Since: "1.0.0", Summary: "Answers.", Conn: silent},
	{Name: "time", Arity: 1, Since: "1.0.0", Summary: "Answers.", Conn: silent},
	{Name: "select", Arity: 2, Since: "1.0.0", Summary: "Answers.", Conn: silent},
	{Name: "info", Arity: -1, Since: "1.0.0", Summary: "Answers.", Conn: silent},
	{Name: "auth", Arity: -2, Flags: commands.NoScript, Since: "1.0.0", Summary: "Answers.", Conn: silent},
	{Name: "client", Arity: -2, Since: "1.0.0", Summary: "Answers."},
	{Name: "client|id", Arity: 2, Flags: commands.NoScript, Since: "1.0.0", Summary: "Answers.", Conn: silent},
}}

func silent(*commands.Client, []string) resp.Reply { return resp.OK }

// Reset implements transcript.Player.
func (r *rig) Reset() error {
	for i := range r.twins {
		r.twins[i] = commands.NewEngine(r.table, store.New(ring.SlotOf))
	}
	r.now, r.dbs, r.logged = summer2024, map[string]int{}, nil
	return nil
}

// Advance implements transcript.Player.
func (r *rig) Advance(ms int64) { r.now += ms }

// Do implements transcript.Player. A command that reads is also viewed: both
// ways must agree.
func (r *rig) Do(conn string, proto resp.Proto, args []string) (resp.Reply, error) {
	conn = fmt.Sprint(conn, proto)
	spec, refusal := r.table.Resolve(args)
	switch {
	case spec == nil:
		return refusal, nil
	case spec.Name == "select":
		db, err := strconv.Atoi(args[1])
		r.dbs[conn] = db
		return resp.OK, err
	case spec.Conn != nil:
		return spec.Conn(nil, args), nil
	}
	wire, err := r.apply(r.dbs[conn], args)
	if err != nil {
		return resp.Reply{}, err
	}
	if spec.Flags&commands.Read != 0 {
		seen := r.twins[0].View(r.now, 1, r.dbs[conn], spec, args).Append(nil, resp.Wire)
		if !bytes.Equal(seen, wire) {
			return resp.Reply{}, fmt.Errorf("applied, it answers %q; on a view %q", wire, seen)
		}
	}
	reply, n, err := resp.Parse(resp.Transcode(nil, wire, proto))
	if err != nil || n == 0 {
		return reply, fmt.Errorf("the reply %q does not parse: %v", wire, err)
	}
	return reply, nil
}

// apply applies one entry to both engines and compares what comes of it.
func (r *rig) apply(db int, args []string) ([]byte, error) {
	r.index++
	var replies [2][]byte
	for i, e := range r.twins {
		replies[i] = e.Apply(r.index, r.now, [][]byte{commands.EncodeCommand(nil, db, args)})[0]
	}
	if !bytes.Equal(replies[0], replies[1]) {
		return nil, fmt.Errorf("two nodes answer %q and %q", replies[0], replies[1])
	}
	if a, b := r.twins[0].Hash(), r.twins[1].Hash(); a != b {
		return nil, fmt.Errorf("two nodes have states %x and %x", a, b)
	}
	return replies[0], nil
}

// do runs a command on a RESP3 connection and fails the test if there is no reply.
func (r *rig) do(args ...string) resp.Reply {
	r.t.Helper()
	reply, err := r.Do("", resp.RESP3, args)
	if err != nil {
		r.t.Fatalf("%q: %v", args, err)
	}
	return reply
}

// expect runs a script without keys and compares its reply, as transcripts show it.
func (r *rig) expect(script, want string) {
	r.t.Helper()
	if got := strings.Join(transcript.Render(r.do("EVAL", script, "0")), "\n"); got != want {
		r.t.Errorf("%s\n got %s\nwant %s", script, got, want)
	}
}
