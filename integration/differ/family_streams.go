package differ

import "strings"

// streamFamily leaves out what hangs on the clock: the id "*", and idle times
// between nothing and very long. Consumers are made with their group, for Redis
// 7.0 makes one that is new only when it gets something, 7.2 at once.
func streamFamily() *family {
	return &family{
		kinds: "x",
		holds: Streams,
		leaveOut: map[string]string{
			"xgroup|create":      "an invention makes the consumers as well",
			"xgroup|delconsumer": "an invention makes the consumer again",
			"xgroup|help":        "the words are coordd's own",
			"xinfo|help":         "the words are coordd's own",
		},
		exact: map[string]bool{"xadd": true}, // an id by mistake might be *
		forms: map[string]string{
			"xadd":         "key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] newid field value [field value ...]",
			"xautoclaim":   "key group consumer min-idle-time id [COUNT count] [JUSTID]",
			"xclaim":       "key group consumer min-idle-time id [id ...] [IDLE min-idle-time] [TIME past] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID id]",
			"xgroup|setid": "key group <id | $> [ENTRIESREAD count]",
			"xinfo|stream": "key [FULL [COUNT count]]",
			"xpending":     "key group [[IDLE min-idle-time] start end count [consumer]]",
			"xread":        "[COUNT count] STREAMS key since | [COUNT count] STREAMS key key since since | [COUNT count] STREAMS key [key ...] since [since ...]",
			"xreadgroup":   "GROUP group consumer [COUNT count] [NOACK] STREAMS key after | GROUP group consumer [COUNT count] [NOACK] STREAMS key key after after | GROUP group consumer [COUNT count] [NOACK] STREAMS key [key ...] after [after ...]",
			"xsetid":       "key last [ENTRIESADDED added MAXDELETEDID id]",
		},
		values: map[string]func(*maker) string{
			"group":    func(m *maker) string { return m.pick("g", "g", "g", "g", "h", "h", "none", "") },
			"consumer": func(m *maker) string { return m.pick("c", "d") },
			"id":       (*maker).streamID,
			"newid":    (*maker).newID,
			"start":    (*maker).firstID,
			"end":      (*maker).lastID,
			"since":    func(m *maker) string { return m.pick("0", "0", "0-0", m.streamID(), "$") },
			"after":    func(m *maker) string { return m.pick(">", ">", ">", ">", "0", m.streamID(), "$") },
			// Redis 7.2 refuses an id below the last one deleted, 7.0 does not.
			"last": func(m *maker) string {
				m.added += m.IntN(5)
				return m.pick(itoa(m.added)+"-9", itoa(m.added)+"-9", "abc", "")
			},
			"added":         func(m *maker) string { return m.pick("99", "1000", "0", "-1", "abc") },
			"past":          func(m *maker) string { return m.pick("1", "1000", "1000000") },
			"threshold":     func(m *maker) string { return m.pick(m.small(), m.small(), m.streamID()) },
			"min-idle-time": func(m *maker) string { return m.pick("0", "0", "0", "0", "100000000", "-1", "abc") },
		},
		setups: []func(*maker) []string{
			func(m *maker) []string { return []string{"XADD", m.keyOf("x"), m.newID(), m.member(), m.text()} },
			func(m *maker) []string {
				return []string{"XADD", m.keyOf("x"), m.newID(), "a", m.text(), "b", m.text()}
			},
		},
		inventions: []func(*maker) []Step{
			(*maker).groupMade, (*maker).groupMade, (*maker).manyAdded,
			func(m *maker) []Step {
				key, group, consumer := m.keyOf("x"), m.pick("g", "h"), m.pick("c", "d")
				return []Step{together(
					[]string{"XGROUP", "DELCONSUMER", key, group, consumer},
					[]string{"XGROUP", "CREATECONSUMER", key, group, consumer})}
			},
		},
	}
}

// together makes one step of several commands.
func together(commands ...[]string) Step { return Step{Commands: commands} }

func (m *maker) groupMade() []Step {
	key, group := m.keyOf("x"), m.pick("g", "g", "h")
	create := []string{"XGROUP", "CREATE", key, group, m.pick("0", "0", "$", m.streamID())}
	if m.IntN(3) > 0 {
		create = append(create, "MKSTREAM")
	}
	if m.IntN(4) == 0 {
		create = append(create, "ENTRIESREAD", m.small())
	}
	return []Step{together(create,
		[]string{"XGROUP", "CREATECONSUMER", key, group, "c"},
		[]string{"XGROUP", "CREATECONSUMER", key, group, "d"})}
}

// manyAdded makes a stream longer, sometimes over the limit of its nodes.
func (m *maker) manyAdded() []Step {
	key := m.keyOf("x")
	times := 2 + m.IntN(6)
	if m.IntN(12) == 0 {
		times = 90 + m.IntN(130)
	}
	var commands [][]string
	for range times {
		commands = append(commands, []string{"XADD", key, m.newID(), "f", m.member()})
	}
	return []Step{together(commands...)}
}

// newID mostly is greater than those before it.
func (m *maker) newID() string {
	m.added += m.IntN(2)
	switch n := m.IntN(20); {
	case n == 0:
		return m.streamID()
	case n < 4:
		return itoa(m.added) + "-*"
	case n < 8:
		m.added++
		return itoa(m.added)
	}
	return itoa(m.added) + "-" + itoa(m.IntN(5))
}

func (m *maker) streamID() string {
	if m.IntN(6) == 0 {
		return m.pick("0", "0-0", "0-1", "-", "+", "abc", "1-", "-1", "1-1-1", "", "18446744073709551615-18446744073709551615", "18446744073709551615", "18446744073709551616-0", "1-18446744073709551615", "01-02", "1 -1", ">")
	}
	return itoa(m.IntN(m.added+2)) + strings.Repeat("-"+itoa(m.IntN(5)), m.IntN(2))
}

func (m *maker) firstID() string {
	return m.pick("-", "-", "-", m.streamID(), "("+m.streamID(), "(-", "(")
}

func (m *maker) lastID() string {
	return m.pick("+", "+", "+", m.streamID(), "("+m.streamID(), "(+", "(")
}
