package main

import (
	"crypto/sha1"
	"encoding/hex"
)

// script is a recipe in Lua. prepare makes it known to every server, so that it
// can be called by EVALSHA.
type script struct{ text, sha string }

func newScript(text string) script {
	sum := sha1.Sum([]byte(text))
	return script{text, hex.EncodeToString(sum[:])}
}

var scripts = []script{compareAndDelete, nextTurn}

// Each is one line: redis-benchmark prints it as the name of its measurement.
var (
	// compareAndDelete ends a lock that is one's own.
	compareAndDelete = newScript(`if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`)

	// nextTurn is round robin: a counter, and the remainder by the length of the
	// pool. The pool is a list, which costs Redis less than sorting a set.
	nextTurn = newScript(`return redis.call('LINDEX', KEYS[1], redis.call('INCR', KEYS[2]) % redis.call('LLEN', KEYS[1]))`)
)
