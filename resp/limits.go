package resp

import (
	"errors"
	"time"
)

// Limits bound what one client can make the server hold or wait for. A zero
// field means the default in brackets, which is Redis's where Redis has one.
type Limits struct {
	// MaxClients is how many connections may be open (10000). One more gets an
	// error and is closed. Each takes about 20 KB when idle, and a descriptor:
	// the process must be allowed that many.
	MaxClients int
	// MaxBulk is the largest argument in bytes (512 MB), Redis's
	// proto-max-bulk-len. While one arrives it is held up to three times over.
	MaxBulk int
	// MaxQuery is how many bytes of a command that is not yet whole may wait
	// (1 GB), Redis's client-query-buffer-limit. More ends the connection
	// without an answer.
	MaxQuery int
	// MaxOutput is how many bytes of replies may wait for a client that does not
	// read (1 GB). More ends the connection. Redis's normal clients have no limit.
	MaxOutput int
	// Normal and PubSub are Redis's client-output-buffer-limit: for connections
	// with subscriptions, and for all others. Zero means no limit but MaxOutput.
	Normal, PubSub OutputLimit
	// MaxInline is the longest inline command in bytes (64 KB).
	MaxInline int
	// MaxArgs is how many arguments a command may have (1048576). Nothing is
	// reserved on a client's word.
	MaxArgs int
	// UnauthMaxBulk (16 KB) and UnauthMaxArgs (10) hold in place of MaxBulk and
	// MaxArgs until Conn.SetAuthenticated lifts them.
	UnauthMaxBulk int
	UnauthMaxArgs int
	// IdleTimeout ends a connection from which no whole command came for so long
	// (never). Half a command does not count, but each 64 KB of one does. The
	// time that the server takes to answer is not counted.
	IdleTimeout time.Duration
	// KeepAlive is how long a TCP connection may be silent before the kernel
	// asks the peer whether it lives (5 min); the peer is given up after about
	// twice that. Negative: never.
	KeepAlive time.Duration
}

// OutputLimit bounds what waits to be sent to a client: a connection that ever
// exceeds Hard bytes is ended, and so is one that exceeds Soft bytes for all of
// SoftFor. 0 bytes: no such limit.
type OutputLimit struct {
	Hard, Soft int
	SoftFor    time.Duration
}

// Validate says what is senseless.
func (l Limits) Validate() error {
	for _, n := range []int{
		l.MaxClients, l.MaxBulk, l.MaxQuery, l.MaxOutput, l.MaxInline, l.MaxArgs, l.UnauthMaxBulk, l.UnauthMaxArgs, int(l.IdleTimeout),
		l.Normal.Hard, l.Normal.Soft, int(l.Normal.SoftFor), l.PubSub.Hard, l.PubSub.Soft, int(l.PubSub.SoftFor),
	} {
		if n < 0 {
			return errors.New("resp: a limit must not be negative")
		}
	}
	return nil
}

// withDefaults fills in what is zero.
func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field *int
		value int
	}{
		{&l.MaxClients, 10000},
		{&l.MaxBulk, 512 << 20},
		{&l.MaxQuery, 1 << 30},
		{&l.MaxOutput, 1 << 30},
		{&l.MaxInline, 64 << 10},
		{&l.MaxArgs, 1 << 20},
		{&l.UnauthMaxBulk, 16 << 10},
		{&l.UnauthMaxArgs, 10},
	} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if l.KeepAlive == 0 {
		l.KeepAlive = 5 * time.Minute
	}
	return l
}
