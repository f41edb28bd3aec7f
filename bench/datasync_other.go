//go:build !linux

package main

import "os"

// Elsewhere Go has the full sync only.
func datasync(file *os.File) error {
	return file.Sync()
}
