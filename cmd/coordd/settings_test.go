package main

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for _, pair := range pairs {
			if key, value, _ := strings.Cut(pair, "="); key == name {
				return value
			}
		}
		return ""
	}
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustParse(t *testing.T, args []string, env ...string) Settings {
	t.Helper()
	s, err := parseSettings(args, environment(env...))
	if err != nil {
		t.Fatalf("parseSettings(%q): %v", args, err)
	}
	return s
}

func TestDefaults(t *testing.T) {
	want := Settings{
		Addr:             "127.0.0.1:6379",
		PeerAddr:         "127.0.0.1:16379",
		Advertise:        "127.0.0.1:6379",
		PeerAdvertise:    "127.0.0.1:16379",
		Dir:              "./coordd-data",
		BootstrapExpect:  1,
		Groups:           1,
		MasterName:       "mymaster",
		MaxClients:       10000,
		TCPKeepAlive:     300 * time.Second,
		RequestTimeout:   10 * time.Second,
		Reads:            "quorum",
		Redirect:         "no",
		ProtoMaxBulkLen:  512 << 20,
		QueryBuffer:      1 << 30,
		RaftLog:          "wal",
		SnapshotEntries:  16384,
		SnapshotBytes:    64 << 20,
		HeartbeatTimeout: 500 * time.Millisecond,
		ElectionTimeout:  500 * time.Millisecond,
		LogLevel:         "warn",
		Redis: map[string]string{
			"slowlog-log-slower-than": "10000", "slowlog-max-len": "128", "latency-monitor-threshold": "0",
			"latency-tracking": "yes", "enable-debug-command": "no",
		},
	}
	if got := mustParse(t, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("defaults are\n%+v, want\n%+v", got, want)
	}
}

