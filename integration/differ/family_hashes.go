package differ

func hashFamily() *family {
	return &family{
		kinds: "h",
		holds: Hashes,
		forms: map[string]string{
			"hscan": "key cursor COUNT enough [MATCH pattern] | key cursor [MATCH pattern] [COUNT enough]",
		},
		values: map[string]func(*maker) string{
			"enough":                 (*maker).enough,
			"hrandfield.count":       (*maker).chanceCount,
			"hincrbyfloat.increment": (*maker).decimal,
		},
		setups: []func(*maker) []string{
			func(m *maker) []string {
				return []string{"HSET", m.keyOf("h"), m.member(), m.text(), m.member(), m.number(), m.member(), m.text()}
			},
			func(m *maker) []string {
				return m.burst([]string{"HSET", m.keyOf("h")}, func() []string { return []string{m.text(), m.text()} })
			},
			func(m *maker) []string {
				return []string{"HSET", m.keyOf("h"), "a", m.number(), "b", m.decimal(), "c", m.text()}
			},
		},
		inventions: []func(*maker) []Step{
			func(m *maker) []Step { return m.walk("HSCAN", m.keyOf("h")) },
			func(m *maker) []Step { return m.draws("HRANDFIELD", "HKEYS", m.keyOf("h")) },
		},
	}
}
