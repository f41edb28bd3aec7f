package main

import (
	"fmt"

	"coordd/commands/config"
)

// redisRows are settings of Redis that have no meaning to main: package config
// knows what they may be, and those whom they concern watch them there.
func (s *Settings) redisRows() []setting {
	row := func(name, form, standard, doc string) setting {
		return setting{name, "", form, standard, s.redisField(name), doc}
	}
	return []setting{
		row("slowlog-log-slower-than", "MICROSECONDS", "10000",
			"Time of a command from which on SLOWLOG keeps it; 0 keeps every command, -1 none."),
		row("slowlog-max-len", "N", "128",
			"Most commands that SLOWLOG keeps; the oldest go first."),
		row("latency-monitor-threshold", "MILLISECONDS", "0",
			"Time of an event from which on LATENCY keeps it; 0 keeps none."),
		row("latency-tracking", "yes|no", "yes",
			"Whether LATENCY HISTOGRAM and INFO latencystats count how long each command takes."),
		row("latency-tracking-info-percentiles", "LIST", "",
			"Percentiles that INFO latencystats shows, from 0 to 100, with blanks between them. Default: 50 99 99.9."),
		row("notify-keyspace-events", "LETTERS", "",
			"Classes of keyspace events that are published, in Redis's letters, until CONFIG SET gives the cluster others. Default: none."),
		row("client-output-buffer-limit", "LIST", "",
			"Most bytes of replies that may wait for a client that does not read, as in pubsub 32mb 8mb 60: class, hard limit, soft limit, "+
				"and for how many seconds the soft one may be exceeded; until CONFIG SET gives the cluster others. Default: Redis's."),
		row("enable-debug-command", "yes|no|local", "no",
			"Whether DEBUG may be called; local: from this machine only. Its words hold up the node and are for tests."),
	}
}

func (s *Settings) redisField(name string) field {
	return field{
		set: func(text string) error {
			value, err := config.Check(name, text)
			if err != nil {
				return fmt.Errorf("%q: %w", text, err)
			}
			if s.Redis == nil {
				s.Redis = map[string]string{}
			}
			s.Redis[name] = value
			return nil
		},
		show: func() string { return s.Redis[name] },
	}
}
