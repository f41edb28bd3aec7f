package differ

func genericFamily() *family {
	return &family{
		kinds:    "sslhezbx",
		holds:    AllKinds,
		keysMore: 10,
		exact:    map[string]bool{"ttl": true, "pttl": true, "persist": true},
		forms: map[string]string{
			"ttl":     "key", // coordd's knows members, too
			"pttl":    "key",
			"persist": "key",
			// What order remains open behind BY is not stored, nor cut by LIMIT.
			"sort":    "key [LIMIT offset count] [GET pattern]  [GET pattern] [ASC | DESC] [ALPHA] [STORE destination] | key BY by [LIMIT offset count] [GET pattern] [ASC | DESC] [STORE destination] | key BY pattern [GET pattern] [ASC | DESC] [ALPHA]",
			"sort_ro": "key [LIMIT offset count] [GET pattern]  [GET pattern] [ASC | DESC] [ALPHA] | key BY by [LIMIT offset count] [GET pattern] [ASC | DESC] | key BY pattern [GET pattern] [ASC | DESC] [ALPHA]",
			"scan":    "cursor COUNT enough [MATCH pattern] [TYPE type] | cursor [MATCH pattern] [COUNT enough] [TYPE type]",
		},
		leaveOut: map[string]string{
			"object|help": "the text names other versions' words",
			"dump":        "its bytes are a version's own: an invention restores what Redis has dumped",
		},
		values: map[string]func(*maker) string{
			"enough":           (*maker).enough,
			"type":             (*maker).typeName,
			"sort.pattern":     (*maker).sortPattern,
			"sort_ro.pattern":  (*maker).sortPattern,
			"by":               (*maker).sortBy,
			"offset":           (*maker).small,
			"sort.count":       (*maker).small,
			"sort_ro.count":    (*maker).small,
			"db":               (*maker).database,
			"ttl":              func(m *maker) string { return m.pick("0", "0", m.milliseconds()) },
			"restore.seconds":  (*maker).small,
			"frequency":        (*maker).small,
			"serialized-value": (*maker).odd,
		},
		setups: anySetup(),
		inventions: []func(*maker) []Step{
			func(m *maker) []Step { return m.walk("SCAN") },
			func(m *maker) []Step {
				return []Step{{Commands: [][]string{{"DUMP", m.key()}, {"RESTORE", m.key(), "0", "", "REPLACE"}}, Carry: true}}
			},
			func(m *maker) []Step { return m.draws("RANDOMKEY", "KEYS", "*") },
		},
	}
}

// anySetup is the setups of all families of types.
func anySetup() []func(*maker) []string {
	var all []func(*maker) []string
	for _, f := range []*family{stringFamily(), bitmapFamily(), hashFamily(), listFamily(), setFamily(), zsetFamily(), streamFamily()} {
		all = append(all, f.setups...)
	}
	return all
}

// sortPattern names keys by elements of the habit's collections: "s*" for the
// element 0 is s0.
func (m *maker) sortPattern() string {
	return m.pick("s*", "s*", "h*->a", "h*->b", "n*", "#", "nosort", "s0", "*", "l*", "h*->", "->", "*->*", "x*->a", "#*", "")
}

func (m *maker) sortBy() string { return m.pick("s*", "n*", "h*->a", "h*->1", "*", "e*") }

func (m *maker) typeName() string {
	return m.pick("string", "list", "hash", "set", "zset", "stream", "STRING", "nosuch", "")
}

// serverFamily is the words about all keys at once.
func serverFamily() *family {
	return &family{
		kinds: "s",
		rare:  true,
		values: map[string]func(*maker) string{
			"index1": (*maker).database,
			"index2": (*maker).database,
		},
		setups: anySetup(),
		leaveOut: map[string]string{
			"memory|usage": "each server counts its own bytes",
			"dbsize":       "Redis counts keys that are due until it has looked at them: asked at the end instead",
		},
	}
}
