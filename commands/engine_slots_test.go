package commands

import (
	"fmt"
	"slices"
	"testing"

	"coordd/store"
)

func TestScanSlotSeesOneSlotOfOneDatabase(t *testing.T) {
	slotOf := func(key string) uint16 { return uint16(key[0] - 'a') }
	e := NewEngine(NewTable(DataGroups()...), store.New(slotOf))
	set := func(db int, args ...string) []byte { return EncodeCommand(nil, db, append([]string{"SET"}, args...)) }
	var cmds [][]byte
	for i := range 5 {
		cmds = append(cmds, set(0, fmt.Sprint("a", i), "v"), set(0, fmt.Sprint("b", i), "v"))
	}
	cmds = append(cmds, set(1, "a-other", "v"), set(0, "a-due", "v", "PXAT", "1500"))
	e.Apply(1, 1000, cmds)
	e.Apply(2, 2000, nil) // the last one is due now

	keys := func(db int, slot uint16, limit int) (found []string) {
		e.ScanSlot(db, slot, limit, func(key string) { found = append(found, key) })
		slices.Sort(found)
		return found
	}
	if got := keys(0, 0, 100); !slices.Equal(got, []string{"a0", "a1", "a2", "a3", "a4"}) {
		t.Errorf("slot 0: %q", got)
	}
	if got := keys(1, 0, 100); !slices.Equal(got, []string{"a-other"}) {
		t.Errorf("slot 0 of database 1: %q", got)
	}
	if got := keys(0, 1, 2); len(got) != 2 {
		t.Errorf("two keys of slot 1: %q", got)
	}
	if got := keys(0, 2, 100); got != nil {
		t.Errorf("an empty slot: %q", got)
	}
}
