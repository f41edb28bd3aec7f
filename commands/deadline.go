package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// expiry is how a client gave a deadline: the option's word and its number.
// The zero value means none.
type expiry struct {
	word string // EX, PX, EXAT, PXAT or ""
	arg  string
}

// deadline is the time (ms) that e means at log time now, for commands that
// take only deadlines after zero. The reply is an error that names the
// command, or of kind 0.
func (e expiry) deadline(now int64, command string) (int64, resp.Reply) {
	if e.word == "" {
		return 0, resp.Reply{}
	}
	ms, ok := parseInt(e.arg)
	if !ok {
		return 0, errNotInteger
	}
	seconds := e.word == "EX" || e.word == "EXAT"
	if ms <= 0 || seconds && ms > math.MaxInt64/1000 {
		return 0, errExpireTime(command)
	}
	if seconds {
		ms *= 1000
	}
	if e.word == "EX" || e.word == "PX" {
		if ms > math.MaxInt64-now {
			return 0, errExpireTime(command)
		}
		ms += now
	}
	return ms, resp.Reply{}
}

// deadlineOf reads a deadline that counts units of so many ms from base; the
// command is named where it is out of range.
func deadlineOf(command, arg string, base, unit int64) (at int64, refusal resp.Reply) {
	at, ok := parseInt(arg)
	if !ok {
		return 0, errNotInteger
	}
	if at > math.MaxInt64/unit || at < math.MinInt64/unit {
		return 0, errExpireTime(command)
	}
	at *= unit
	if at > math.MaxInt64-base {
		return 0, errExpireTime(command)
	}
	return at + base, refusal
}

// expireAt gives a key its deadline (ms). One that has passed takes the key
// away at once, as in Redis: it would be invisible from now on anyway.
func expireAt(tx *store.Tx, key string, ms int64) {
	if ms <= tx.Now() {
		deleteKey(tx, key)
		return
	}
	tx.SetDeadline(key, ms)
	Notify(tx, GenericEvents, "expire", key)
}

// persistKey takes a key's deadline away and tells whether it had one.
func persistKey(tx *store.Tx, key string) bool {
	at, exists := tx.Deadline(key)
	if !exists || at == 0 {
		return false
	}
	tx.SetDeadline(key, 0)
	Notify(tx, GenericEvents, "persist", key)
	return true
}
