package commands

import "coordd/store"

// How many entries a group has read is counted, as long as nothing was removed
// from the part that it has still to read; the length of the stream, which is
// what is left, does not tell what there was. What is said here of the count is
// Redis's answer in each case, also where more could be known.

// readUpTo is how many entries of the stream the group has read when it gets
// the one of an id, or Unknown.
func readUpTo(s *store.Stream, g *store.Group, id store.StreamID) int64 {
	switch {
	case g.Read() != store.Unknown && !removedSince(s, id):
		return g.Read() + 1
	case s.Added() != 0: // XSETID can make it pass the largest number there is
		return entriesUpTo(s, id)
	}
	return g.Read()
}

// removedSince tells whether entries may be missing from an id on.
func removedSince(s *store.Stream, id store.StreamID) bool {
	return hasGap(s) && !s.Deleted().Before(id)
}

// hasGap tells whether entries may be missing behind the first one.
func hasGap(s *store.Stream) bool {
	return s.Len() > 0 && s.Deleted() != store.StreamID{} && !s.Deleted().Before(s.First())
}

// entriesUpTo is how many entries were ever added up to an id, or Unknown. It
// can be told at the ends of the stream.
func entriesUpTo(s *store.Stream, id store.StreamID) int64 {
	switch order := id.Compare(s.Last()); {
	case s.Added() == 0:
		return 0
	case s.Len() == 0 && order <= 0, order == 0:
		return s.Added()
	case order > 0:
		return store.Unknown
	}
	if hasGap(s) {
		return store.Unknown
	}
	switch order := id.Compare(s.First()); {
	case order < 0:
		return s.Added() - int64(s.Len())
	case order == 0:
		return s.Added() - int64(s.Len()) + 1
	}
	return store.Unknown
}

// lagOf is how many entries of the stream the group has still to read, or false
// when nobody knows.
func lagOf(s *store.Stream, g *store.Group) (lag int64, known bool) {
	read := g.Read()
	if s.Added() == 0 {
		return 0, true
	}
	if read == store.Unknown || removedSince(s, g.Last()) {
		read = entriesUpTo(s, g.Last())
	}
	return s.Added() - read, read != store.Unknown
}
