package block

import (
	"strings"
	"testing"

	"coordd/commands"
)

// LOCK waits in turn. Places and tokens come from one counter, so a token here
// tells how many of both there were.
func TestLockQueue(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps [][2]string // lines, what they give
	}{
		{"a free lock is granted at once", [][2]string{
			{"a wait LOCK k x 1000 WAIT 0", "a :1"},
			{"a wait LOCK k x 1000 WAIT 0", "a :1"},
		}},
		{"UNLOCK hands over within its entry, in order", [][2]string{
			{"LOCK k x 1000|a wait LOCK k y 1000 WAIT 0|b wait LOCK k z 1000 WAIT 0", "a waits; b waits"},
			{"UNLOCK k x", "a gets :4"},
			{"UNLOCK k y", "b gets :5"},
			{"UNLOCK k z", ""},
		}},
		{"so does DEL, with a larger token", [][2]string{
			{"LOCK k x 1000|a wait LOCK k y 1000 WAIT 0|DEL k", "a waits; a gets :3"},
			{"b wait LOCK k z 1000 WAIT 0|FLUSHALL", "b waits; b gets :5"},
		}},
		{"so does time, without any client", [][2]string{
			{"LOCK k x 50|a wait LOCK k y 50 WAIT 0|b wait LOCK k z 50 WAIT 0", "a waits; b waits"},
			{"+49", ""},
			{"+1", "a gets :4"},
			{"+50", "b gets :5"},
			{"+50|c wait LOCK k x 50 WAIT 0", "c :6"},
		}},
		{"nobody passes those who wait, but their holders", [][2]string{
			{"LOCK k x 1000 SHARED|a wait LOCK k y 1000 WAIT 0", "a waits"},
			{"b wait LOCK k z 1000 SHARED WAIT 0|c wait LOCK k x 1000 SHARED WAIT 0", "b waits; c :1"},
			{"UNLOCK k x", "a gets :4"},
			{"UNLOCK k y", "b gets :5"},
		}},
		{"several readers are let in together, and a writer after them", [][2]string{
			{"LOCK k x 1000|a wait LOCK k r 1000 SHARED WAIT 0|b wait LOCK k s 1000 SHARED WAIT 0", "a waits; b waits"},
			{"c wait LOCK k w 1000 WAIT 0|d wait LOCK k t 1000 SHARED WAIT 0", "c waits; d waits"},
			{"UNLOCK k x", "a gets :6; b gets :7"},
			{"UNLOCK k s", ""},
			{"UNLOCK k r", "c gets :8"},
			{"LOCK k w 1000 SHARED", "d gets :9"},
		}},
		{"permits are given as they come free", [][2]string{
			{"LOCK k x 1000 PERMITS 2|LOCK k y 30 PERMITS 2", ""},
			{"a wait LOCK k z 1000 PERMITS 2 WAIT 0|b wait LOCK k w 1000 PERMITS 3 WAIT 0", "a waits; b waits"},
			{"+30", "a gets :5; b gets :6"},
		}},
		{"who leaves makes room for those behind", [][2]string{
			{"LOCK k x 1000 SHARED|a wait LOCK k y 1000 WAIT 0|b wait LOCK k z 1000 SHARED WAIT 0", "a waits; b waits"},
			{"a unwait", "b gets :4; a *1 nil"},
		}},
		{"who leaves too late is told what it was granted", [][2]string{
			{"LOCK k x 1000|a wait LOCK k y 1000 WAIT 0|UNLOCK k x", "a waits; a gets :3"},
			{"a unwait", "a *1 $4 :3"},
		}},
		{"an owner that asks again keeps its place", [][2]string{
			{"LOCK k x 1000|a wait LOCK k y 1000 WAIT 0|b wait LOCK k z 1000 WAIT 0", "a waits; b waits"},
			{"c wait LOCK k y 1000 WAIT 0|a unwait", "c waits; a *1 nil"},
			{"d wait LOCK k y 1000 WAIT 0|UNLOCK k x", "d waits; c gets :6; d gets :6"},
			{"UNLOCK k y", "b gets :7"},
		}},
		{"a forgotten node's clients leave, and may come again", [][2]string{
			{"LOCK k x 1000|a wait LOCK k y 1000 WAIT 0|coordd.forget n1 0", "a waits; n1 is absent"},
			{"a rejoin LOCK k y 1000 WAIT 0|UNLOCK k x", "a gets :4"},
			{"b rejoin LOCK k y 1000 WAIT 0", "b gets :4"},
		}},
		{"a holder that wants it alone comes before others", [][2]string{
			{"LOCK k x 1000 SHARED|LOCK k y 1000 SHARED|a wait LOCK k w 1000 WAIT 0", "a waits"},
			{"b wait LOCK k x 1000 WAIT 0|UNLOCK k y", "b waits; b gets :5"},
			{"UNLOCK k x", "a gets :6"},
		}},
		{"and keeps that place", [][2]string{
			{"LOCK k x 1000 SHARED|LOCK k y 1000 SHARED|a wait LOCK k w 1000 WAIT 0", "a waits"},
			{"b wait LOCK k x 1000 WAIT 0|c wait LOCK k x 1000 WAIT 0|b unwait", "b waits; c waits; b *1 nil"},
			{"UNLOCK k y", "c gets :6"},
		}},
		{"a wrong request does not wait", [][2]string{
			{"a wait LOCK k x 0 WAIT 0", "a -ERR ttl-ms is not a positive integer or out of range"},
			{"SET k v|a wait LOCK k x 1 WAIT 0", "a -WRONGTYPE Operation against a key holding the wrong kind of value"},
		}},
		{"each database has locks of its own", [][2]string{
			{"LOCK k x 1000|a wait LOCK k y 1000 WAIT 0|LOCK l z 1000", "a waits"},
			{"SWAPDB 0 1", "a gets :4"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) { newScript(t).play(c.steps) })
	}
}

