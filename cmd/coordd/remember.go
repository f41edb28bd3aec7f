package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"coordd/commands/config"
)

// A node that starts knows what the cluster has decided only when it has read
// its log, which it may do no earlier than a leader says how far that counts. In
// between it must not let in clients without the password that it asked for
// before. So the settings of the cluster are kept in a file too. The log counts
// where they differ: what it says later (config.Decided.Index) replaces them.
const decidedFile = "settings.json"

// recall takes over what the file says, if there is one.
func (srv *server) recall() error {
	path := filepath.Join(srv.settings.Dir, decidedFile)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var d config.Decided
	if err := json.Unmarshal(content, &d); err != nil {
		return fmt.Errorf("%s does not hold settings: %w; without the file the node asks for no password until it has read its log", path, err)
	}
	srv.live.SetShared(d)
	return nil
}

// remember writes the file whenever the cluster decides something, until ctx ends.
func (srv *server) remember(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-srv.decided:
			if err := srv.writeDecided(d); err != nil {
				srv.log.Warn("settings of the cluster could not be kept for the next start", "error", err)
			}
		}
	}
}

func (srv *server) writeDecided(d config.Decided) error {
	content, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(srv.settings.Dir, decidedFile), string(content)+"\n")
}
