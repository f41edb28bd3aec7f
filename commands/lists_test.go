package commands

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"coordd/resp"
)

// LREM against the naive way, also where it removes so many elements that it
// goes another way itself.
func TestLRemModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newTestLog(t)
		repeat := rapid.SampledFrom([]int{1, 1, 400}).Draw(t, "repeat")
		var model []string
		for _, v := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 12).Draw(t, "list") {
			for range repeat {
				model = append(model, v)
			}
		}
		l.do(1, append([]string{"RPUSH", "l"}, model...)...)
		count := rapid.SampledFrom([]int{0, 0, 1, -1, 2, -2, 1500, -1500}).Draw(t, "count")
		removed := 0
		remove := func(v string) bool {
			if v != "a" || count != 0 && removed == max(count, -count) {
				return false
			}
			removed++
			return true
		}
		if count < 0 {
			slices.Reverse(model)
		}
		model = slices.DeleteFunc(model, remove)
		if count < 0 {
			slices.Reverse(model)
		}
		if r := l.do(1, "LREM", "l", strconv.Itoa(count), "a"); r.Int != int64(removed) {
			t.Fatalf("removed %d, want %d", r.Int, removed)
		}
		if got := l.do(1, "LRANGE", "l", "0", "-1"); fmt.Sprint(texts(got)) != fmt.Sprint(model) {
			t.Fatalf("left %v, want %v", texts(got), model)
		}
	})
}

func texts(r resp.Reply) []string {
	list := make([]string, len(r.Elems))
	for i, e := range r.Elems {
		list[i] = e.Str
	}
	return list
}
