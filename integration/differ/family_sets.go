package differ

func setFamily() *family {
	return &family{
		kinds: "e",
		holds: Sets,
		leaveOut: map[string]string{
			"spop": "what is left hangs on chance: an invention draws and starts anew",
		},
		forms: map[string]string{
			"sscan": "key cursor COUNT enough [MATCH pattern] | key cursor [MATCH pattern] [COUNT enough]",
		},
		values: map[string]func(*maker) string{
			"enough":            (*maker).enough,
			"srandmember.count": (*maker).chanceCount,
		},
		setups: []func(*maker) []string{
			func(m *maker) []string {
				return []string{"SADD", m.keyOf("e"), m.member(), m.member(), m.member(), m.member()}
			},
			func(m *maker) []string { return []string{"SADD", m.keyOf("e"), m.small(), m.small(), m.small()} },
			func(m *maker) []string {
				return m.burst([]string{"SADD", m.keyOf("e")}, func() []string { return []string{m.text()} })
			},
			func(m *maker) []string {
				return m.burst([]string{"SADD", m.keyOf("e")}, func() []string { return []string{itoa(m.IntN(2000))} })
			},
		},
		inventions: []func(*maker) []Step{
			func(m *maker) []Step { return m.walk("SSCAN", m.keyOf("e")) },
			func(m *maker) []Step { return m.draws("SRANDMEMBER", "SMEMBERS", m.keyOf("e")) },
			(*maker).pops,
		},
	}
}
