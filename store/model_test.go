package store

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strconv"
)

// model is the store as one would write it without a care: maps, slices, and
// copies of everything. It says what the store must answer.
type model struct {
	now    int64
	tokens uint64
	dbs    [2]map[string]*modelValue
}

type modelValue struct {
	kind     Type
	deadline int64
	text     string             // string
	token    uint64             // mode of a lock; set: see allInts
	words    []string           // list; small set, in order; fields of a small hash, in order
	grown    bool               // set, hash, zset: it has taken its last form
	fields   map[string]string  // hash; set (to ""); lock (owner to what it holds)
	scores   map[string]float64 // zset
	credits  map[string]int64

	deadlines map[string]int64 // of members
	marks     map[string]int64
	tickets   []Ticket
	stream    *modelStream
}

func newModel() *model {
	m := &model{}
	for i := range m.dbs {
		m.dbs[i] = map[string]*modelValue{}
	}
	return m
}

func (m *model) clone() *model {
	c := &model{now: m.now, tokens: m.tokens}
	for i := range m.dbs {
		c.dbs[i] = map[string]*modelValue{}
		for k, v := range m.dbs[i] {
			c.dbs[i][k] = v.clone()
		}
	}
	return c
}

func (v *modelValue) clone() *modelValue {
	c := *v
	c.words = slices.Clone(v.words)
	c.fields, c.scores, c.credits = maps.Clone(v.fields), maps.Clone(v.scores), maps.Clone(v.credits)
	c.deadlines, c.marks, c.tickets = maps.Clone(v.deadlines), maps.Clone(v.marks), slices.Clone(v.tickets)
	c.stream = v.stream.clone()
	return &c
}

// tick moves the clock and deletes what is due.
func (m *model) tick(now int64) {
	m.now = max(m.now, now)
	for i := range m.dbs {
		maps.DeleteFunc(m.dbs[i], func(_ string, v *modelValue) bool {
			return v.isDue(m.now) || v.lapse(m.now)
		})
	}
}

func (m *model) nextDeadline() (next int64) {
	for i := range m.dbs {
		for _, v := range m.dbs[i] {
			for _, ms := range append(v.ends(), v.deadline) {
				if ms > 0 && (next == 0 || ms < next) {
					next = ms
				}
			}
		}
	}
	return next
}

// ends are the times at which something in the value ends.
func (v *modelValue) ends() []int64 {
	all := slices.AppendSeq(slices.Collect(maps.Values(v.deadlines)), maps.Values(v.marks))
	for _, t := range v.tickets {
		all = append(all, t.Deadline)
	}
	return all
}

// isDue tells whether the key has gone by its own deadline: for a lock, the last of
// its leases.
func (v *modelValue) isDue(now int64) bool {
	at := v.deadline
	if v.kind == LockType {
		at = v.lastLease()
	}
	return at != 0 && at <= now
}

// lastLease is when the last lease of a lock ends, 0: never.
func (v *modelValue) lastLease() (last int64) {
	for owner := range v.fields {
		if v.deadlines[owner] == 0 {
			return 0
		}
		last = max(last, v.deadlines[owner])
	}
	return last
}

// lapse ends what is due in the value, and tells whether it has lost its last
// member by it.
func (v *modelValue) lapse(now int64) (empty bool) {
	for m, ms := range v.deadlines {
		if ms <= now {
			v.removeAny(m)
			empty = v.len() == 0
		}
	}
	maps.DeleteFunc(v.marks, func(_ string, ms int64) bool { return ms > 0 && ms <= now })
	v.tickets = slices.DeleteFunc(v.tickets, func(t Ticket) bool { return t.Deadline <= now })
	return empty
}

func (v *modelValue) removeAny(m string) {
	if v.kind == ZSetType {
		v.removeScore(m)
	} else {
		v.removeMember(m)
	}
}

// forget is for a member that has gone.
func (v *modelValue) forget(m string) {
	delete(v.credits, m)
	delete(v.marks, m)
	delete(v.deadlines, m)
	v.tickets = slices.DeleteFunc(v.tickets, func(t Ticket) bool { return t.Member == m })
}

