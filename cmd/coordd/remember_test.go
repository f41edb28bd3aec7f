package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coordd/commands/config"
)

// remembering is a server as far as it keeps settings of the cluster.
func remembering(t *testing.T, dir string) *server {
	t.Helper()
	srv := &server{log: slog.New(slog.DiscardHandler), decided: make(chan config.Decided, 1)}
	srv.settings.Dir = dir
	var err error
	if srv.live, err = config.New(nil); err != nil {
		t.Fatal(err)
	}
	return srv
}

// What the cluster has decided is known at the next start, before the log is
// read, and is not replaced by what was decided before it.
func TestDecidedSettingsAreRemembered(t *testing.T) {
	dir := t.TempDir()
	srv := remembering(t, dir)
	if err := srv.recall(); err != nil {
		t.Fatalf("on an empty folder: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go srv.remember(ctx)
	srv.adopt(config.Decided{Index: 7, Values: map[string]string{"requirepass": "first"}})
	srv.adopt(config.Decided{Index: 9, Values: map[string]string{"requirepass": "sesame"}})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		content, _ := os.ReadFile(filepath.Join(dir, decidedFile))
		if strings.Contains(string(content), "sesame") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the file holds %s", content)
		}
	}
	again := remembering(t, dir)
	if err := again.recall(); err != nil {
		t.Fatal(err)
	}
	again.adopt(config.Decided{Index: 7, Values: map[string]string{"requirepass": "first"}})
	if got := again.live.Get("requirepass"); got != "sesame" {
		t.Errorf("after the start, with half of the log read: %q", got)
	}
	again.adopt(config.Decided{Index: 10})
	if got := again.live.Get("requirepass"); got != "" {
		t.Errorf("what was decided later is not followed: %q", got)
	}
}

// A file that cannot be trusted ends the start: to pass over it would be to ask
// for no password.
func TestBrokenDecidedFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, decidedFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := remembering(t, dir).recall(); err == nil || !strings.Contains(err.Error(), decidedFile) {
		t.Errorf("error is %v", err)
	}
}
