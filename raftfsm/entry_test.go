package raftfsm

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func genSection(t *rapid.T) section {
	return section{
		origin: rapid.StringMatching(`[a-z0-9]{0,8}`).Draw(t, "origin"),
		start:  rapid.Uint64().Draw(t, "start"),
		acked:  rapid.Uint64().Draw(t, "acked"),
		first:  rapid.Uint64().Draw(t, "first"),
		cmds:   rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 20), 0, 5).Draw(t, "cmds"),
	}
}

func TestEntrySurvivesTheLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := entry{kind: batchEntry, now: rapid.Int64Min(0).Draw(t, "now")}
		for range rapid.IntRange(0, 4).Draw(t, "sections") {
			want.sections = append(want.sections, genSection(t))
		}
		got, err := parseEntry(want.append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(fmt.Sprint(got), fmt.Sprint(want)) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestEntryOfAnotherVersionIsRefused(t *testing.T) {
	b := (&entry{kind: tickEntry, now: 7}).append(nil)
	b[0]++
	if _, err := parseEntry(b); err == nil {
		t.Fatal("an entry of a version from the future was accepted")
	}
}

func FuzzParseEntry(f *testing.F) {
	e := entry{kind: batchEntry, now: 5, sections: []section{{origin: "a", start: 1, first: 3, cmds: [][]byte{{}, []byte("x y")}}}}
	f.Add(e.append(nil))
	f.Add([]byte{entryVersion, 'b', 1, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := parseEntry(b)
		if err != nil {
			return
		}
		again, err := parseEntry(e.append(nil))
		if err != nil || !bytes.Equal(again.append(nil), e.append(nil)) {
			t.Fatalf("an entry that parses does not survive: %v", err)
		}
	})
}