func TestPrecedence(t *testing.T) {
	file := writeFile(t, "coordd.conf", "# the groups\n\n  groups\t4 \r\nmaster-name 'in file'\n")
	other := writeFile(t, "other.conf", "groups 5\n")
	quoted := writeFile(t, "quoted.conf", "groups 6\nrequirepass \"a # \\\"b\\\" \"\n")
	for _, c := range []struct {
		name       string
		args, env  []string
		groups     int
		wantErrors string
	}{
		{"default", nil, nil, 1, ""},
		{"file", []string{"--config", quoted}, nil, 6, ""},
		{"file named by a variable", nil, []string{"COORDD_CONFIG=" + other}, 5, ""},
		{"the flag's file, not the variable's", []string{"--config", quoted}, []string{"COORDD_CONFIG=" + other}, 6, ""},
		{"variable over file", []string{"--config", quoted}, []string{"COORDD_GROUPS=7"}, 7, ""},
		{"flag over variable", []string{"--groups", "8"}, []string{"COORDD_GROUPS=7"}, 8, ""},
		{"flag over all", []string{"--groups=8", "--config", quoted}, []string{"COORDD_GROUPS=7"}, 8, ""},
		{"an empty variable is unset", []string{"--config", quoted}, []string{"COORDD_GROUPS="}, 6, ""},
		{"what is overridden is not looked at", []string{"--groups", "8"}, []string{"COORDD_GROUPS=x"}, 8, ""},
		{"bad value in the file", []string{"--config", file}, nil, 0, file + `:4: master-name: "in file" is not a name`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := parseSettings(c.args, environment(c.env...))
			if c.wantErrors != "" {
				if err == nil || !strings.HasPrefix(err.Error(), c.wantErrors) {
					t.Fatalf("error is %v, want %s", err, c.wantErrors)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.Groups != c.groups {
				t.Errorf("groups is %d, want %d", s.Groups, c.groups)
			}
		})
	}
	if s := mustParse(t, []string{"--config", quoted}); s.Requirepass != `a # "b" ` {
		t.Errorf("the quoted password is %q", s.Requirepass)
	}
}

// valueOf gives each setting a value that differs from its default and is
// allowed beside all the others.
func valueOf(t *testing.T, row setting) string {
	t.Helper()
	values := map[string]string{
		"addr":                      "127.0.0.2:7000",
		"dir":                       "/srv/coordd",
		"peer-addr":                 "127.0.0.2:17001",
		"advertise":                 "one.example:7000",
		"peer-advertise":            "one.example:17001",
		"bootstrap-expect":          "3",
		"join":                      "one.example:17001,two.example:17001",
		"groups":                    "5",
		"master-name":               "coord",
		"requirepass":               "open sesame",
		"maxclients":                "77",
		"timeout":                   "60",
		"tcp-keepalive":             "0",
		"request-timeout":           "3s",
		"reads":                     "lease",
		"redirect":                  "yes",
		"proto-max-bulk-len":        "2097152",
		"client-query-buffer-limit": "4194304",
		"raft-log":                  "bolt",
		"snapshot-entries":          "100",
		"snapshot-bytes":            "2048",
		"heartbeat-timeout":         "1s",
		"election-timeout":          "2s",
		"log-level":                 "debug",

		"slowlog-log-slower-than":           "-1",
		"slowlog-max-len":                   "12",
		"latency-monitor-threshold":         "100",
		"latency-tracking":                  "no",
		"latency-tracking-info-percentiles": "50 75.5",
		"notify-keyspace-events":            "AKE",
		"client-output-buffer-limit":        "normal 0 0 0 slave 1 2 3 pubsub 4 5 6",
		"enable-debug-command":              "local",
	}
	value, ok := values[row.name]
	if !ok {
		t.Fatalf("give the new setting %s a value here", row.name)
	}
	return value
}

// single leaves out the two settings that are only another way to give others.
func single(rows []setting) []setting {
	var some []setting
	for _, row := range rows {
		if row.name != "config" && row.name != "requirepass-file" {
			some = append(some, row)
		}
	}
	return some
}

func TestEverySettingCanBeGivenInThreePlaces(t *testing.T) {
	var args, env, lines []string
	rows := single(new(Settings).rows())
	for _, row := range rows {
		value := valueOf(t, row)
		args = append(args, "--"+row.name, value)
		env = append(env, envName(row.name)+"="+value)
		lines = append(lines, row.name+" "+value)
	}
	file := writeFile(t, "coordd.conf", strings.Join(lines, "\n"))

	byFlag, byEnv, byFile := mustParse(t, args), mustParse(t, nil, env...), mustParse(t, []string{"--config", file})
	byFile.Config = ""
	if !reflect.DeepEqual(byFlag, byEnv) {
		t.Errorf("flags and variables differ:\n%+v\n%+v", byFlag, byEnv)
	}
	if !reflect.DeepEqual(byFlag, byFile) {
		t.Errorf("flags and the file differ:\n%+v\n%+v", byFlag, byFile)
	}
	config := byFlag.RedisConfig()
	for _, row := range rows {
		if got, want := config[row.redisName()], valueOf(t, row); got != want {
			t.Errorf("CONFIG GET %s is %q, want %q", row.redisName(), got, want)
		}
	}
}

func TestEveryFieldHasASetting(t *testing.T) {
	var args []string
	for _, row := range single(new(Settings).rows()) {
		args = append(args, "--"+row.name, valueOf(t, row))
	}
	given, standard := reflect.ValueOf(mustParse(t, args)), reflect.ValueOf(mustParse(t, nil))
	for i := range given.NumField() {
		field := given.Type().Field(i).Name
		if field != "Config" && field != "RequirepassFile" &&
			reflect.DeepEqual(given.Field(i).Interface(), standard.Field(i).Interface()) {
			t.Errorf("no setting changes the field %s", field)
		}
	}
}

func TestEverySettingIsExplained(t *testing.T) {
	var page bytes.Buffer
	if err := printHelp(&page, []string{"serve"}); err != nil {
		t.Fatal(err)
	}
	help := page.String()
	flat := strings.Join(strings.Fields(help), " ")
	seen := map[string]bool{}
	for _, row := range new(Settings).rows() {
		if seen[row.name] {
			t.Errorf("%s stands in the table twice", row.name)
		}
		seen[row.name] = true
		if len(row.doc) < 40 || !strings.HasSuffix(row.doc, ".") || strings.Contains(row.doc, "  ") {
			t.Errorf("%s is explained by %q", row.name, row.doc)
		}
		if row.standard == "" && !strings.Contains(row.doc, "Default: ") {
			t.Errorf("%s says nothing of its default", row.name)
		}
		for _, want := range []string{"--" + row.name + " " + row.form, envName(row.name), row.doc, row.standard} {
			if !strings.Contains(flat, want) {
				t.Errorf("the help page lacks %q", want)
			}
		}
	}
	for line := range strings.Lines(help) {
		if len(line) > 100 {
			t.Errorf("too long for a terminal: %s", line)
		}
	}
}

func TestBadValues(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--groups 0", `--groups: "0" is not a whole number from 1 to 64`},
		{"--groups 65", `--groups: "65" is not a whole number from 1 to 64`},
		{"--groups x\ny", `--groups: "x\ny" is not a whole number from 1 to 64`},
		{"--addr localhost", `--addr: "localhost" is not HOST:PORT`},
		{"--addr ::1:6379", `--addr: "::1:6379" is not HOST:PORT`},
		{"--addr localhost:0", `--addr: "localhost:0" has no port from 1 to 65535`},
		{"--addr localhost:65536", `--addr: "localhost:65536" has no port from 1 to 65535`},
		{"--addr localhost:redis", `--addr: "localhost:redis" has no port from 1 to 65535`},
		{"--addr localhost:60000", `--addr: localhost:60000 leaves no room for a peer port 10000 above it: set peer-addr too`},
		{"--peer-addr 127.0.0.1:6379", `--peer-addr: 127.0.0.1:6379 is the client address already`},
		{"--advertise 0.0.0.0:6379", `--advertise: "0.0.0.0:6379" means every address of a machine, which nobody can dial: name one host`},
		{"--advertise [::]:6379", `--advertise: "[::]:6379" means every address of a machine, which nobody can dial: name one host`},
		{"--advertise :6379", `--advertise: ":6379" means every address of a machine, which nobody can dial: name one host`},
		{"--peer-advertise 0.0.0.0:1", `--peer-advertise: "0.0.0.0:1" means every address of a machine, which nobody can dial: name one host`},
		{"--addr 0.0.0.0:6379", `--addr: a node can listen on every address of its machine, but others must be told one to dial: set advertise and peer-advertise to HOST:PORT`},
		{"--addr [::]:6379 --advertise a:1", `--addr: a node can listen on every address of its machine, but others must be told one to dial: set peer-advertise to HOST:PORT`},
		{"--addr :6379 --peer-advertise a:1", `--addr: a node can listen on every address of its machine, but others must be told one to dial: set advertise to HOST:PORT`},
		{"--peer-addr 0.0.0.0:7", `--peer-addr: a node can listen on every address of its machine, but others must be told one to dial: set peer-advertise to HOST:PORT`},
		{"--join a", `--join: "a" is not HOST:PORT`},
		{"--join a:1,", `--join: "" is not HOST:PORT`},
		{"--join a:1,a:1", `--join: "a:1" is listed twice`},
		{"--join 0.0.0.0:1", `--join: "0.0.0.0:1" means every address of a machine, which nobody can dial: name one host`},
		{"--join 127.0.0.1:16379", `--join: 127.0.0.1:16379 is this node itself: name another node of the cluster`},
		{"--bootstrap-expect 3", `--bootstrap-expect: 3 nodes cannot find one another: set join to their peer addresses`},
		{"--bootstrap-expect 3 --join 127.0.0.1:16379", `--bootstrap-expect: 3 nodes cannot find one another: set join to their peer addresses`},
		{"--bootstrap-expect 1 --join a:1", `--bootstrap-expect: a node that founds a cluster alone cannot join another: leave out bootstrap-expect or join`},
		{"--bootstrap-expect 0", `--bootstrap-expect: "0" is not a whole number from 1 to 9`},
		{"--request-timeout 10", `--request-timeout: "10" is not a duration with a unit, as 10s or 500ms`},
		{"--request-timeout 1ms", `--request-timeout: "1ms" is not between 100ms and 10m0s`},
		{"--timeout 10s", `--timeout: "10s" is not a whole number of seconds, 0 or more`},
		{"--timeout -1", `--timeout: "-1" is not a whole number of seconds, 0 or more`},
		{"--proto-max-bulk-len 1k", `--proto-max-bulk-len: "1k" is less than 1048576 bytes`},
		{"--proto-max-bulk-len 1tb", `--proto-max-bulk-len: "1tb" is not a size, as 1048576, 512mb or 1gb`},
		{"--proto-max-bulk-len 9999999999gb", `--proto-max-bulk-len: "9999999999gb" is too large`},
		{"--snapshot-bytes -1", `--snapshot-bytes: "-1" is not a size, as 1048576, 512mb or 1gb`},
		{"--reads fast", `--reads: "fast" is none of quorum, lease, stale`},
		{"--raft-log file", `--raft-log: "file" is none of wal, bolt`},
		{"--slowlog-max-len -1", `--slowlog-max-len: "-1": argument must be between 0 and 9223372036854775807 inclusive`},
		{"--enable-debug-command maybe", `--enable-debug-command: "maybe": argument(s) must be one of the following: no, yes, local`},
		{"--notify-keyspace-events Q", `--notify-keyspace-events: "Q": Invalid event class character. Use 'Ag$lshzxeKEtmdn'.`},
		{"--log-level loud", `--log-level: "loud" is none of debug, info, warn, error`},
		{"--master-name a b", `--master-name: "a b" is not a name of letters, digits, and . - _`},
		{"--heartbeat-timeout 2s", `the default of election-timeout: 500ms is less than heartbeat-timeout, which is 2s`},
		{"--election-timeout 100ms", `--election-timeout: 100ms is less than heartbeat-timeout, which is 500ms`},
		{"--requirepass-file /nowhere/password", `--requirepass-file: open /nowhere/password: no such file or directory`},
		{"--requirepass a --requirepass-file b", `--requirepass-file: --requirepass gives a password too: keep one of the two`},
		{"--config /nowhere/coordd.conf", `--config: open /nowhere/coordd.conf: no such file or directory`},
		{"--gruops 3", `flag provided but not defined: -gruops; see coordd help serve`},
		{"--groups", `flag needs an argument: -groups; see coordd help serve`},
		{"stop", `unexpected argument "stop"; see coordd help serve`},
	} {
		t.Run(c.args, func(t *testing.T) {
			_, err := parseSettings(splitFlags(c.args), environment())
			if err == nil || err.Error() != c.want {
				t.Fatalf("error is\n%v, want\n%s", err, c.want)
			}
			if usage := errors.As(err, new(usageError)); usage == strings.Contains(c.want, "no such file") {
				t.Errorf("is a usage error: %v", usage)
			}
		})
	}
}

