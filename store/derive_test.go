package store

import "testing"

// What has been derived from a collection is kept until a member or a score
// changes, and no copy of the collection has it.
func TestDerive(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(tx *Tx, s *Set, z *ZSet)
		kept bool
	}{
		{"nothing", func(*Tx, *Set, *ZSet) {}, true},
		{"reads and credits", func(tx *Tx, s *Set, z *ZSet) {
			s.Has("a")
			z.Score("a")
			s.SetStanding("a", Standing{Credit: 7})
			z.SetStanding("a", Standing{Credit: 7})
		}, true},
		{"tickets and deadlines", func(tx *Tx, s *Set, z *ZSet) {
			s.Give(Ticket{1, "a", 9})
			s.SetMemberDeadline("a", 9)
			z.Give(Ticket{2, "a", 9})
			z.GiveBack(2)
		}, true},
		{"mark", func(tx *Tx, s *Set, z *ZSet) { s.SetMark("a", Down); z.SetMark("a", 9) }, false},
		{"the same again", func(tx *Tx, s *Set, z *ZSet) { s.Add("a"); z.Put("a", 1) }, true},
		{"remove a stranger", func(tx *Tx, s *Set, z *ZSet) { s.Remove("x"); z.Remove("x") }, true},
		{"add", func(tx *Tx, s *Set, z *ZSet) { s.Add("c"); z.Put("c", 1) }, false},
		{"add and remove", func(tx *Tx, s *Set, z *ZSet) { s.Add("c"); s.Remove("c"); z.Put("c", 1); z.Remove("c") }, false},
		{"remove", func(tx *Tx, s *Set, z *ZSet) { s.Remove("a"); z.Remove("a") }, false},
		{"change", func(tx *Tx, s *Set, z *ZSet) { s.Remove("a"); s.Add("a"); z.Put("a", 2) }, false},
	} {
		for _, frozen := range []bool{false, true} {
			st := New(func(string) uint16 { return 0 })
			open := func(index uint64) (*Tx, *Set, *ZSet) {
				tx := st.Begin(index, 1)
				s, _ := tx.MakeSet("s")
				z, _ := tx.MakeZSet("z")
				return tx, s, z
			}
			tx, s, z := open(1)
			s.Add("a")
			s.Add("b")
			z.Put("a", 1)
			z.Put("b", 1)
			s.Derive("from s")
			z.Derive("from z")
			tx.Done()
			if frozen {
				st.Freeze()
			}
			tx, s, z = open(2)
			c.do(tx, s, z)
			if kept := s.Derived() != nil; kept != (c.kept && !frozen) {
				t.Errorf("%s, frozen %v: the set's was kept: %v", c.name, frozen, kept)
			}
			if kept := z.Derived() != nil; kept != (c.kept && !frozen) {
				t.Errorf("%s, frozen %v: the sorted set's was kept: %v", c.name, frozen, kept)
			}
			tx.Done()
		}
	}
}
