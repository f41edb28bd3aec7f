package ring

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The file was written by asking a real redis-server.
func TestSlotsAreThoseOfRedis(t *testing.T) {
	file, err := os.Open("testdata/keyslot.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	checked := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		number, literal, _ := strings.Cut(lines.Text(), " ")
		want, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		key, err := strconv.Unquote(literal)
		if err != nil {
			t.Fatalf("%s: %v", literal, err)
		}
		if got := SlotOf(key); int(got) != want {
			t.Errorf("SlotOf(%q) = %d, Redis says %d", key, got, want)
		}
		checked++
	}
	if checked < 150 {
		t.Errorf("only %d keys were checked", checked)
	}
}

func TestHashTag(t *testing.T) {
	for _, c := range []struct{ key, want string }{
		{"", ""},
		{"plain", "plain"},
		{"{tag}", "tag"},
		{"a{tag}b", "tag"},
		{"a{tag}b{other}", "tag"},
		{"a{{tag}}b", "{tag"},
		{"a{}{tag}", "a{}{tag}"}, // the first pair is empty: no tag at all
		{"a}b{tag}", "tag"},
		{"a{b", "a{b"},
		{"a}b", "a}b"},
	} {
		if got := HashTag(c.key); got != c.want {
			t.Errorf("HashTag(%q) = %q, want %q", c.key, got, c.want)
		}
	}
}

func TestKeysOfOneTagShareASlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.StringMatching(`[^}]+`).Draw(t, "tag")
		before := rapid.StringMatching(`[^{]*`).Draw(t, "before")
		after := rapid.String().Draw(t, "after")
		if key := before + "{" + tag + "}" + after; SlotOf(key) != crc16(tag)%Slots {
			t.Fatalf("%q is not in the slot of its tag %q", key, tag)
		}
	})
}

// The table is checked against the definition: one bit at a time.
func TestCRC16BitByBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "s"))
		var want uint16
		for i := range 8 * len(s) {
			bit := s[i/8] >> (7 - i%8) & 1
			top := byte(want >> 15)
			want <<= 1
			if top != bit {
				want ^= 0x1021
			}
		}
		if got := crc16(s); got != want {
			t.Fatalf("crc16(%q) = %#x, want %#x", s, got, want)
		}
	})
}
