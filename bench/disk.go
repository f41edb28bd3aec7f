package main

import (
	"os"
	"path/filepath"
	"time"
)

// measureDisk times n appends of 512 bytes, each followed by fdatasync: what a
// durable log must at least wait for. It is the scale for all other figures.
func measureDisk(dir string, n int) ([]time.Duration, error) {
	file, err := os.Create(filepath.Join(dir, "disk"))
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	record := make([]byte, 512)
	times := make([]time.Duration, 0, n)
	for range n {
		if _, err := file.Write(record); err != nil {
			return nil, err
		}
		began := time.Now()
		if err := datasync(file); err != nil {
			return nil, err
		}
		times = append(times, time.Since(began))
	}
	return times, nil
}
