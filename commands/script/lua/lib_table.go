package lua

import "strings"

var tableLibrary = Library(map[string]func(c *Call){
	"concat": tableConcat, "foreach": tableForeach, "foreachi": tableForeachi, "getn": tableGetn, "insert": tableInsert,
	"maxn": tableMaxn, "remove": tableRemove, "setn": tableSetn, "sort": tableSort,
}, nil)

// changed demands a table that may be changed.
func (c *Call) changed(i int) *Table {
	t := c.Table(i)
	if t.readonly {
		c.M.raisef("Attempt to modify a readonly table")
	}
	return t
}

func tableConcat(c *Call) {
	t := c.Table(1)
	sep := c.OptStr(2, "")
	i := c.OptInt(3, 1)
	last := t.Len()
	if c.Arg(4) != nil {
		last = c.Int(4)
	}
	var b strings.Builder
	for ; i <= last; i++ {
		s, ok := toString(t.GetInt(i))
		if !ok {
			c.Errorf("invalid value (%s) at index %d in table for 'concat'", TypeName(t.GetInt(i)), i)
		}
		c.M.Step(1)
		c.M.Alloc(len(s) + len(sep))
		b.WriteString(s)
		if i < last {
			b.WriteString(sep)
		}
	}
	c.Return(b.String())
}

func tableForeach(c *Call) {
	t, f := c.Table(1), c.Func(2)
	var key Value
	for {
		k, v, ok := t.Next(key)
		if !ok {
			c.M.raisef("invalid key to 'next'")
		}
		if k == nil {
			c.Return()
			return
		}
		if r := first(c.Call(f, k, v)); r != nil {
			c.Return(r)
			return
		}
		key = k
	}
}

func tableForeachi(c *Call) {
	t, f := c.Table(1), c.Func(2)
	n := t.Len()
	for i := 1; i <= n; i++ {
		if r := first(c.Call(f, number(float64(i)), t.GetInt(i))); r != nil {
			c.Return(r)
			return
		}
	}
	c.Return()
}

func tableGetn(c *Call) { c.Return(number(float64(c.Table(1).Len()))) }

func tableSetn(c *Call) {
	c.Table(1)
	c.Errorf("'setn' is obsolete")
}

func tableMaxn(c *Call) {
	most := 0.0
	t := c.Table(1)
	c.M.Step(len(t.list) + len(t.entries))
	t.Each(func(k, _ Value) bool {
		if n, ok := k.(float64); ok {
			most = max(most, n)
		}
		return true
	})
	c.Return(number(most))
}

func tableInsert(c *Call) {
	t := c.changed(1)
	n := t.Len() + 1
	at := n
	switch len(c.Args) {
	case 2:
	case 3:
		at = c.Int(2)
		n = max(n, at)
		c.M.shift(t, at, n)
	default:
		c.Errorf("wrong number of arguments to 'insert'")
	}
	c.M.SetInt(t, at, c.Args[len(c.Args)-1])
	c.Return()
}

// shift moves t[at..n-1] up by one.
func (m *Machine) shift(t *Table, at, n int) {
	if at >= 1 && n == len(t.list)+1 && at < n && t.list[n-2] != nil {
		m.Step((n - at) / 16)
		m.SetInt(t, n, t.list[n-2])
		copy(t.list[at:n-1], t.list[at-1:n-2])
		return
	}
	for i := n; i > at; i-- {
		m.Step(1)
		m.SetInt(t, i, t.GetInt(i-1))
	}
}

func tableRemove(c *Call) {
	t := c.changed(1)
	n := t.Len()
	at := c.OptInt(2, n)
	if at < 1 || at > n {
		c.Return()
		return
	}
	removed := t.GetInt(at)
	if n <= len(t.list) {
		c.M.Step((n - at) / 16)
		copy(t.list[at-1:n], t.list[at:n])
	} else {
		for i := at; i < n; i++ {
			c.M.Step(1)
			c.M.SetInt(t, i, t.GetInt(i+1))
		}
	}
	c.M.SetInt(t, n, nil)
	c.Return(removed)
}

// sorter is table.sort at work. Equal elements end up where Lua's own quicksort
// would leave them, since scripts can see that.
type sorter struct {
	c    *Call
	t    *Table
	less Value // nil: <
}

func tableSort(c *Call) {
	t := c.changed(1)
	s := sorter{c: c, t: t}
	if c.Arg(2) != nil {
		s.less = c.Func(2)
	}
	s.sort(1, t.Len())
	c.Return()
}

func (s *sorter) get(i int) Value    { return s.t.GetInt(i) }
func (s *sorter) set(i int, v Value) { s.c.M.SetInt(s.t, i, v) }

func (s *sorter) before(a, b Value) bool {
	s.c.M.Step(2)
	if s.less != nil {
		return Truth(first(s.c.Call(s.less, a, b)))
	}
	return s.c.M.Less(a, b)
}

// order swaps two elements that stand in the wrong order.
func (s *sorter) order(lo, hi int) {
	if a, b := s.get(lo), s.get(hi); s.before(b, a) {
		s.set(lo, b)
		s.set(hi, a)
	}
}

// sort sorts from lo to hi: the median of three is the pivot, the smaller part
// is sorted by recursion.
func (s *sorter) sort(lo, hi int) {
	for lo < hi {
		s.order(lo, hi)
		if hi-lo == 1 {
			return
		}
		mid := int((uint(lo) + uint(hi)) / 2)
		if a, b := s.get(mid), s.get(lo); s.before(a, b) {
			s.set(mid, b)
			s.set(lo, a)
		} else {
			s.order(mid, hi)
		}
		if hi-lo == 2 {
			return
		}
		i := s.partition(lo, hi, mid)
		if i-lo < hi-i {
			s.sort(lo, i-1)
			lo = i + 1
		} else {
			s.sort(i+1, hi)
			hi = i - 1
		}
	}
}

// partition parts lo..hi around the element in the middle and returns where it
// ends up.
func (s *sorter) partition(lo, hi, mid int) int {
	pivot := s.get(mid)
	s.set(mid, s.get(hi-1))
	s.set(hi-1, pivot)
	i, j := lo, hi-1
	for {
		for i++; s.before(s.get(i), pivot); i++ {
			if i > hi {
				s.c.Errorf("invalid order function for sorting")
			}
		}
		for j--; s.before(pivot, s.get(j)); j-- {
			if j < lo {
				s.c.Errorf("invalid order function for sorting")
			}
		}
		if j < i {
			break
		}
		a, b := s.get(i), s.get(j)
		s.set(i, b)
		s.set(j, a)
	}
	a, b := s.get(hi-1), s.get(i)
	s.set(hi-1, b)
	s.set(i, a)
	return i
}