// splitFlags splits at the blanks before "--", so that values may hold some.
func splitFlags(line string) []string {
	var args []string
	for i, part := range strings.Split(line, " --") {
		if i > 0 {
			part = "--" + part
		}
		name, value, hasValue := strings.Cut(part, " ")
		args = append(args, name)
		if hasValue {
			args = append(args, value)
		}
	}
	return args
}

func TestBadValuesElsewhere(t *testing.T) {
	for _, c := range []struct {
		name, file, env, want string // FILE in want stands for the path
	}{
		{"variable", "", "COORDD_GROUPS=no", `COORDD_GROUPS: "no" is not a whole number from 1 to 64`},
		{"file's value", "\n# x\ngroups no", "", `FILE:3: groups: "no" is not a whole number from 1 to 64`},
		{"file's name", "grops 1", "", `FILE:1: unknown setting "grops"; see coordd help serve`},
		{"file without a value", "groups", "", `FILE:1: groups: has no value; an empty one is written ""`},
		{"file says it twice", "groups 1\ngroups 1", "", `FILE:2: groups: set twice: first at FILE:1: groups`},
		{"file names a file", "config x", "", `FILE:1: config: a config file cannot name another one`},
		{"open double quote", `requirepass "a`, "", `FILE:1: requirepass: "a is not one value in double quotes`},
		{"more after the quote", `requirepass "a" b`, "", `FILE:1: requirepass: "a" b is not one value in double quotes`},
		{"open single quote", `requirepass 'a`, "", `FILE:1: requirepass: 'a is not one value in single quotes`},
		{"more after the single quote", `requirepass 'a' b'`, "", `FILE:1: requirepass: 'a' b' is not one value in single quotes`},
		{"wildcard", "addr 0.0.0.0:1\nadvertise a:1", "",
			`FILE:1: addr: a node can listen on every address of its machine, but others must be told one to dial: set peer-advertise to HOST:PORT`},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := []string{c.env}
			path := ""
			if c.file != "" {
				path = writeFile(t, "100%.conf", c.file)
				env = append(env, "COORDD_CONFIG="+path)
			}
			_, err := parseSettings(nil, environment(env...))
			if want := strings.ReplaceAll(c.want, "FILE", path); err == nil || err.Error() != want {
				t.Fatalf("error is\n%v, want\n%s", err, want)
			}
			if !errors.As(err, new(usageError)) {
				t.Error("it is no usage error")
			}
		})
	}
}

