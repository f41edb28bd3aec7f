package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// do runs one command and shows the reply in one line.
func (r *rig) do(command string) string {
	reply, err := r.Do("", resp.RESP2, strings.Fields(command))
	if err != nil {
		r.t.Fatal(err)
	}
	return flat(reply)
}

// What a node starts with is shown; what it gives is judged.
func TestStart(t *testing.T) {
	r := newRig(t, map[string]string{"timeout": "7", "proto-max-bulk-len": "2mb", "groups": "3", "bind": "::1"})
	for name, want := range map[string]string{"timeout": "7", "proto-max-bulk-len": "2097152", "groups": "3", "bind": "::1", "nosuch": ""} {
		if got := r.settings.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if n := r.settings.Int("timeout"); n != 7 {
		t.Errorf("Int is %d", n)
	}
	if got := r.do("CONFIG SET groups 4"); !strings.HasSuffix(got, "can't set immutable config") {
		t.Error(got)
	}
	if _, err := New(map[string]string{"timeout": "soon"}); err == nil {
		t.Error("a value that is none was taken")
	}
}

// Who watches a setting is told the value now and each that differs from the
// one before, whether it comes from this node or from the cluster.
func TestWatch(t *testing.T) {
	r := newRig(t, map[string]string{"requirepass": "first"})
	var seen []string
	for _, name := range []string{"requirepass", "timeout"} {
		r.settings.Watch(name, func(value string) { seen = append(seen, name+"="+value) })
	}
	for _, command := range []string{
		"CONFIG SET timeout 5", "CONFIG SET timeout 5", "CONFIG SET requirepass second timeout 6", "CONFIG SET requirepass second",
		"CONFIG SET timeout 7 slowlog-max-len x", "CONFIG SET timeout x requirepass third",
	} {
		r.do(command)
	}
	r.settings.SetShared(Decided{Index: 1000})
	r.settings.SetShared(Decided{Index: 999, Values: map[string]string{"requirepass": "of before"}})
	want := "requirepass=first timeout=0 timeout=5 requirepass=second timeout=6 requirepass=first"
	if got := strings.Join(seen, " "); got != want {
		t.Errorf("told\n%s, want\n%s", got, want)
	}
}

// When the log does not decide, nothing is changed, and the client is told what
// the log says.
func TestNothingIsDecided(t *testing.T) {
	r := newRig(t, nil)
	r.refusal = resp.Error("CLUSTERDOWN nobody leads")
	if got := r.do("CONFIG SET timeout 5 requirepass x"); got != "CLUSTERDOWN nobody leads" {
		t.Error(got)
	}
	if r.settings.Get("timeout") != "0" || r.settings.Get("requirepass") != "" {
		t.Error("something was changed")
	}
	if got := r.do("CONFIG SET timeout 5"); got != "OK" {
		t.Errorf("a setting of the node alone: %s", got)
	}
}

// What the cluster has decided is in the state, out of reach of clients, and can
// be read back after a snapshot.
func TestDecidedSettingsAreState(t *testing.T) {
	r := newRig(t, nil)
	r.do("CONFIG SET requirepass sesame notify-keyspace-events KEA timeout 9")
	r.do("FLUSHALL")
	read := func(e *commands.Engine) Decided {
		return Stored(e.View(0, 0, 0, r.table.Lookup(GetName), []string{GetName}))
	}
	want := Decided{1, map[string]string{"requirepass": "sesame", "notify-keyspace-events": "AKE"}}
	if got := read(r.engine); !reflect.DeepEqual(got, want) {
		t.Errorf("the state holds %v, want %v", got, want)
	}
	if got := r.do("coordd.config.get"); !strings.HasPrefix(got, "ERR unknown command") {
		t.Errorf("a client read them: %s", got)
	}
	fresh := newRig(t, nil)
	fresh.settings.SetShared(read(r.engine))
	if got := fresh.settings.Get("requirepass") + fresh.settings.Get("timeout"); got != "sesame0" {
		t.Errorf("another node has %s", got)
	}
	fresh.settings.SetShared(Decided{2, map[string]string{"of-a-newer-version": "1"}})
	if got := fresh.settings.Get("requirepass"); got != "" {
		t.Errorf("what was decided no more is still %q", got)
	}
}

// An entry that no session makes is answered, not obeyed.
func TestBrokenDecision(t *testing.T) {
	r := newRig(t, nil)
	if got := r.apply([]string{setName, "requirepass"}); !got.IsError() {
		t.Error("a name without a value was taken")
	}
	if got := r.apply([]string{setName, "requirepass", "x", "timeout"}); !got.IsError() {
		t.Error("a name without a value was taken")
	}
	if keys := r.engine.View(0, 0, store.System, r.table.Lookup("dbsize"), []string{"DBSIZE"}); keys.Int != 0 {
		t.Error("something was kept")
	}
}

// REWRITE hands over what was changed on this node, and nothing that the
// cluster keeps, that has no effect or that is as it was.
func TestRewrite(t *testing.T) {
	r := newRig(t, map[string]string{"timeout": "7"})
	r.file = nil
	r.do("CONFIG SET timeout 8 slowlog-max-len 9 maxclients 50 requirepass x hz 20")
	r.do("CONFIG SET slowlog-max-len 128")
	if got := r.do("CONFIG REWRITE"); got != "OK" {
		t.Error(got)
	}
	if want := map[string]string{"timeout": "8", "maxclients": "50"}; !reflect.DeepEqual(r.written, want) {
		t.Errorf("wrote %v, want %v", r.written, want)
	}
	r.do("CONFIG SET timeout 7")
	if r.do("CONFIG REWRITE"); !reflect.DeepEqual(r.written, map[string]string{"timeout": "7"}) {
		t.Errorf("what was set back is %v", r.written)
	}
	r.file = errors.New("disk\nfull")
	if got := r.do("CONFIG REWRITE"); got != "ERR Rewriting config file: disk full" {
		t.Error(got)
	}
}

func TestResetStat(t *testing.T) {
	r := newRig(t, nil)
	if r.do("CONFIG RESETSTAT"); r.resets != 1 {
		t.Errorf("%d resets", r.resets)
	}
}

// What others read out of the special values.
func TestSpecialValues(t *testing.T) {
	r := newRig(t, nil)
	want := OutputLimit{Hard: 32 << 20, Soft: 8 << 20, SoftSeconds: 60}
	if got := OutputLimits(r.settings.Get("client-output-buffer-limit")); got["pubsub"] != want || got["normal"] != (OutputLimit{}) {
		t.Errorf("limits %v", got)
	}
	if classes, ok := Events("AKEmn"); !ok || classes != 1<<14-1 {
		t.Errorf("all events are %b", classes)
	}
	if classes, ok := Events("Kg"); !ok || classes != commands.EventsByKey|commands.GenericEvents {
		t.Errorf("Kg is %b", classes)
	}
	if len(eventAlphabet) != len(eventLetters) {
		t.Fatal("the letters are not those of the alphabet")
	}
	for i, l := range eventLetters {
		if eventAlphabet[i] != l.letter {
			t.Errorf("letter %d is %c", i, l.letter)
		}
	}
}

// Every row of the list says what it needs to say, and no name stands twice.
func TestParams(t *testing.T) {
	seen := map[string]bool{}
	for _, list := range params {
		for _, p := range list {
			if seen[p.name] || p.name != strings.ToLower(p.name) || aliases[p.name] != "" {
				t.Errorf("%s: the name", p.name)
			}
			seen[p.name] = true
			if p.kind == nil && p.is != immutable || (p.why != "") != (p.is == fixed) {
				t.Errorf("%s: its nature", p.name)
			}
			if p.kind != nil {
				if value, wrong := p.kind(p.start, p.start); wrong != "" || value != p.start {
					t.Errorf("%s: starts with %q, which is shown as %q %s", p.name, p.start, value, wrong)
				}
			}
		}
	}
	for old, name := range aliases {
		if !seen[name] {
			t.Errorf("%s stands for %s, which does not exist", old, name)
		}
	}
}

// A Config with a hole in it is refused.
func TestConfigIsChecked(t *testing.T) {
	if _, err := Groups(Config{}); err == nil {
		t.Error("an incomplete Config was accepted")
	}
}
