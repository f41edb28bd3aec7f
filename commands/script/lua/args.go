package lua

import "fmt"

// Return gives a library function's results; the last call of it counts.
func (c *Call) Return(values ...Value) {
	c.done = true
	c.M.rets = append(c.M.rets[:0], values...)
}

// Errorf stops the program with a text that says which line has called.
func (c *Call) Errorf(format string, args ...any) {
	c.M.Throw(c.M.Where(1) + fmt.Sprintf(format, args...))
}

// Throw stops the program with an error of any value.
func (c *Call) Throw(v Value) { c.M.Throw(v) }

// ArgError is the error of a bad argument, counted from 1.
func (c *Call) ArgError(i int, text string) {
	name := "?"
	if c.at != nil && c.at.name != "" {
		name = c.at.name
		if c.at.method {
			if i--; i == 0 {
				c.Errorf("calling '%s' on bad self (%s)", name, text)
			}
		}
	}
	c.Errorf("bad argument #%d to '%s' (%s)", i, name, text)
}

// typeError is the error of an argument of the wrong type.
func (c *Call) typeError(i int, want string) {
	got := "no value"
	if i <= len(c.Args) {
		got = TypeName(c.Args[i-1])
	}
	c.ArgError(i, want+" expected, got "+got)
}

// Arg is an argument, counted from 1; nil where there is none.
func (c *Call) Arg(i int) Value {
	if i <= len(c.Args) {
		return c.Args[i-1]
	}
	return nil
}

// Any demands that there be an argument.
func (c *Call) Any(i int) Value {
	if i > len(c.Args) {
		c.ArgError(i, "value expected")
	}
	return c.Args[i-1]
}

// Str demands a string, or a number, which becomes one.
func (c *Call) Str(i int) string {
	s, ok := toString(c.Arg(i))
	if !ok {
		c.typeError(i, "string")
	}
	return s
}

// Num demands a number, or a string that reads as one.
func (c *Call) Num(i int) float64 {
	n, ok := toNumber(c.Arg(i))
	if !ok {
		c.typeError(i, "number")
	}
	return n
}

// Int demands a number, and cuts it to 32 bits.
func (c *Call) Int(i int) int { return toInt(c.Num(i)) }

// OptInt is Int for an argument that may be missing.
func (c *Call) OptInt(i, missing int) int {
	if c.Arg(i) == nil {
		return missing
	}
	return c.Int(i)
}

// OptStr is Str for an argument that may be missing.
func (c *Call) OptStr(i int, missing string) string {
	if c.Arg(i) == nil {
		return missing
	}
	return c.Str(i)
}

// Table demands a table.
func (c *Call) Table(i int) *Table {
	t, ok := c.Arg(i).(*Table)
	if !ok {
		c.typeError(i, "table")
	}
	return t
}

// Func demands a function.
func (c *Call) Func(i int) *Function {
	f, ok := c.Arg(i).(*Function)
	if !ok {
		c.typeError(i, "function")
	}
	return f
}

// ToNumber reads a number out of a value, or out of a string.
func ToNumber(v Value) (float64, bool) { return toNumber(v) }

// ToString reads a string out of a value, or makes one of a number.
func ToString(v Value) (string, bool) { return toString(v) }
