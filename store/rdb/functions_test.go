package rdb

import (
	"slices"
	"strings"
	"testing"
)

// What Redis 7.0 has dumped, with and without compression.
func TestFunctionsOfRedis(t *testing.T) {
	for payload, want := range map[string]string{
		"\xf5@M#!lua name=ping\nredis.register_function('pong', function() return 'pong' end)\n\x00\x12\xbb$[\x89,\xf3\xcd": "#!lua name=ping\nredis.register_function('pong', function() return 'pong' end)",
		"\xf5\xc3@H@\x93\x0b#!lua name=a \x00\x1d\nredis.register_function('a', \xe0\x00\r\t) return ' 3\xe0A\x00\x05' end)\n\x00\x98\x99\x9e\xd4\x89\xbdb~": "#!lua name=aaaa\nredis.register_function('a', function() return '" +
			strings.Repeat("a", 77) + "' end)",
	} {
		got, err := DecodeFunctions(payload, 1000)
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%q: %q, %v", payload, got, err)
		}
	}
}

func TestFunctionsComeBack(t *testing.T) {
	texts := []string{"", "short", strings.Repeat("long ", 10_000)}
	payload := string(AppendFunctions(nil, texts))
	if got, err := DecodeFunctions(payload, 0); err != nil || !slices.Equal(got, texts) {
		t.Errorf("%d texts, %v", len(got), err)
	}
	if got, err := DecodeFunctions(string(AppendFunctions(nil, nil)), 0); err != nil || len(got) != 0 {
		t.Errorf("nothing comes back as %q, %v", got, err)
	}
	for i := range len(payload) {
		if i > 20 && i < len(payload)-20 {
			continue // the text itself, of which one byte is like another
		}
		bad := []byte(payload)
		bad[i] ^= 0x40
		if _, err := DecodeFunctions(string(bad), 0); err != ErrFooter {
			t.Errorf("a change at %d: %v", i, err)
		}
	}
}

// A payload with a right checksum may still be wrong.
func TestFunctionsThatAreNone(t *testing.T) {
	for name, body := range map[string]string{
		"a value": "\x00\x01x", "no text": "\xf5", "text cut off": "\xf5\x05abc", "one good, one not": "\xf5\x01a\xf6",
		"compressed, cut off": "\xf5\xc3\x05\x05ab", "a reference to nothing": "\xf5\xc3\x02\x05\x20\x05",
		"more than the limit": "\xf5\xc3\x03\x80\x00\x00\x01\x00abc",
	} {
		if got, err := DecodeFunctions(string(appendFooter([]byte(body))), 100); err != ErrFormat {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