func TestHelpIsAsked(t *testing.T) {
	if _, err := parseSettings([]string{"--groups", "3", "--help"}, environment()); !errors.Is(err, errHelp) {
		t.Errorf("error is %v", err)
	}
}

func TestDerivedSettings(t *testing.T) {
	s := mustParse(t, strings.Fields("--addr [::1]:7000 --join a:1,b:1"))
	if s.PeerAddr != "[::1]:17000" || s.PeerAdvertise != "[::1]:17000" || s.Advertise != "[::1]:7000" {
		t.Errorf("addresses are %+v", s)
	}
	if s.BootstrapExpect != 0 {
		t.Errorf("a node that joins founds a cluster of %d", s.BootstrapExpect)
	}
	s = mustParse(t, strings.Fields("--addr 0.0.0.0:7000 --advertise a:7000 --peer-advertise a:17000 --bootstrap-expect 3 --join a:17000,b:17000,c:17000"))
	if s.PeerAddr != "0.0.0.0:17000" || s.BootstrapExpect != 3 || len(s.Join) != 3 {
		t.Errorf("settings are %+v", s)
	}
}

func TestPasswordFile(t *testing.T) {
	s := mustParse(t, []string{"--requirepass-file", writeFile(t, "password", "se cret\r\n")})
	if s.Requirepass != "se cret" {
		t.Errorf("the password is %q", s.Requirepass)
	}
	for _, content := range []string{"", "\n", "two\nlines\n"} {
		path := writeFile(t, "password", content)
		_, err := parseSettings(nil, environment("COORDD_REQUIREPASS_FILE="+path))
		want := "COORDD_REQUIREPASS_FILE: the file does not hold one line with a password"
		if err == nil || err.Error() != want {
			t.Errorf("%q: error is %v", content, err)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "7b": 7, "1k": 1000, "1kb": 1024, "2M": 2e6, "2Mb": 2 << 20, "3g": 3e9, "3GB": 3 << 30,
		"9223372036854775807": math.MaxInt64,
	} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "mb", "1.5mb", "1 mb", "1bb", "+1", "-1", "9223372036854775808", "9007199254740993kb"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("parseSize(%q) = %d", text, got)
		}
	}
}

