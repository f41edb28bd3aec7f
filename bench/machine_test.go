package main

import (
	"testing"
	"time"
)

func TestParseMachine(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"cpu", parseCPU("processor\t: 0\nmodel name\t: Some CPU: fast @ 3 GHz\nmodel name\t: other\n"), "Some CPU: fast @ 3 GHz"},
		{"no cpu", parseCPU("processor\t: 0\n"), ""},
		{"memory", parseMemory("MemFree: 1 kB\nMemTotal:       24684092 kB\n"), "23.5 GB"},
		{"redis", parseRedisVersion("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64\n"), "7.0.15"},
		{"no redis", parseRedisVersion(""), ""},
		{"etcd", parseEtcdVersion("etcd Version: 3.4.23\nGit SHA: Not provided\nGo Version: go1.19.8\n"), "3.4.23"},
		{"no etcd", parseEtcdVersion(""), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestParseFilesystem(t *testing.T) {
	const mounts = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:30 / /tmp rw - tmpfs tmpfs rw
31 27 0:31 / /my\040disk rw shared:5 - xfs /dev/vdb rw
32 27 0:32 / /my\040disk rw - btrfs /dev/vdc rw
`
	for path, want := range map[string]string{
		"/data/x": "ext4", "/tmp": "tmpfs", "/tmp/a/b": "tmpfs", "/tmpfoo": "ext4", "/my disk/a": "btrfs",
	} {
		if got := parseFilesystem(mounts, path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := parseFilesystem("", "/"); got != "" {
		t.Errorf("without mounts: %q", got)
	}
}

func TestParsePeak(t *testing.T) {
	for status, want := range map[string]int64{
		"Name:\tcoordd\nVmHWM:\t   12345 kB\nVmRSS:\t 1 kB\n": 12345 << 10,
		"Name:\tcoordd\n": 0,
		"VmHWM:\t x kB\n": 0,
	} {
		if got := parsePeak(status); got != want {
			t.Errorf("%q: %d, want %d", status, got, want)
		}
	}
}

func TestMeasureDisk(t *testing.T) {
	times, err := measureDisk(t.TempDir(), 5)
	if err != nil || len(times) != 5 {
		t.Fatalf("%d times, %v", len(times), err)
	}
	for _, d := range times {
		if d <= 0 || d > time.Minute {
			t.Errorf("a sync took %s", d)
		}
	}
	if _, err := measureDisk("/nonexistent", 1); err == nil {
		t.Error("no error for a folder that does not exist")
	}
}