// open gives the value to change, made if need be; nil if it is of another type.
func (m *model) open(db int, key string, kind Type) *modelValue {
	v := m.dbs[db][key]
	if v == nil {
		v = &modelValue{kind: kind, fields: map[string]string{}, scores: map[string]float64{}, credits: map[string]int64{},
			deadlines: map[string]int64{}, marks: map[string]int64{}, stream: &modelStream{}}
		m.dbs[db][key] = v
	}
	if v.kind != kind {
		return nil
	}
	return v
}

// done removes a value that is empty.
func (m *model) done(db int, key string) {
	if v := m.dbs[db][key]; v != nil && v.kind != StringType && v.len() == 0 {
		delete(m.dbs[db], key)
	}
}

func (v *modelValue) len() int {
	switch v.kind {
	case ListType:
		return len(v.words)
	case SetType, HashType, LockType:
		return len(v.fields)
	case ZSetType:
		return len(v.scores)
	}
	return 1
}

// members are those of a set in the order of Each, of a hash its fields, of a
// sorted set by rank.
func (v *modelValue) members() []string {
	switch {
	case v.kind == ZSetType:
		ms := slices.Collect(maps.Keys(v.scores))
		slices.SortFunc(ms, func(a, b string) int {
			return cmp.Or(cmp.Compare(v.scores[a], v.scores[b]), cmp.Compare(a, b))
		})
		return ms
	case v.grown:
		ms := slices.Collect(maps.Keys(v.fields))
		slices.SortFunc(ms, func(a, b string) int {
			return cmp.Or(cmp.Compare(hash53(a), hash53(b)), cmp.Compare(a, b))
		})
		return ms
	case v.kind == SetType && v.allInts() && v.token == 0:
		ms := slices.Collect(maps.Keys(v.fields))
		sort.Slice(ms, func(i, j int) bool { return number(ms[i]) < number(ms[j]) })
		return ms
	}
	return v.words
}

// In a set, token is 1 as soon as it has held something that is no integer.
func (v *modelValue) allInts() bool {
	for m := range v.fields {
		if !isNumber(m) {
			return false
		}
	}
	return true
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

func isNumber(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && strconv.FormatInt(n, 10) == s
}

func (v *modelValue) addMember(m string) bool {
	if _, ok := v.fields[m]; ok {
		return false
	}
	before := v.members()
	ints := v.token == 0
	switch {
	case v.grown:
	case ints && isNumber(m):
		v.grown = len(v.fields) == 512
	case len(v.fields) < 128 && len(m) <= 64:
		v.token = 1
		v.words = append(slices.Clone(before), m)
	default:
		v.grown = true
	}
	v.fields[m] = ""
	return true
}

func (v *modelValue) removeMember(m string) bool {
	_, ok := v.fields[m]
	delete(v.fields, m)
	v.forget(m)
	v.words = slices.DeleteFunc(v.words, func(w string) bool { return w == m })
	return ok
}

func (v *modelValue) putField(name, value string) bool {
	_, old := v.fields[name]
	if !old && len(v.fields) == 512 || max(len(name), len(value)) > 64 {
		v.grown = true
	}
	v.fields[name] = value
	if !old {
		v.words = append(v.words, name)
	}
	return !old
}

func (v *modelValue) putScore(m string, score float64) bool {
	_, old := v.scores[m]
	if !old && (len(v.scores) >= 128 || len(m) > 64) {
		v.grown = true
	}
	v.scores[m] = score
	return !old
}

func (v *modelValue) removeScore(m string) bool {
	_, ok := v.scores[m]
	delete(v.scores, m)
	v.forget(m)
	return ok
}

// giveCredit sets the credit of the first five members.
func (v *modelValue) giveCredit(c int64) {
	for i, m := range v.members() {
		if i < 5 {
			v.credits[m] = c
		}
	}
}

// encoding is what OBJECT ENCODING must say; lists are left out.
func (v *modelValue) encoding() string {
	switch {
	case v.kind == StringType && isNumber(v.text):
		return "int"
	case v.kind == StringType && len(v.text) <= 44:
		return "embstr"
	case v.kind == StringType:
		return "raw"
	case v.kind == LockType:
		return "lock"
	case v.kind == StreamType:
		return "stream"
	case v.kind == ZSetType && v.grown:
		return "skiplist"
	case v.grown:
		return "hashtable"
	case v.kind == SetType && v.token == 0:
		return "intset"
	}
	return "listpack"
}