func TestRedisConfig(t *testing.T) {
	config := mustParse(t, []string{"--dir", "data", "--log-level", "info"}).RedisConfig()
	dir, err := filepath.Abs("data")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"bind": "127.0.0.1", "port": "6379", "dir": dir, "requirepass": "", "maxclients": "10000",
		"timeout": "0", "tcp-keepalive": "300", "proto-max-bulk-len": "536870912",
		"client-query-buffer-limit": "1073741824", "loglevel": "notice", "reads": "quorum", "join": "",
	} {
		if got, ok := config[name]; !ok || got != want {
			t.Errorf("%s is %q (%v), want %q", name, got, ok, want)
		}
	}
	config["reads"] = "spoiled"
	if again := mustParse(t, nil).RedisConfig(); again["reads"] != "quorum" {
		t.Error("one caller's change is seen by the next")
	}
	wild := mustParse(t, strings.Fields("--addr :7000 --advertise a:1 --peer-advertise a:2")).RedisConfig()
	if wild["bind"] != "* -::*" || wild["port"] != "7000" {
		t.Errorf("a wildcard is bind %q port %q", wild["bind"], wild["port"])
	}
}

func TestHelpPages(t *testing.T) {
	for _, c := range []struct {
		topic []string
		want  string
	}{
		{nil, "coordd local"},
		{[]string{"help"}, "coordd help serve"},
		{[]string{"serve"}, "COORDD_ADDR"},
		{[]string{"local"}, "--nodes N"},
	} {
		var page bytes.Buffer
		if err := printHelp(&page, c.topic); err != nil || !strings.Contains(page.String(), c.want) {
			t.Errorf("help on %q lacks %q: %v\n%s", c.topic, c.want, err, page.String())
		}
	}
	var none bytes.Buffer
	if err := printHelp(&none, []string{"weather"}); !errors.As(err, new(usageError)) || none.Len() > 0 {
		t.Errorf("help on weather: %v, %q", err, none.String())
	}
	var line bytes.Buffer
	if err := printVersion(&line); err != nil || !strings.HasPrefix(line.String(), "coordd "+version+" (go") {
		t.Errorf("version is %q, %v", line.String(), err)
	}
}
