package script

import (
	"slices"
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/commands/script/lua"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// command is redis.call() and redis.pcall(): the one raises errors, the other
// returns them.
func command(c *lua.Call, raises bool) {
	r := running(c)
	args, why := words(c)
	var v lua.Value
	failed := true
	if why == "" {
		var reply resp.Reply
		if reply, why = r.carryOut(c, args); why == "" {
			failed = reply.IsError()
			v = r.fromReply(c.M, reply)
		}
	}
	if why != "" {
		v = errorTable(c.M, "ERR "+why)
	}
	if failed && len(args) > 0 {
		c.M.Set(v.(*lua.Table), "ignore_error_stats_update", true)
	}
	if failed && raises {
		c.Throw(v)
	}
	c.Return(v)
}

// words are a command's arguments.
func words(c *lua.Call) (args []string, why string) {
	if len(c.Args) == 0 {
		return nil, textNoCommand
	}
	args = make([]string, len(c.Args))
	for i, v := range c.Args {
		switch v := v.(type) {
		case string:
			args[i] = v
		case float64:
			args[i] = numberArg(v)
		default:
			return nil, textArguments
		}
	}
	return args, ""
}

// numberArg writes a number so that none of it is lost, and whole ones without an
// exponent, which commands on integers would not take.
func numberArg(f float64) string {
	const most = 1 << 62
	if i := int64(f); -most <= f && f <= most && float64(i) == f {
		return strconv.FormatInt(i, 10)
	}
	return lua.FormatG(f, 17)
}

// carryOut runs one command, or says why it may not be.
func (r *run) carryOut(c *lua.Call, args []string) (reply resp.Reply, why string) {
	const perCall = 20 // steps, about what a small command takes
	c.M.Step(perCall)
	c.M.Alloc(size(args))
	spec, refusal := r.Table().Resolve(args)
	switch {
	case spec == nil && isArity(refusal):
		return resp.Reply{}, textArity
	case spec == nil:
		return resp.Reply{}, textUnknown
	case r.forbidden(spec, args):
		return resp.Reply{}, textNotAllowed
	case spec.Data == nil:
		return r.local(spec, args)
	case spec.Flags&commands.Write != 0 && r.readOnly:
		return resp.Reply{}, textReadOnly
	case spec.Flags&commands.Blocking != 0 && commands.HasBlock(args):
		return resp.Reply{}, args[0] + textBlock
	}
	if why := r.foreign(spec, args); why != "" {
		return resp.Reply{}, why
	}
	size := r.charge(c.M, spec, args)
	r.inCommand = true
	reply = spec.Run(r.tx, args)
	r.tx.Done()
	r.inCommand = false
	if spec.Flags&commands.Write != 0 {
		grown, _ := r.weigh(spec, args)
		c.M.Alloc(max(0, grown-size))
	}
	return reply, ""
}

// forbidden tells whether a command is not for programs, or is FENCE around one.
func (r *run) forbidden(spec *commands.Spec, args []string) bool {
	if inner := commands.Fenced(spec, args); inner != nil {
		if spec, _ = r.Table().Resolve(inner); spec == nil {
			return false // FENCE says what is wrong with it
		}
	}
	return spec.Flags&commands.NoScript != 0
}

// charge counts what a command may have to look at: all of its keys' values,
// unless it is a fast read. The commands themselves know no limits. It returns
// the size of the values: what they grow by is counted after a write.
func (r *run) charge(m *lua.Machine, spec *commands.Spec, args []string) (size int) {
	const fastRead = commands.Read | commands.Fast
	if spec.Flags&fastRead == fastRead {
		return 0
	}
	size, work := r.weigh(spec, args)
	m.Step(work)
	return size
}

// weigh estimates how many bytes the values of a command's keys take, and how
// many steps it is to go through them. Few commands go through all of a
// collection, but all that change a string copy it.
func (r *run) weigh(spec *commands.Spec, args []string) (size, work int) {
	const (
		bytesPerStep    = 64
		elementsPerStep = 64
		elementSize     = 64
	)
	for i := range spec.Keys.In(args) {
		n := 0
		switch key := args[i]; r.tx.Type(key) {
		case store.StringType:
			v, _, _ := r.tx.Get(key)
			size += len(v)
			work += len(v) / bytesPerStep
		case store.ListType:
			l, _ := r.tx.List(key)
			n = l.Len()
		case store.SetType:
			s, _ := r.tx.SetOf(key)
			n = s.Len()
		case store.HashType:
			h, _ := r.tx.Hash(key)
			n = h.Len()
		case store.ZSetType:
			z, _ := r.tx.ZSet(key)
			n = z.Len()
		case store.StreamType:
			s, _ := r.tx.Stream(key)
			n = s.Len()
		}
		size += elementSize * n
		work += n / elementsPerStep
	}
	return size, work
}

func size(args []string) (n int) {
	for _, a := range args {
		n += len(a)
	}
	return n
}

// isArity tells the refusal of a wrong number of arguments from that of an
// unknown command.
func isArity(refusal resp.Reply) bool {
	return strings.HasPrefix(refusal.Str, "ERR wrong number of arguments")
}

// foreign says why a command is not for this group, or "". Where there is one
// group it never is.
func (r *run) foreign(spec *commands.Spec, args []string) string {
	if r.group == 0 && r.Groups() == 1 {
		return ""
	}
	if spec.Flags&commands.AllShards != 0 || spec.Name == "scan" {
		return textAllGroups
	}
	for i := range spec.Keys.In(args) {
		if r.Owner(ring.SlotOf(args[i])) != r.group {
			return textForeignKey
		}
	}
	return ""
}

// local carries out those commands on a connection that make sense to a
// program: what they answer, all nodes can know.
func (r *run) local(spec *commands.Spec, args []string) (reply resp.Reply, why string) {
	switch spec.Name {
	case "ping":
		switch len(args) {
		case 1:
			return resp.Simple("PONG"), ""
		case 2:
			return resp.Bulk(args[1]), ""
		}
		return resp.Error("ERR wrong number of arguments for 'ping' command"), ""
	case "echo":
		return resp.Bulk(args[1]), ""
	case "time":
		const milli = 1000
		now := r.tx.Now()
		return resp.Array(resp.Bulk(strconv.FormatInt(now/milli, 10)), resp.Bulk(strconv.FormatInt(now%milli*milli, 10))), ""
	case "select":
		return r.choose(args[1]), ""
	}
	return resp.Reply{}, textNotAllowed
}

// choose is SELECT: for the rest of the program, not for its client.
func (r *run) choose(arg string) resp.Reply {
	db, err := strconv.Atoi(arg)
	switch {
	case err != nil:
		return errNotInteger
	case db < 0 || db >= commands.Databases:
		return resp.Error("ERR DB index is out of range")
	}
	r.tx = r.tx.On(db)
	return resp.OK
}

// keysAndValues is what a map is made of.
func keysAndValues(elems []resp.Reply) func(yield func(k, v resp.Reply) bool) {
	return func(yield func(k, v resp.Reply) bool) {
		for pair := range slices.Chunk(elems, 2) {
			if !yield(pair[0], pair[1]) {
				return
			}
		}
	}
}
