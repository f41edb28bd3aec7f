package store

import "sync/atomic"

// credits is the state of round robin over the members of a set or sorted set
// (PICK). It belongs to the key's state, but is no change of the key to Redis's
// words, so a pool in use does not upset those who watch it.
type credits struct {
	of      dict[int64]
	derived atomic.Pointer[any] // see Set.Derive; no part of the state
}

func (c *credits) clone() credits { return credits{of: c.of.clone()} }

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

// forget is for a member that has gone.
func (c *credits) forget(m string) {
	c.of.forget(m)
	c.derived.Store(nil)
}

func (c *credits) derive(v any) { c.derived.Store(&v) }

func (c *credits) whatIsDerived() any {
	if v := c.derived.Load(); v != nil {
		return *v
	}
	return nil
}
