package commands

// globMatch tells whether s fits Redis's pattern: ? is any byte, * any run of
// bytes, [abc] [a-z] [^a] one of a class, and \ takes the next byte as it is
// (stringmatchlen in Redis's util.c).
//
// Everything but * fits exactly one byte, so on a mismatch it is enough to
// let the last * take one byte more: time is at most len(pattern)*len(s),
// whatever the client sends.
func globMatch(pattern, s string) bool {
	p, i := 0, 0
	star, starAt := -1, 0 // after the last *, and where in s it was tried last
	for i < len(s) {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			star, starAt = p, i
			continue
		}
		if next, ok := globByte(pattern, p, s[i]); ok {
			p = next
			i++
			continue
		}
		if star < 0 {
			return false
		}
		starAt++
		p, i = star, starAt
	}
	// Redis stops at an empty key before it has looked at the pattern.
	for len(s) > 0 && p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// globByte matches the one element of the pattern at p with c, and returns
// where the next one begins.
func globByte(pattern string, p int, c byte) (next int, ok bool) {
	if p >= len(pattern) {
		return p, false
	}
	switch pattern[p] {
	case '?':
		return p + 1, true
	case '[':
		return globClass(pattern, p+1, c)
	case '\\':
		if p+1 < len(pattern) {
			p++
		}
	}
	return p + 1, pattern[p] == c
}

// globClass matches a class whose inside begins at p. One without its ] ends
// with the pattern. Redis compares the ends of a range as signed bytes and
// in either order.
func globClass(pattern string, p int, c byte) (next int, ok bool) {
	not := p < len(pattern) && pattern[p] == '^'
	if not {
		p++
	}
	found := false
	for {
		rest := len(pattern) - p
		switch {
		case rest >= 2 && pattern[p] == '\\':
			found = found || pattern[p+1] == c
			p += 2
		case rest == 0:
			return p, found != not
		case pattern[p] == ']':
			return p + 1, found != not
		case rest >= 3 && pattern[p+1] == '-':
			from, to := int8(pattern[p]), int8(pattern[p+2])
			found = found || min(from, to) <= int8(c) && int8(c) <= max(from, to)
			p += 3
		default:
			found = found || pattern[p] == c
			p++
		}
	}
}
