package differ

func listFamily() *family {
	return &family{
		kinds: "l",
		holds: Lists,
		setups: []func(*maker) []string{
			func(m *maker) []string { return []string{"RPUSH", m.keyOf("l"), m.text(), m.text(), m.text()} },
			func(m *maker) []string { return []string{"RPUSH", m.keyOf("l"), "a", "b", "a", "c", "a", "b"} },
			func(m *maker) []string {
				return m.burst([]string{"RPUSH", m.keyOf("l")}, func() []string { return []string{m.text()} })
			},
		},
	}
}
