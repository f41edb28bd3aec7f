package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// machine is what a reader must know to weigh the figures. What the system does
// not tell is "unknown".
type machine struct {
	cpu        string
	cores      int
	memory     string
	kernel     string
	filesystem string
	coordd     string // commit, with "+" when files have been changed since
	redis      string
	etcd       string
	goVersion  string
}

func readMachine(ctx context.Context, root, dir string) machine {
	return machine{
		cpu:        orUnknown(parseCPU(readFile("/proc/cpuinfo"))),
		cores:      runtime.NumCPU(),
		memory:     orUnknown(parseMemory(readFile("/proc/meminfo"))),
		kernel:     orUnknown(strings.TrimSpace(readFile("/proc/sys/kernel/osrelease"))),
		filesystem: orUnknown(parseFilesystem(readFile("/proc/self/mountinfo"), realPath(dir))),
		coordd:     orUnknown(commit(ctx, root)),
		redis:      orUnknown(parseRedisVersion(output(ctx, root, "redis-server", "--version"))),
		etcd:       orUnknown(parseEtcdVersion(output(ctx, root, "etcd", "--version"))),
		goVersion:  runtime.Version(),
	}
}

// parseCPU finds the first "model name : ..." of /proc/cpuinfo.
func parseCPU(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// parseMemory finds "MemTotal: N kB" of /proc/meminfo and gives gigabytes.
func parseMemory(meminfo string) string {
	for line := range strings.Lines(meminfo) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "MemTotal:" {
			continue
		}
		if kilobytes, err := strconv.ParseFloat(fields[1], 64); err == nil {
			return fmt.Sprintf("%.1f GB", kilobytes/(1<<20))
		}
	}
	return ""
}

// parseFilesystem finds, in /proc/self/mountinfo, the mount that holds path: the
// longest mount point that path begins with, the last one if several are equal.
// A line is "36 35 98:0 /root /mnt/point options [tags] - ext4 /dev/sda1 ...".
func parseFilesystem(mountinfo, path string) string {
	best, filesystem := -1, ""
	for line := range strings.Lines(mountinfo) {
		place, kind, found := strings.Cut(line, " - ")
		before, after := strings.Fields(place), strings.Fields(kind)
		if !found || len(before) < 5 || len(after) < 1 {
			continue
		}
		point := strings.ReplaceAll(before[4], `\040`, " ")
		inside := path == point || strings.HasPrefix(path, strings.TrimSuffix(point, "/")+"/")
		if inside && len(point) >= best {
			best, filesystem = len(point), after[0]
		}
	}
	return filesystem
}

// parseRedisVersion takes 7.0.15 out of "Redis server v=7.0.15 sha=...".
func parseRedisVersion(said string) string {
	for _, field := range strings.Fields(said) {
		if version, found := strings.CutPrefix(field, "v="); found {
			return version
		}
	}
	return ""
}

// parseEtcdVersion takes 3.4.23 out of "etcd Version: 3.4.23", the first of some
// lines.
func parseEtcdVersion(said string) string {
	line, _, _ := strings.Cut(said, "\n")
	version, found := strings.CutPrefix(line, "etcd Version: ")
	if !found {
		return ""
	}
	return strings.TrimSpace(version)
}

// commit is the short name of what was built; the page itself does not count as
// a change.
func commit(ctx context.Context, root string) string {
	name := strings.TrimSpace(output(ctx, root, "git", "rev-parse", "--short", "HEAD"))
	changes := output(ctx, root, "git", "status", "--porcelain", "--", ".", ":!bench/RESULTS.md")
	if name != "" && strings.TrimSpace(changes) != "" {
		name += "+"
	}
	return name
}

func output(ctx context.Context, dir, name string, args ...string) string {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return string(out)
}

func readFile(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(content)
}

func realPath(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	return path
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
