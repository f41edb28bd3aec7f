package store

import (
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
)

// Databases is the number of databases that clients can select, as Redis by
// default.
const Databases = 16

// More databases hold what belongs to the state but to no client's keyspace:
// they are replicated as the others. No command on whole databases reaches those
// with a name; those from reserved on are each one's beside a client's database,
// and emptied with it (see Reserved).
const (
	System  = Databases            // scripts, functions, shared settings
	Waiting = Databases + 1        // clients that wait, on whichever node
	Fences  = reserved + Databases // the newest tokens that FENCE has seen

	reserved     = Databases + 2
	allDatabases = Fences + 1
)

// MaxExpirePerEntry bounds what one Begin ends because it is due: keys, members
// of collections, and what PICK keeps for a time.
const MaxExpirePerEntry = 1000

// Store is the whole state of one group. It has no lock: the caller keeps a
// writer (Begin ... Done, Freeze, ReadFrom) apart from everybody else; any
// number of views may read at once. NextDeadline alone may be called any time.
type Store struct {
	slotOf func(key string) uint16
	head   head
	dbs    [allDatabases]database
	epoch  uint32       // raised by Freeze; a collection of an earlier one is not changed
	next   atomic.Int64 // the earliest deadline, 0: none

	made creations
	mine uint64 // a bit for each page of made that no Frozen sees

	onReturn func(tx *Tx, key, field, value string)

	// The writer's transaction, kept for the next one.
	turn turn
	txs  [allDatabases]Tx
}

// head is what the state holds beside the keys.
type head struct {
	index   uint64 // of the last entry begun
	now     int64  // log time (ms)
	changes uint64 // changes of keys so far: the source of versions
	tokens  uint64 // fencing tokens drawn so far
}

// New makes an empty store; slotOf maps a key to its slot, 0..16383, and must be pure.
func New(slotOf func(key string) uint16) *Store {
	s := &Store{slotOf: slotOf}
	s.turn.writes = true
	for i := range s.dbs {
		s.dbs[i] = newDatabase(i)
		s.txs[i] = Tx{s: s, db: &s.dbs[i], turn: &s.turn}
	}
	return s
}

// Begin starts entry index of the log at log time now (ms). The log time never
// goes backwards: an earlier now counts as the latest one seen. At most
// MaxExpirePerEntry keys, members, marks and tickets whose deadline has come end
// first, the earliest first. The Tx is for database 0 (see On) and serves all commands of the entry,
// one after the other, each ended by Done. Writer only.
func (s *Store) Begin(index uint64, now int64) *Tx {
	s.head.index = index
	s.head.now = max(s.head.now, now)
	s.turn.now = s.head.now
	s.turn.forgetEffects()
	s.expire()
	return &s.txs[0]
}

// expire ends what is due, in the order of (deadline, database, position, key);
// of a collection, what is due at all comes with its earliest, and a key goes
// before what is in it.
func (s *Store) expire() {
	for left := MaxExpirePerEntry; left > 0; {
		if next := s.next.Load(); next == 0 || next > s.head.now {
			return
		}
		db, inside := s.earliest()
		if inside {
			pos, e := db.firstLapse()
			_, ended := s.txs[db.number].lapse(pos, e, left)
			s.txs[db.number].Done() // of what onReturn has opened
			left -= ended
		} else {
			pos, e := db.firstDue()
			s.turn.touch(db, e.name(), true)
			db.drop(pos, e)
			left--
		}
		s.deadlinesChanged()
	}
}

// earliest is the first database with the earliest deadline, nil when there is
// none; inside says that it is of something in a collection.
func (s *Store) earliest() (found *database, inside bool) {
	var ms int64
	for i := range s.dbs {
		db := &s.dbs[i]
		if d, ok := db.due.first(); ok && (found == nil || d.ms < ms || d.ms == ms && inside) {
			found, inside, ms = db, false, d.ms
		}
		if d, ok := db.lapses.first(); ok && (found == nil || d.ms < ms) {
			found, inside, ms = db, true, d.ms
		}
	}
	return found, inside
}

func (s *Store) deadlinesChanged() {
	var ms int64
	if db, inside := s.earliest(); inside {
		first, _ := db.lapses.first()
		ms = first.ms
	} else if db != nil {
		first, _ := db.due.first()
		ms = first.ms
	}
	s.next.Store(ms)
}

// View makes a Tx for reading, for database 0 (see On). Its methods that write
// panic. Keys are visible by the log time; Now is max(now, log time). Any number
// of views may be used at once while no writer runs.
func (s *Store) View(now int64) *Tx {
	v := &struct {
		tx   Tx
		turn turn
	}{}
	v.turn.now = max(s.head.now, now)
	v.tx = Tx{s: s, db: &s.dbs[0], turn: &v.turn}
	return &v.tx
}

// NextDeadline is the earliest time (ms) at which a key goes, or something in
// one, 0 when there is none.
// It may be called at any time from any goroutine.
func (s *Store) NextDeadline() (ms int64) { return s.next.Load() }

// Time is the log time (ms): that of the last Begin.
func (s *Store) Time() int64 { return s.head.now }

// Keys counts the keys of a database, and those of them that have a deadline.
// Keys that are due but not deleted yet are counted.
func (s *Store) Keys(db int) (keys, expires int) {
	return s.dbs[db].keys.len(), s.dbs[db].due.n
}

// position is where a key stands in its database: by slot, then by hash.
func (s *Store) position(key string) uint64 {
	const hashBits = slotShift
	return uint64(s.slotOf(key))<<slotShift | xxhash.Sum64String(key)>>(64-hashBits)
}
