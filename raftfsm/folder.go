package raftfsm

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// folderFormat is the version of the data folder's layout.
const folderFormat = 1

// nodeFile is node.json: what a node knows of itself before any log is read.
type nodeFile struct {
	Format  int      `json:"format"`
	ID      string   `json:"id"`
	Starts  uint64   `json:"starts"`            // how often the node has been started
	Cluster string   `json:"cluster,omitempty"` // empty until it belongs to one
	Groups  int      `json:"groups,omitempty"`
	Voters  []Member `json:"voters,omitempty"`  // the first voters, where the node is one of them
	Founded bool     `json:"founded,omitempty"` // its groups have been opened once
	Promise string   `json:"promise,omitempty"` // the founder it has promised to follow
}

// Member is a node of the cluster.
type Member struct {
	ID         string `json:"id"`
	PeerAddr   string `json:"peer"`
	ClientAddr string `json:"client"`
}

// folder is a data folder that this process has to itself.
type folder struct {
	dir  string
	lock *os.File
	node nodeFile
}

// openFolder makes or opens a data folder, takes its lock and counts the start.
func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder %s cannot be made: %w", dir, err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	f := &folder{dir: dir, lock: lock}
	if err := f.load(); err != nil {
		lock.Close()
		return nil, err
	}
	return f, nil
}

// lockFolder takes the lock that ends with the process, however that ends.
func lockFolder(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lock")
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder %s is not writable: %w", dir, err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		pid, _ := os.ReadFile(path)
		lock.Close()
		return nil, fmt.Errorf("data folder %s is in use by another coordd (process %s)", dir, strings.TrimSpace(string(pid)))
	}
	err = lock.Truncate(0)
	if err == nil {
		_, err = lock.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	}
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("data folder %s is not writable: %w", dir, err)
	}
	return lock, nil
}

func (f *folder) load() error {
	b, err := os.ReadFile(filepath.Join(f.dir, "node.json"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		f.node = nodeFile{Format: folderFormat, ID: newID()}
	case err != nil:
		return fmt.Errorf("data folder %s: %w", f.dir, err)
	default:
		if err := json.Unmarshal(b, &f.node); err != nil {
			return fmt.Errorf("data folder %s: node.json cannot be read: %w", f.dir, err)
		}
	}
	if f.node.Format != folderFormat {
		return fmt.Errorf("data folder %s has format %d; this coordd knows %d: use the version that wrote it",
			f.dir, f.node.Format, folderFormat)
	}
	return f.update(func(n *nodeFile) { n.Starts++ })
}

// update changes node.json; the change is on disk when it returns.
func (f *folder) update(change func(*nodeFile)) error {
	next := f.node
	change(&next)
	b, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFileSynced(filepath.Join(f.dir, "node.json"), append(b, '\n')); err != nil {
		return fmt.Errorf("data folder %s is not writable: %w", f.dir, err)
	}
	f.node = next
	return nil
}

// writeFileSynced replaces a file so that a crash leaves the old or the new one.
func writeFileSynced(path string, b []byte) error {
	tmp, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// groupDir is where a group keeps its log and snapshots.
func (f *folder) groupDir(id uint32) string {
	return filepath.Join(f.dir, fmt.Sprintf("group-%d", id))
}

func (f *folder) close() error { return f.lock.Close() }

// newID makes a name that no other node or cluster has: 40 hexadecimal digits,
// the form of Redis Cluster's node ids.
func newID() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
