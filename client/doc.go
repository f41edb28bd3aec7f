// Package client has the jobs of coordination for Go programs: locks, elections,
// pools of servers and queues, on coordd's own words, over a connection of
// go-redis that the program brings along.
//
//	lock, err := client.Acquire(ctx, db, "nightly-report", client.LockConfig{})
//	if err != nil {
//		return err
//	}
//	defer lock.Unlock()
//	return report(lock.Context(ctx))
//
// Everything here that holds something for a time (a Lock, a leadership, a
// reserved Item) keeps it by itself, and counts it as lost while the server
// still holds it: a tenth of the time before that is over, by this machine's
// monotonic clock, counted from before the request was sent that was last
// answered. So a process whose connection fails stops in time. Two things no
// client can see: that it was stopped as a whole (a signal, a suspended machine)
// until it goes on, and that a server's clock was set forward. Lock.Fence is for
// those: it has the server refuse a write that comes too late.
//
// The connection is any client of go-redis. Its ReadTimeout bounds for how long
// a request waits at the server at a time, and is respected; a client that
// repeats commands by itself (MaxRetries) may take two turns of Pool.Pick, or
// reserve an item that comes back only after its lease. All types are safe for
// many goroutines.
package client
