package block

import (
	"slices"
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/store"
)

// The classes of commands; of other groups the class is the group's name. They
// are in snapshots and never change.
const (
	listClass   = "list"
	zsetClass   = "sorted-set"
	streamClass = "stream" // and the group of consumers, quoted
	lockClass   = "lock"
	ownClass    = "coordination" // words that Redis does not have
)

// classOf is the class of a command.
func classOf(table *commands.Table, spec *commands.Spec, args []string) string {
	switch spec.Name {
	case "reserve":
		return listClass // it takes what BLPOP takes
	case "lock":
		return lockClass
	case "xreadgroup":
		return streamClass + " " + strconv.Quote(consumerGroup(args))
	}
	return table.GroupOf(spec)
}

// consumerGroup finds the group in the options of XREADGROUP.
func consumerGroup(args []string) string {
	for i := 1; i+1 < len(args); i++ {
		switch strings.ToUpper(args[i]) {
		case "GROUP":
			return args[i+1]
		case "COUNT", "BLOCK":
			i++
		case "STREAMS":
			return ""
		}
	}
	return ""
}

// group is the group of consumers of a class, if it has one.
func (q queue) group() (group string, ok bool) {
	quoted, ok := strings.CutPrefix(q.class, streamClass+" ")
	if ok {
		group, _ = strconv.Unquote(quoted)
	}
	return group, ok
}

// queuesOf are the queues in which a command waits, in the order in which it
// looks at its keys; none for what never waits.
func queuesOf(table *commands.Table, db int, args []string) []queue {
	args = commands.Unsigned(args)
	spec := table.Lookup(args[0])
	if spec == nil || spec.Flags&commands.Blocking == 0 {
		return nil
	}
	class := classOf(table, spec, args)
	var found []queue
	for i := range spec.Keys.In(args) {
		if q := (queue{db, args[i], class}); !slices.Contains(found, q) {
			found = append(found, q)
		}
		if spec.Name == "blmove" || spec.Name == "brpoplpush" {
			break // the other key is where the element goes
		}
	}
	return found
}

// holds tells for how many clients of a queue there may be something now. Where
// that cannot be told it is one: its attempt will tell.
func holds(root *store.Tx, q queue) int {
	tx := root.On(q.db)
	switch q.class {
	case listClass:
		l, err := tx.List(q.key)
		if err != nil {
			return 0 // as in Redis, who waits for a list does not mind
		}
		return l.Len()
	case zsetClass:
		z, err := tx.ZSet(q.key)
		if err != nil {
			return 0
		}
		return z.Len()
	}
	if group, ok := q.group(); ok {
		return unread(tx, q.key, group)
	}
	return 1
}

// unread is holds for a group of consumers. One may take all that there is. When
// the group is no more, there is an error for everybody.
func unread(tx *store.Tx, key, group string) int {
	s, err := tx.Stream(key)
	if err != nil || s.Group(group) == nil {
		return mostAsked
	}
	if s.Group(group).Last().Before(s.Top()) {
		return 1
	}
	return 0
}

// isExact tells whether holds is sure.
func (q queue) isExact() bool {
	_, grouped := q.group()
	return grouped || q.class == listClass || q.class == zsetClass
}
