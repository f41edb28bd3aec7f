package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"coordd/integration/cluster"
)

// buildDir is where this run of the tests builds the server.
func buildDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("coordd-test-%d", os.Getpid()))
}

func TestMain(m *testing.M) {
	m.Run()
	os.RemoveAll(buildDir())
}

// build makes the server once for all tests.
var build = sync.OnceValues(func() (string, error) {
	if err := os.MkdirAll(buildDir(), 0o755); err != nil {
		return "", err
	}
	return cluster.Build("..", buildDir())
})

// binary is the path of the server under test.
func binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// seed is what the random choices of a test come from: $COORDD_SEED or the
// clock. It is printed with the test's log.
func seed(t testing.TB) uint64 {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("COORDD_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("COORDD_SEED: %v", err)
		}
	}
	t.Logf("COORDD_SEED=%d", seed)
	return seed
}
