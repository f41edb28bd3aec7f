package commands

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"coordd/store"
)

func TestCommandsDecodeToWhatWasEncoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		db := rapid.IntRange(0, store.Databases-1).Draw(t, "db")
		args := rapid.SliceOfN(rapid.String(), 1, 6).Draw(t, "args")
		b := EncodeCommand([]byte("before"), db, args)
		gotDB, got, err := DecodeCommand(b[len("before"):])
		if err != nil || gotDB != db || !slices.Equal(got, args) {
			t.Fatalf("%d %q became %d %q, %v", db, args, gotDB, got, err)
		}
		for cut := len("before"); cut < len(b); cut++ {
			if _, _, err := DecodeCommand(b[len("before"):cut]); err == nil {
				t.Fatalf("%q decodes without its last %d bytes", args, len(b)-cut)
			}
		}
		if _, _, err := DecodeCommand(append(b[len("before"):], 0)); err == nil {
			t.Fatalf("%q decodes with a byte too many", args)
		}
	})
}

func TestDamagedCommandsAreRefused(t *testing.T) {
	for name, b := range map[string][]byte{
		"empty":               {},
		"no arguments":        {0, 0},
		"database 16":         {16, 1, 1, 'a'},
		"a billion arguments": {0, 0x80, 0x94, 0xeb, 0xdc, 0x03, 1, 'a'},
		"argument too long":   {0, 1, 2, 'a'},
		"endless number":      bytes.Repeat([]byte{0xff}, 20),
	} {
		if _, _, err := DecodeCommand(b); err == nil {
			t.Errorf("%s: decoded", name)
		}
	}
}

func FuzzDecodeCommand(f *testing.F) {
	f.Add(EncodeCommand(nil, 3, []string{"SET", "k", ""}))
	f.Add([]byte{0, 0xff, 0xff, 0x03})
	f.Fuzz(func(t *testing.T, b []byte) {
		db, args, err := DecodeCommand(b)
		if err != nil {
			return
		}
		// A number may be written with more bytes than it needs, so only what
		// we encode ourselves is the same again.
		again := EncodeCommand(nil, db, args)
		db2, args2, err := DecodeCommand(again)
		if err != nil || db != db2 || !slices.Equal(args, args2) {
			t.Fatalf("%q became %q, %v", args, args2, err)
		}
	})
}
