package main

import (
	"bytes"
	"io"
	"sync"
)

// console is a writer that several processes share line by line.
type console struct {
	mu  sync.Mutex // held for each line, so that lines stay whole
	out io.Writer
}

// line writes one line. That nobody reads standard error any more is no reason
// to stop a cluster, so a failure is passed over.
func (c *console) line(name, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = io.WriteString(c.out, name+": "+text+"\n")
}

// prefixed is the output of one process on its way to a console: each line
// leaves whole, behind the process's name. Only one goroutine may use it.
type prefixed struct {
	console *console
	name    string
	partial []byte // the line whose end has not come yet
}

// maxLine is where a line without an end is broken, in bytes.
const maxLine = 64 << 10

func (p *prefixed) Write(b []byte) (int, error) {
	p.partial = append(p.partial, b...)
	for {
		end := bytes.IndexByte(p.partial, '\n')
		if end < 0 {
			break
		}
		p.console.line(p.name, string(p.partial[:end]))
		p.partial = p.partial[end+1:]
	}
	if len(p.partial) >= maxLine {
		p.end()
	}
	return len(b), nil
}

// end writes what is left of a line that will not be completed.
func (p *prefixed) end() {
	if len(p.partial) > 0 {
		p.console.line(p.name, string(p.partial))
		p.partial = nil
	}
}
