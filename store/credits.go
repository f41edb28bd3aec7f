package store

// credits is the state of round robin over the members of a set or sorted set
// (PICK). It belongs to the key's state, but is no change of the key to Redis's
// words, so a pool in use does not upset those who watch it.
type credits struct{ of dict[int64] }

func (c *credits) clone() credits { return credits{c.of.clone()} }

func (c *credits) get(m string) int64 {
	v, _ := c.of.value(m)
	return v
}

func (c *credits) set(m string, v int64) {
	if v == 0 {
		c.of.forget(m)
		return
	}
	c.of.set(m, v)
}

func (c *credits) forget(m string) { c.of.forget(m) }
