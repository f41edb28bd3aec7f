package session

import (
	"cmp"
	"slices"
	"sync"

	"coordd/commands"
)

// Clients is the register of all connections of a node. It is made before the
// table of commands, since CLIENT LIST reads it. Safe for many goroutines.
type Clients struct {
	mu   sync.Mutex // guards open
	open map[uint64]*commands.Client
}

// NewClients makes an empty register.
func NewClients() *Clients { return &Clients{open: map[uint64]*commands.Client{}} }

// All returns the connections that are open now, in the order of their ids.
func (c *Clients) All() []*commands.Client {
	c.mu.Lock()
	all := make([]*commands.Client, 0, len(c.open))
	for _, client := range c.open {
		all = append(all, client)
	}
	c.mu.Unlock()
	slices.SortFunc(all, func(a, b *commands.Client) int { return cmp.Compare(a.ID(), b.ID()) })
	return all
}

// Find returns the open connection of that number, or nil.
func (c *Clients) Find(id int64) *commands.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open[uint64(id)]
}

func (c *Clients) add(client *commands.Client) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[client.ID()] = client
}

func (c *Clients) remove(client *commands.Client) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, client.ID())
}
