package admin

import (
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// memory are the words about this process's memory; MEMORY USAGE is about data.
func (a *admin) memory() []commands.Spec {
	return []commands.Spec{
		{Name: "memory|doctor", Arity: 2, Flags: commands.NonDeterministic | commands.AllShards, Since: "4.0.0", Summary: "Says whether this node's memory looks healthy.", Conn: a.memoryDoctor},
		{Name: "memory|help", Arity: 2, Flags: always, Since: "4.0.0", Summary: "Lists the subcommands.", Conn: a.help("memory")},
		{Name: "memory|malloc-stats", Arity: 2, Flags: commands.NonDeterministic | commands.AllShards, Since: "4.0.0", Summary: "Lists the figures of the Go runtime's memory.", Conn: mallocStats},
		{Name: "memory|purge", Arity: 2, Flags: commands.AllShards | commands.AllSucceeded, Since: "4.0.0", Summary: "Gives memory that is not in use back to the system.", Conn: memoryPurge},
		{Name: "memory|stats", Arity: 2, Flags: commands.NonDeterministic | commands.AllShards, Since: "4.0.0", Summary: "Tells what this node's memory is used for.", Conn: a.memoryStats},
	}
}

// seeMemory is readMemory, remembering the most that was in use.
func (a *admin) seeMemory() (now memory, peak uint64) {
	now = readMemory()
	for {
		peak = a.peak.Load()
		if now.used <= peak || a.peak.CompareAndSwap(peak, now.used) {
			return now, max(peak, now.used)
		}
	}
}

// memoryStats answers Redis's fields. What Redis counts apart and the Go runtime
// does not is 0.
func (a *admin) memoryStats(*commands.Client, []string) resp.Reply {
	m, peak := a.seeMemory()
	buffers := 0
	for _, c := range a.Clients() {
		query, output := c.Buffers()
		buffers += query + output
	}
	keys := 0
	var dbs []resp.Reply
	for db := range databases {
		n, _ := a.Keys(db)
		if keys += n; n > 0 {
			dbs = append(dbs, resp.Bulk(fmt.Sprintf("db.%d", db)), resp.Map(
				resp.Bulk("overhead.hashtable.main"), resp.Int(0), resp.Bulk("overhead.hashtable.expires"), resp.Int(0)))
		}
	}
	overhead := min(a.begun, m.used)
	dataset := m.used - overhead
	var fields []resp.Reply
	add := func(name string, value resp.Reply) { fields = append(fields, resp.Bulk(name), value) }
	count := func(name string, n uint64) { add(name, resp.Int(int64(n))) }
	count("peak.allocated", peak)
	count("total.allocated", m.used)
	count("startup.allocated", a.begun)
	count("replication.backlog", 0)
	count("clients.slaves", 0)
	count("clients.normal", uint64(buffers))
	count("cluster.links", 0)
	count("aof.buffer", 0)
	count("lua.caches", 0)
	count("functions.caches", 0)
	fields = append(fields, dbs...)
	count("overhead.total", overhead)
	count("keys.count", uint64(keys))
	count("keys.bytes-per-key", dataset/uint64(max(keys, 1)))
	count("dataset.bytes", dataset)
	add("dataset.percentage", resp.Double(percent(dataset, m.used)))
	add("peak.percentage", resp.Double(percent(m.used, peak)))
	count("allocator.allocated", m.used)
	count("allocator.active", m.mapped)
	count("allocator.resident", m.mapped)
	add("allocator-fragmentation.ratio", resp.Double(ratio(m.mapped, m.used)))
	add("allocator-fragmentation.bytes", resp.Int(int64(m.mapped)-int64(m.used)))
	add("allocator-rss.ratio", resp.Double(1))
	count("allocator-rss.bytes", 0)
	add("rss-overhead.ratio", resp.Double(1))
	count("rss-overhead.bytes", 0)
	add("fragmentation", resp.Double(ratio(m.mapped, m.used)))
	add("fragmentation.bytes", resp.Int(int64(m.mapped)-int64(m.used)))
	return resp.Map(fields...)
}

func ratio(a, b uint64) float64   { return float64(a) / float64(max(b, 1)) }
func percent(a, b uint64) float64 { return 100 * ratio(a, b) }

// memoryDoctor looks at the two things that can be wrong here: memory that the
// runtime holds without use, and clients that do not read.
func (a *admin) memoryDoctor(*commands.Client, []string) resp.Reply {
	const (
		small   = 64 << 20 // below, figures say nothing
		waiting = 16 << 20 // bytes in one client's buffers that are worth a word
	)
	m, _ := a.seeMemory()
	var advice []string
	if m.mapped > small && ratio(m.mapped, m.used) > 3 {
		advice = append(advice, fmt.Sprintf("The process holds %s and uses %s of it. It had more to keep once; MEMORY PURGE gives the rest back.", human(m.mapped), human(m.used)))
	}
	for _, c := range a.Clients() {
		if query, output := c.Buffers(); query+output > waiting {
			advice = append(advice, fmt.Sprintf("Client id=%d has %s in its buffers: it sends more, or reads less, than is good. CLIENT LIST shows it.", c.ID(), human(uint64(query+output))))
		}
	}
	if advice == nil {
		return resp.Verbatim("Nothing is wrong with the memory of this node.\n")
	}
	return resp.Verbatim(strings.Join(advice, "\n") + "\n")
}

func memoryPurge(*commands.Client, []string) resp.Reply {
	debug.FreeOSMemory()
	return resp.OK
}

// mallocStats lists what the runtime knows of its memory, in bytes.
func mallocStats(*commands.Client, []string) resp.Reply {
	var samples []metrics.Sample
	for _, d := range metrics.All() {
		if d.Kind == metrics.KindUint64 && strings.HasPrefix(d.Name, "/memory/classes/") {
			samples = append(samples, metrics.Sample{Name: d.Name})
		}
	}
	metrics.Read(samples)
	var b strings.Builder
	for _, s := range samples {
		fmt.Fprintf(&b, "%s %d\n", strings.TrimSuffix(strings.TrimPrefix(s.Name, "/memory/classes/"), ":bytes"), s.Value.Uint64())
	}
	return resp.Verbatim(b.String())
}
