package lua

import "strings"

var stringLibrary = Library(map[string]func(c *Call){
	"byte": stringByte, "char": stringChar, "dump": stringDump, "find": stringFind, "format": stringFormat,
	"gfind": stringGfind, "gmatch": stringGmatch, "gsub": stringGsub, "len": stringLen, "lower": stringLower,
	"match": stringMatch, "rep": stringRep, "reverse": stringReverse, "sub": stringSub, "upper": stringUpper,
}, nil)

// made returns a string that a function has built, and counts it.
func (c *Call) made(s string) {
	c.M.Alloc(len(s))
	c.Return(s)
}

// position turns one that may count from the end into one from the start.
func position(i, length int) int {
	if i < 0 {
		i += length + 1
	}
	return max(i, 0)
}

func stringLen(c *Call) { c.Return(number(float64(len(c.Str(1))))) }

func stringSub(c *Call) {
	s := c.Str(1)
	i := max(position(c.Int(2), len(s)), 1)
	j := min(position(c.OptInt(3, -1), len(s)), len(s))
	if i > j {
		c.Return("")
		return
	}
	c.Return(s[i-1 : j]) // shares the bytes
}

func stringByte(c *Call) {
	s := c.Str(1)
	from := c.OptInt(2, 1)
	i := position(from, len(s))
	j := min(position(c.OptInt(3, i), len(s)), len(s))
	i = max(i, 1)
	if i > j {
		c.Return()
		return
	}
	if j-i >= maxResults {
		c.Errorf("string slice too long")
	}
	values := make([]Value, 0, j-i+1)
	for _, b := range []byte(s[i-1 : j]) {
		values = append(values, number(float64(b)))
	}
	c.Return(values...)
}

func stringChar(c *Call) {
	b := make([]byte, len(c.Args))
	for i := range b {
		n := c.Int(i + 1)
		if n < 0 || n > 255 {
			c.ArgError(i+1, "invalid value")
		}
		b[i] = byte(n)
	}
	c.made(string(b))
}

func stringDump(c *Call) {
	c.Func(1)
	c.Errorf("unable to dump given function")
}

func stringRep(c *Call) {
	s := c.Str(1)
	n := max(c.Int(2), 0)
	if len(s) > 0 && n > c.M.limits.Bytes/len(s) {
		c.M.Alloc(c.M.limits.Bytes + 1) // it would not fit an int either
	}
	c.M.Alloc(n * len(s))
	c.Return(strings.Repeat(s, n))
}

func stringReverse(c *Call) {
	s := c.Str(1)
	c.M.Alloc(len(s))
	b := make([]byte, len(s))
	for i := range b {
		b[i] = s[len(s)-1-i]
	}
	c.Return(string(b))
}

func stringLower(c *Call) { c.mapped('A', 'Z') }

func stringUpper(c *Call) { c.mapped('a', 'z') }

// mapped changes the case of the letters from lo to hi.
func (c *Call) mapped(lo, hi byte) {
	b := []byte(c.Str(1))
	c.M.Alloc(len(b))
	for i, x := range b {
		if lo <= x && x <= hi {
			b[i] = x ^ 0x20
		}
	}
	c.Return(string(b))
}

func stringFind(c *Call) { c.search(true) }

func stringMatch(c *Call) { c.search(false) }

// search is find and match.
func (c *Call) search(find bool) {
	s, pattern := c.Str(1), c.Str(2)
	init := min(max(position(c.OptInt(3, 1), len(s)), 1)-1, len(s))
	if find && (Truth(c.Arg(4)) || !strings.ContainsAny(pattern, "^$*+?.([%-")) {
		c.M.Step((len(s) - init) / 16)
		if at := strings.Index(s[init:], pattern); at >= 0 {
			c.Return(number(float64(init+at+1)), number(float64(init+at+len(pattern))))
			return
		}
		c.Return(nil)
		return
	}
	m := matcher{c: c, src: s}
	anchored := strings.HasPrefix(pattern, "^")
	m.pattern = strings.TrimPrefix(pattern, "^")
	if !anchored {
		m.pattern = pattern
	}
	for from := init; from <= len(s); from++ {
		m.level = 0
		if end := m.match(from, 0); end >= 0 {
			if find {
				c.Return(append([]Value{number(float64(from + 1)), number(float64(end))}, m.captures(nil)...)...)
			} else {
				whole := s[from:end]
				c.Return(m.captures(&whole)...)
			}
			return
		}
		if anchored {
			break
		}
	}
	c.Return(nil)
}

func stringGfind(c *Call) {
	c.Errorf("'string.gfind' was renamed to 'string.gmatch'")
}

func stringGmatch(c *Call) {
	s, pattern := c.Str(1), c.Str(2)
	c.M.Alloc(sizeTable)
	from := 0
	c.Return(Native(func(c *Call) {
		m := matcher{c: c, src: s, pattern: pattern}
		for ; from <= len(s); from++ {
			m.level = 0
			end := m.match(from, 0)
			if end < 0 {
				continue
			}
			whole := s[from:end]
			if from = end; whole == "" {
				from++
			}
			c.Return(m.captures(&whole)...)
			return
		}
		c.Return(nil)
	}))
}

func stringGsub(c *Call) {
	s, pattern := c.Str(1), c.Str(2)
	by := c.Arg(3)
	switch by.(type) {
	case string, float64, *Table, *Function:
	default:
		c.ArgError(3, "string/function/table expected")
	}
	most := c.OptInt(4, len(s)+1)
	anchored := strings.HasPrefix(pattern, "^")
	if anchored {
		pattern = pattern[1:]
	}
	m := matcher{c: c, src: s, pattern: pattern}
	var b strings.Builder
	at, n := 0, 0
	for n < most {
		m.level = 0
		end := m.match(at, 0)
		if end >= 0 {
			n++
			r := m.replacement(by, at, end)
			c.M.Alloc(len(r))
			b.WriteString(r)
		}
		switch {
		case end > at:
			at = end
		case at < len(s):
			b.WriteByte(s[at])
			at++
		default:
			at++ // behind the end: done
		}
		if at > len(s) || anchored {
			break
		}
	}
	rest := s[min(at, len(s)):]
	c.M.Alloc(len(s))
	b.WriteString(rest)
	c.Return(b.String(), number(float64(n)))
}
