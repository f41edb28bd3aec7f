// Package tracking is client-side caching: CLIENT TRACKING, and telling clients
// which of the keys that they may have cached were changed.
//
// Every node applies all changes itself, so each tells its own clients, on the
// goroutine that applies, before anybody is answered: a reply that shows a later
// state comes after the invalidations that lead there. (The session sees to it
// that this holds for reads, too: Engine.Settle.)
//
// An invalidation must also not be lost by overtaking the very value that it is
// about, when that has been read but not sent yet. So the session tells what it
// reads before it reads (Reading), and when the replies are sent (Sent);
// invalidations of those keys that came meanwhile are then sent once more.
//
// Keys count by their names alone, in whichever database, as in Redis.
package tracking
