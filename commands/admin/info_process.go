package admin

import (
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"

	"coordd/store"
)

// databases is how many lines the keyspace section may have.
const databases = store.Databases

func (a *admin) infoServer(p *page) {
	n := a.Node()
	up := int64(a.Now().Sub(n.Started).Seconds())
	p.line("redis_version", RedisVersion)
	p.line("coordd_version", n.Version)
	p.line("redis_mode", "standalone")
	p.line("os", runtime.GOOS+" "+runtime.GOARCH)
	p.line("arch_bits", 32<<(^uint(0)>>63))
	p.line("go_version", runtime.Version())
	p.line("process_id", os.Getpid())
	p.line("run_id", n.RunID)
	p.line("tcp_port", n.Port)
	p.line("server_time_usec", a.Now().UnixMicro())
	p.line("uptime_in_seconds", up)
	p.line("uptime_in_days", up/(24*60*60))
	p.line("executable", n.Executable)
	p.line("config_file", n.ConfigFile)
}

func (a *admin) infoClients(p *page) {
	p.line("connected_clients", len(a.Clients()))
	n := a.Node()
	p.line("maxclients", n.MaxClients)
	p.line("blocked_clients", n.Blocked)
	p.line("tracking_clients", n.Audience.Tracking)
}

// memory is what the Go runtime says of the process's memory, in bytes.
type memory struct{ used, mapped uint64 }

// readMemory does not stop the program, as runtime.ReadMemStats would.
func readMemory() memory {
	s := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(s)
	return memory{used: s[0].Value.Uint64(), mapped: s[1].Value.Uint64() - s[2].Value.Uint64()}
}

func (a *admin) infoMemory(p *page) {
	m := readMemory()
	p.line("used_memory", m.used)
	p.line("used_memory_human", human(m.used))
	p.line("used_memory_rss", m.mapped)
	p.line("used_memory_rss_human", human(m.mapped))
	p.line("used_memory_lua", 0)
	p.line("maxmemory", 0)
	p.line("maxmemory_human", human(0))
	p.line("maxmemory_policy", "noeviction")
	p.line("mem_fragmentation_ratio", fmt.Sprintf("%.2f", float64(m.mapped)/float64(max(m.used, 1))))
	p.line("mem_allocator", "go")
}

// human is a number of bytes as INFO shows it to people: 991.86K.
func human(n uint64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%dB", n)
	}
	f, units := float64(n)/(1<<10), "KMGTP"
	for f >= 1<<10 && len(units) > 1 {
		f, units = f/(1<<10), units[1:]
	}
	return fmt.Sprintf("%.2f%c", f, units[0])
}

func (a *admin) infoPersistence(p *page) {
	n := a.Node()
	loading := 0
	if !n.Ready {
		loading = 1
	}
	running, failed, _ := a.saves.state()
	saving, status := 0, "ok"
	if running {
		saving = 1
	}
	if failed {
		status = "err"
	}
	p.line("loading", loading)
	p.line("rdb_changes_since_last_save", 0) // every answered write is on disk
	p.line("rdb_bgsave_in_progress", saving)
	p.line("rdb_last_save_time", a.savedAt().Unix())
	p.line("rdb_last_bgsave_status", status)
	p.line("aof_enabled", 1) // the log is what Redis calls appendfsync always
	p.line("aof_rewrite_in_progress", 0)
	p.line("aof_rewrite_scheduled", 0)
	p.line("aof_last_bgrewrite_status", "ok")
	p.line("aof_last_write_status", "ok")
}

func (a *admin) infoStats(p *page) {
	n := a.Node()
	p.line("total_connections_received", n.Connections)
	p.line("total_commands_processed", n.Commands)
	p.line("total_net_input_bytes", n.BytesIn)
	p.line("total_net_output_bytes", n.BytesOut)
	p.line("rejected_connections", n.Rejected)
	p.line("expired_keys", n.Expired)
	p.line("evicted_keys", 0)
	p.line("pubsub_channels", n.Audience.Channels)
	p.line("pubsub_patterns", n.Audience.Patterns)
	p.line("pubsubshard_channels", n.Audience.ShardChannels)
	p.line("tracking_total_keys", n.Audience.TrackedKeys)
	p.line("tracking_total_items", n.Audience.TrackedItems)
	p.line("tracking_total_prefixes", n.Audience.TrackedPrefixes)
	p.line("total_error_replies", n.Errors)
}

func (a *admin) infoCPU(p *page) {
	system, user := cpuSeconds()
	p.line("used_cpu_sys", fmt.Sprintf("%.6f", system))
	p.line("used_cpu_user", fmt.Sprintf("%.6f", user))
}
