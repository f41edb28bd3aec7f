package differ

import "strings"

func zsetFamily() *family {
	return &family{
		kinds: "z",
		holds: ZSets | Sets,
		forms: map[string]string{
			"zscan":            "key cursor COUNT enough [MATCH pattern] | key cursor [MATCH pattern] [COUNT enough]",
			"zrange":           "key start stop [REV] [WITHSCORES] | key min max BYSCORE [REV] [LIMIT offset count] [WITHSCORES] | level lexmin lexmax BYLEX [REV] [LIMIT offset count] | level start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]",
			"zrangestore":      "dst src start stop [REV] | dst src min max BYSCORE [REV] [LIMIT offset count] | dst level lexmin lexmax BYLEX [REV] [LIMIT offset count] | dst level min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]",
			"zrangebylex":      "level lexmin lexmax [LIMIT offset count]",
			"zrevrangebylex":   "level lexmax lexmin [LIMIT offset count]",
			"zlexcount":        "level lexmin lexmax",
			"zremrangebylex":   "level lexmin lexmax",
			"zrank":            "key member", // WITHSCORE is new in 7.2
			"zrevrank":         "key member",
			"zunion":           combined("", " [WITHSCORES]"),
			"zinter":           combined("", " [WITHSCORES]"),
			"zunionstore":      combined("destination ", ""),
			"zinterstore":      combined("destination ", ""),
			"zrevrangebyscore": "key max min [WITHSCORES] [LIMIT offset count]",
		},
		exact: map[string]bool{"zrank": true, "zrevrank": true},
		values: map[string]func(*maker) string{
			"enough":            (*maker).enough,
			"level":             (*maker).level,
			"score":             (*maker).score,
			"increment":         (*maker).score,
			"min":               (*maker).lowScore,
			"max":               (*maker).highScore,
			"lexmin":            (*maker).lowText,
			"lexmax":            (*maker).highText,
			"offset":            (*maker).small,
			"zrange.count":      (*maker).small,
			"zrandmember.count": (*maker).chanceCount,
			"weight":            (*maker).score,
		},
		setups: []func(*maker) []string{
			func(m *maker) []string {
				return []string{"ZADD", m.keyOf("z"), m.score(), m.member(), m.score(), m.member(), m.score(), m.member()}
			},
			func(m *maker) []string { return m.addToLevel()[0].Commands[0] },
			func(m *maker) []string { return []string{"ZADD", m.keyOf("z"), "1", "a", "2", "b", "3", "c", "4", "d"} },
			func(m *maker) []string {
				return m.burst([]string{"ZADD", m.keyOf("z")}, func() []string { return []string{itoa(m.IntN(100)), m.text()} })
			},
		},
		inventions: []func(*maker) []Step{
			(*maker).addToLevel,
			func(m *maker) []Step { return m.walk("ZSCAN", m.keyOf("z")) },
			func(m *maker) []Step { return m.draws("ZRANDMEMBER", "ZRANGE", m.keyOf("z"), "0", "-1") },
		},
	}
}

// combined is the syntax of ZUNION and its kin with as many weights as keys,
// which the documentation's form leaves open.
func combined(before, after string) string {
	var forms []string
	for _, keys := range []string{"1 key", "2 key key", "3 key key key", "numkeys key [key ...]"} {
		weights := strings.TrimLeft(strings.ReplaceAll(keys, "key", "weight"), "123num ")
		if keys[0] == 'n' {
			weights = "weight [weight ...]"
		}
		forms = append(forms, before+keys+" [WEIGHTS "+weights+"] [AGGREGATE <SUM | MIN | MAX>]"+after)
	}
	return strings.Join(forms, " | ")
}

// level is a sorted set whose scores are all equal, as ranges of strings want
// it; these have names of their own, or the ranges would mean nothing.
func (m *maker) level() string {
	key := "y" + itoa(m.IntN(2))
	if m.IntN(15) == 0 {
		key = "yy"
	}
	m.keys[key] |= ZSets
	return key
}

func (m *maker) addToLevel() []Step {
	if m.IntN(10) == 0 {
		return []Step{one("SET", "yy", "no sorted set")}
	}
	args := []string{"ZADD", "y" + itoa(m.IntN(2))}
	m.keys[args[1]] |= ZSets
	for range 1 + m.IntN(6) {
		args = append(args, "0", m.member())
	}
	if m.IntN(20) == 0 {
		args = m.burst(args, func() []string { return []string{"0", "w" + itoa(m.IntN(1000))} })
	}
	return []Step{one(args...)}
}

func (m *maker) score() string {
	if m.IntN(3) == 0 {
		return m.decimal()
	}
	return itoa(m.IntN(10) - 2)
}

func (m *maker) lowScore() string {
	if m.IntN(3) == 0 {
		return m.pick("-inf", "-inf", "(1", "(-1", "(", "(inf", "+inf", "1.5", "(1.5", "nan", "", "((1", "( 1", "abc")
	}
	return itoa(m.IntN(8) - 3)
}

func (m *maker) highScore() string {
	if m.IntN(3) == 0 {
		return m.pick("+inf", "inf", "(3", "(5", "(", "(-inf", "-inf", "2.5", "(2.5", "NaN", "", "[3", "abc")
	}
	return itoa(m.IntN(8) + 1)
}

func (m *maker) lowText() string {
	return m.pick("-", "-", "-", "[a", "(a", "[b", "(b", "[", "(", "+", "[ab", "a", "", "[\xff", "-x", "(c")
}

func (m *maker) highText() string {
	return m.pick("+", "+", "+", "[c", "(c", "[d", "(z", "[", "(", "-", "[a", "z", "", "[\xff", "+x")
}
