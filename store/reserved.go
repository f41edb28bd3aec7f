package store

// Reserved is the database that stands beside a client's one: what is out of
// sight of it for a time. It is emptied and swapped together with that. A
// field of a hash there whose deadline comes is not just removed: the function
// given to OnReturn learns of it.
func (tx *Tx) Reserved() *Tx { return tx.On(reserved + tx.db.number) }

// Visible is the client's database beside which this one, got from Reserved,
// stands.
func (tx *Tx) Visible() *Tx { return tx.On(tx.db.number - reserved) }

// OnReturn sets what is done when the deadline of a field in a Reserved database
// has come: f is called with that database, the key of the hash, the field and
// what its value was, after it was removed. It is a part of the entry, or of the
// command that has come across it, and must do the same on every node. It must
// be set before the first entry.
func (s *Store) OnReturn(f func(tx *Tx, key, field, value string)) { s.onReturn = f }

// returned is a field whose deadline has come.
type returned struct{ field, value string }

func (tx *Tx) giveBack(key string, fields []returned) {
	if tx.s.onReturn == nil {
		return
	}
	for _, r := range fields {
		tx.s.onReturn(tx, key, r.field, r.value)
	}
}
