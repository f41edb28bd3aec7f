package store

import "testing"

// Swapped databases keep values, versions and deadlines, also of a collection
// that is open, and views taken before stay as they were.
func TestSwap(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 1000)
	tx.Set("a", "zero")
	tx.SetDeadline("a", 2000)
	tx.On(3).Set("a", "three")
	tx.Done()
	version := tx.Version("a")
	frozen := s.Freeze()
	before := frozen.Hash()

	tx = s.Begin(2, 1001)
	set, err := tx.MakeSet("open")
	if err != nil {
		t.Fatal(err)
	}
	set.Add("x")
	tx.Swap(tx.On(3))
	set.Add("y")
	if _, err := tx.On(3).MakeSet("empty"); err != nil {
		t.Fatal(err)
	}
	tx.Done()

	other := tx.On(3)
	if v, _, _ := tx.Get("a"); v != "three" {
		t.Errorf("database 0 holds %q", v)
	}
	if v, _, _ := other.Get("a"); v != "zero" || other.Version("a") != version {
		t.Errorf("database 3 holds %q of version %d, not %d", v, other.Version("a"), version)
	}
	if open, _ := other.SetOf("open"); open.Len() != 2 || tx.Type("open") != NoneType {
		t.Errorf("the open set has %d members in database 3", open.Len())
	}
	if n := other.Len(); n != 2 {
		t.Errorf("%d keys in database 3", n)
	}
	if touched := tx.Touched(); len(touched) < 2 || touched[0] != (Touch{DB: 0, All: true}) || touched[1] != (Touch{DB: 3, All: true}) {
		t.Errorf("touched %v", touched)
	}
	if frozen.Hash() != before {
		t.Error("a view changed")
	}
	s.Begin(3, 2000)
	if other.Type("a") != NoneType || s.NextDeadline() != 0 || tx.Type("a") != StringType {
		t.Error("the deadline did not go with its key")
	}
}

// A database swapped with itself is not touched.
func TestSwapWithItself(t *testing.T) {
	tx := New(testSlot).Begin(1, 1)
	tx.Set("a", "1")
	tx.Done()
	before := len(tx.Touched())
	tx.Swap(tx.On(0))
	if v, _, _ := tx.Get("a"); v != "1" || len(tx.Touched()) != before {
		t.Errorf("%q, touched %v", v, tx.Touched()[before:])
	}
}
