package resp

import (
	"time"
	"unsafe"

	"github.com/tidwall/redcon"
)

// batch is a pipeline on its way from redcon to Session.Serve.
type batch struct {
	cmds []Command
	args []string // what the Args of cmds are cut from
}

// add appends a command. redcon has made a copy of it that nobody else knows
// and nobody writes to, so its arguments can be strings as they are.
func (b *batch) add(cmd redcon.Command) {
	from := len(b.args)
	for _, arg := range cmd.Args {
		b.args = append(b.args, unsafe.String(unsafe.SliceData(arg), len(arg)))
	}
	b.cmds = append(b.cmds, Command{Args: b.args[from:len(b.args):len(b.args)]})
}

// keepArgs is how many arguments a batch may have had to be used again.
const keepArgs = 16 << 10

// recycle gives a batch back when nobody uses it any more.
func (s *Server) recycle(b *batch) {
	if cap(b.args) > keepArgs || cap(b.cmds) > keepArgs {
		return
	}
	clear(b.args)
	clear(b.cmds)
	b.args, b.cmds = b.args[:0], b.cmds[:0]
	s.batches.Put(b)
}

// deliver takes commands from redcon, which may cut a batch anywhere, and
// serves the batch when it is complete.
func (c *Conn) deliver(first redcon.Command, others []redcon.Command) {
	defer func() {
		if v := recover(); v != nil {
			c.panicked(v)
		}
	}()
	if c.guard.filling {
		c.guard.filling = false
		return
	}
	if c.batch == nil {
		c.batch = c.server.batches.Get().(*batch)
	}
	c.batch.add(first)
	for i := range others {
		c.batch.add(others[i])
	}
	if len(c.batch.cmds) >= c.guard.released {
		c.serve()
	}
}

// serve hands the batch to the session and sends the replies.
func (c *Conn) serve() {
	b := c.batch
	c.batch, c.guard.released = nil, 0
	if c.over() {
		return
	}
	c.active.Store(time.Now().UnixMilli())
	c.watch.setServing(true)
	c.session.Serve(b.cmds)
	c.watch.setServing(false)
	c.server.recycle(b)
	// An error has ended the connection, which is seen at the next read.
	_ = c.Flush()
}
