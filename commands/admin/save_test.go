package admin

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// One snapshot at a time, whoever asks; INFO and LASTSAVE tell of it.
func TestSnapshots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		done := make(chan error)
		r.save = func() error { return <-done }
		want := func(command, reply string) {
			t.Helper()
			if got := r.ask(t, "", command); got != reply {
				t.Errorf("%s: %s, want %s", command, got, reply)
			}
		}
		inProgress := func(want string) {
			t.Helper()
			if got := fields(t, r.ask(t, "", "INFO persistence"))["rdb_bgsave_in_progress"]; got != want {
				t.Errorf("rdb_bgsave_in_progress:%s, want %s", got, want)
			}
		}
		want("LASTSAVE", "1720000000") // the start of the node
		want("BGSAVE", "Background saving started")
		inProgress("1")
		want("BGSAVE SCHEDULE", "ERR Background save already in progress")
		want("SAVE", "ERR Background save already in progress")
		want("BGREWRITEAOF", "Background append only file rewriting scheduled")
		done <- nil
		synctest.Wait()
		inProgress("0")
		want("LASTSAVE", "1720000060")

		want("BGREWRITEAOF", "Background append only file rewriting started")
		done <- errors.New("disk full")
		synctest.Wait()
		if got := fields(t, r.ask(t, "", "INFO persistence")); got["rdb_last_bgsave_status"] != "err" || got["rdb_last_save_time"] != "1720000060" {
			t.Errorf("after one that failed: %v", got)
		}
		r.save = func() error { return errors.New("disk full") }
		want("SAVE", "ERR")
		r.save = func() error { return nil }
		r.Advance(1000)
		want("SAVE", "OK")
		want("LASTSAVE", "1720000061")
		r.node.LastSnapshot = time.Unix(1_720_009_999, 0) // taken by the group itself
		want("LASTSAVE", "1720009999")
	})
}

// SHUTDOWN ends the connection and the node, unless a snapshot that was asked
// for fails.
func TestShutdown(t *testing.T) {
	for _, c := range []struct {
		command string
		fails   bool
		saves   int
		reply   string // "" where the node ends
	}{
		{"SHUTDOWN", false, 0, ""},
		{"SHUTDOWN NOSAVE NOW", false, 0, ""},
		{"SHUTDOWN SAVE", false, 1, ""},
		{"SHUTDOWN save force", true, 1, ""},
		{"SHUTDOWN SAVE", true, 1, "ERR Errors trying to SHUTDOWN. Check logs."},
		{"SHUTDOWN NOSAVE SAVE", false, 0, "ERR syntax error"},
		{"SHUTDOWN ABORT", false, 0, "ERR No shutdown in progress."},
	} {
		r := newRig(t)
		saves := 0
		r.save = func() error {
			saves++
			if c.fails {
				return errors.New("disk full")
			}
			return nil
		}
		got := r.ask(t, "", c.command)
		if ended := r.stopped == 1 && len(r.killed) == 1; ended != (c.reply == "") || !ended && got != c.reply || saves != c.saves {
			t.Errorf("%s: ended %v, answered %s, %d snapshots", c.command, ended, got, saves)
		}
	}
}