func TestLockDeadlocks(t *testing.T) {
	const dead = " -DEADLOCK these would wait for each other: "
	for _, c := range []struct {
		name  string
		steps [][2]string
	}{
		{"two locks, two owners", [][2]string{
			{"LOCK k x 1000|LOCK l y 1000|a wait LOCK l x 1000 WAIT 0", "a waits"},
			{"b wait LOCK k y 1000 WAIT 0", "b" + dead + "'y' for 'k', 'x' for 'l'"},
			{"UNLOCK l y", "a gets :5"},
		}},
		{"three of each", [][2]string{
			{"LOCK k x 1000|LOCK l y 1000|LOCK m z 1000|a wait LOCK l x 1000 WAIT 0|b wait LOCK m y 1000 WAIT 0", "a waits; b waits"},
			{"c wait LOCK k z 1000 WAIT 0", "c" + dead + "'z' for 'k', 'x' for 'l', 'y' for 'm'"},
		}},
		{"two readers who want to write", [][2]string{
			{"LOCK k x 1000 SHARED|LOCK k y 1000 SHARED|a wait LOCK k x 1000 WAIT 0", "a waits"},
			{"b wait LOCK k y 1000 WAIT 0", "b" + dead + "'y' for 'k', 'x' for 'k'"},
		}},
		{"through one who stands before in a line", [][2]string{
			{"LOCK k x 1000|LOCK l y 1000|a wait LOCK k z 1000 WAIT 0|b wait LOCK l z 1000 WAIT 0", "a waits; b waits"},
			{"c wait LOCK k y 1000 WAIT 0", "c" + dead + "'y' for 'k', 'z' for 'l'"},
		}},
		{"behind oneself in another line", [][2]string{
			{"LOCK k x 1000|LOCK l y 1000|a wait LOCK k z 1000 WAIT 0|b wait LOCK k y 1000 WAIT 0", "a waits; b waits"},
			{"c wait LOCK l z 1000 WAIT 0", "c" + dead + "'z' for 'l', 'y' for 'k'"},
		}},
		{"one before oneself in one line, behind in another", [][2]string{
			{"LOCK k x 1000|LOCK l y 1000|a wait LOCK k z 1000 WAIT 0|b wait LOCK l w 1000 WAIT 0", "a waits; b waits"},
			{"c wait LOCK k w 1000 WAIT 0", "c waits"},
			{"d wait LOCK l z 1000 WAIT 0", "d" + dead + "'z' for 'l', 'w' for 'k'"},
		}},
		{"a line is no circle", [][2]string{
			{"LOCK k x 1000|LOCK l y 1000|a wait LOCK l x 1000 WAIT 0|b wait LOCK l z 1000 WAIT 0", "a waits; b waits"},
			{"c wait LOCK k z 1000 WAIT 0|d wait LOCK k w 1000 WAIT 0", "c waits; d waits"},
		}},
		{"one of several permits that is stuck does no harm", [][2]string{
			{"LOCK k x 1000 PERMITS 2|LOCK k y 1000 PERMITS 2|LOCK l z 1000", ""},
			{"a wait LOCK l x 1000 WAIT 0|b wait LOCK k z 1000 PERMITS 2 WAIT 0", "a waits; b waits"},
			{"UNLOCK k y", "b gets :6"},
			{"UNLOCK l z", "a gets :7"},
		}},
		{"all of them do", [][2]string{
			{"LOCK k x 1000 PERMITS 2|LOCK k y 1000 PERMITS 2|LOCK l z 1000", ""},
			{"a wait LOCK l x 1000 WAIT 0|b wait LOCK l y 1000 WAIT 0", "a waits; b waits"},
			{"c wait LOCK k z 1000 PERMITS 2 WAIT 0", "c" + dead + "'z' for 'k', 'x' for 'l'"},
			{"c wait LOCK k z 1000 PERMITS 3 WAIT 0", "c :7"},
		}},
		{"one is enough for who wants it alone, and for those behind him", [][2]string{
			{"LOCK k x 1000 PERMITS 2|LOCK k y 1000 PERMITS 2|LOCK l z 1000|a wait LOCK l x 1000 WAIT 0", "a waits"},
			{"b wait LOCK k z 1000 WAIT 0", "b" + dead + "'z' for 'k', 'x' for 'l'"},
			{"c wait LOCK k w 1000 WAIT 0|d wait LOCK k z 1000 PERMITS 2 WAIT 0", "c waits; d" + dead + "'z' for 'k', 'x' for 'l'"},
		}},
		{"a holder that would come before one who could go on", [][2]string{
			{"LOCK k x 1000 PERMITS 3|LOCK k y 1000 PERMITS 3|LOCK k z 1000 PERMITS 3|LOCK l w 1000", ""},
			{"a wait LOCK k w 1000 PERMITS 3 WAIT 0|b wait LOCK l y 1000 WAIT 0", "a waits; b waits"},
			{"c wait LOCK k x 1000 WAIT 0", "c" + dead + "'x' for 'k', 'y' for 'l', 'w' for 'k'"},
		}},
		{"who comes back to a line is checked again", [][2]string{
			{"LOCK k x 1000|LOCK l y 1000|a wait LOCK l x 1000 WAIT 0|coordd.forget n1 0", "a waits; n1 is absent"},
			{"b wait LOCK k y 1000 WAIT 0", "b waits"},
			{"a rejoin LOCK l x 1000 WAIT 0", "a gets" + dead + "'x' for 'l', 'y' for 'k'"},
		}},
		{"a long one is told in part", [][2]string{
			{"LOCK k0 0 1000|LOCK k1 1 1000|LOCK k2 2 1000|LOCK k3 3 1000|LOCK k4 4 1000|LOCK k5 5 1000|LOCK k6 6 1000|LOCK k7 7 1000|LOCK k8 8 1000", ""},
			{"a wait LOCK k1 0 1000 WAIT 0|b wait LOCK k2 1 1000 WAIT 0|c wait LOCK k3 2 1000 WAIT 0|d wait LOCK k4 3 1000 WAIT 0", "a waits; b waits; c waits; d waits"},
			{"e wait LOCK k5 4 1000 WAIT 0|f wait LOCK k6 5 1000 WAIT 0|g wait LOCK k7 6 1000 WAIT 0|h wait LOCK k8 7 1000 WAIT 0", "e waits; f waits; g waits; h waits"},
			{"i wait LOCK k0 8 1000 WAIT 0", "i" + dead + "'8' for 'k0', '0' for 'k1', '1' for 'k2', '2' for 'k3', '3' for 'k4', '4' for 'k5', '5' for 'k6', '6' for 'k7', ..."},
		}},
	} {
		t.Run(c.name, func(t *testing.T) { newScript(t).play(c.steps) })
	}
}

// Who gets a place in line is an event, too.
func TestLockWaitIsTold(t *testing.T) {
	s := newScript(t)
	var told []string
	s.engine.Listen(commands.GenericEvents)
	s.engine.Observe(func(done *commands.Effects) {
		for _, e := range done.Emitted {
			if event, ok := e.(commands.Event); ok {
				told = append(told, event.Name)
			}
		}
	})
	s.run("LOCK k x 1000", "a wait LOCK k y 1000 WAIT 0", "b wait LOCK k y 1000 WAIT 0", "UNLOCK k x")
	if got := strings.Join(told, " "); got != "lock lockwait unlock del lock" {
		t.Errorf("told %s", got)
	}
}
