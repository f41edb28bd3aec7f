package commands

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"coordd/commands/transcript"
	"coordd/resp"
)

// fillings make values of every type in each of Redis's forms: small and
// large, of words, numbers and long texts.
func fillings() [][]string {
	w := func(n int, f func(i int) []string) (words []string) {
		for i := range n {
			words = append(words, f(i)...)
		}
		return words
	}
	word := func(i int) []string { return []string{"word" + strconv.Itoa(i)} }
	number := func(i int) []string { return []string{strconv.Itoa((i - 5) * (i*i*i + 1))} }
	long := func(i int) []string { return []string{strings.Repeat("abc"+strconv.Itoa(i), 40)} }
	double := func(f func(int) []string) func(int) []string {
		return func(i int) []string { return append(f(i), f(i+1000)...) }
	}
	score := func(f func(int) []string) func(int) []string {
		return func(i int) []string {
			return append([]string{strconv.FormatFloat(float64(i)*1.37-3, 'g', -1, 64)}, f(i)...)
		}
	}
	noise := make([]byte, 20000)
	rand.New(rand.NewSource(1)).Read(noise)
	all := [][]string{
		{"SET", "k", ""}, {"SET", "k", "v"}, {"SET", "k", "0"}, {"SET", "k", "-128"}, {"SET", "k", "128"},
		{"SET", "k", "-32769"}, {"SET", "k", "2147483647"}, {"SET", "k", "-9223372036854775808"}, {"SET", "k", "007"},
		{"SET", "k", strings.Repeat("x", 63)}, {"SET", "k", strings.Repeat("xyz", 9000)}, {"SET", "k", string(noise)},
		{"RPUSH", "k", strings.Repeat("big", 4000), "2", string(noise)}, {"RPUSH", "k", "\x00\xff", "", " "},
		{"ZADD", "k", "-inf", "a", "inf", "b", "0", "c", "1e300", "d", "5e-324", "e", "3", "4"},
		{"RPUSH", "k", "4095", "4096", "-4096", "-4097", "8388607", "8388608", "-8388609", "127", "128", "-1", "12", "13", "32767", "32768"},
	}
	for _, size := range []int{16377, 16378, 16379, 16383, 16384} {
		all = append(all, []string{"RPUSH", "k", strings.Repeat("y", size)})
	}
	for _, n := range []int{1, 20, 130, 600, 3000} {
		all = append(all,
			append([]string{"RPUSH", "k"}, w(n, word)...), append([]string{"RPUSH", "k"}, w(n, number)...), append([]string{"RPUSH", "k"}, w(n, long)...),
			append([]string{"SADD", "k"}, w(n, word)...), append([]string{"SADD", "k"}, w(n, number)...), append([]string{"SADD", "k"}, w(n, long)...),
			append([]string{"HSET", "k"}, w(n, double(word))...), append([]string{"HSET", "k"}, w(n, double(number))...), append([]string{"HSET", "k"}, w(n, double(long))...),
			append([]string{"ZADD", "k"}, w(n, score(word))...), append([]string{"ZADD", "k"}, w(n, score(number))...), append([]string{"ZADD", "k"}, w(n, score(long))...))
	}
	return all
}

// readers show all of a value, in an order of its own.
var readers = map[string][]string{
	"SET": {"GET", "k"}, "RPUSH": {"LRANGE", "k", "0", "-1"}, "SADD": {"SMEMBERS", "k"},
	"HSET": {"HGETALL", "k"}, "ZADD": {"ZRANGE", "k", "0", "-1", "WITHSCORES"},
}

// What a Redis dumps loads here, and the other way round, whatever the Redis
// was told of the sizes at which it changes the form.
func TestDumpsGoBothWays(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	redis, here := transcript.NewTCP(addr), &enginePlayer{}
	t.Cleanup(redis.Close)
	do := func(p transcript.Player, args ...string) resp.Reply {
		t.Helper()
		reply, err := p.Do("", resp.RESP2, args)
		if err != nil || reply.IsError() {
			t.Fatalf("%.100q: %v %s", args, err, reply.Str)
		}
		return reply
	}
	for _, limit := range []string{"128", "100000"} {
		do(redis, "CONFIG", "SET", "list-max-listpack-size", limit, "hash-max-listpack-entries", limit, "zset-max-listpack-entries", limit,
			"hash-max-listpack-value", limit, "zset-max-listpack-value", limit, "set-max-intset-entries", limit)
		for _, fill := range fillings() {
			if err := redis.Reset(); err != nil {
				t.Fatal(err)
			}
			_ = here.Reset()
			name := fmt.Sprintf("%.40q, %d words, limit %s", fill, len(fill), limit)
			do(redis, fill...)
			want := valueOf(do(redis, readers[fill[0]]...), fill[0])
			do(here, "RESTORE", "k", "0", do(redis, "DUMP", "k").Str)
			if got := valueOf(do(here, readers[fill[0]]...), fill[0]); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: loaded here: %.200q, want %.200q", name, got, want)
			}
			do(redis, "RESTORE", "k", "0", do(here, "DUMP", "k").Str, "REPLACE")
			if got := valueOf(do(redis, readers[fill[0]]...), fill[0]); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: loaded by Redis: %.200q, want %.200q", name, got, want)
			}
		}
	}
}

// valueOf is a reply as a map where the order of its parts means nothing.
func valueOf(reply resp.Reply, fill string) any {
	if fill == "SADD" {
		slices.SortFunc(reply.Elems, func(a, b resp.Reply) int { return strings.Compare(a.Str, b.Str) })
	}
	if fill == "ZADD" { // Redis 7.0 prints 17 digits of a score
		for i := 1; i < len(reply.Elems); i += 2 {
			reply.Elems[i].Float, _ = strconv.ParseFloat(reply.Elems[i].Str, 64)
			reply.Elems[i].Str = ""
		}
	}
	if fill != "HSET" {
		return reply
	}
	fields := make(map[string]string)
	for i := 0; i < len(reply.Elems); i += 2 {
		fields[reply.Elems[i].Str] = reply.Elems[i+1].Str
	}
	return fields
}
