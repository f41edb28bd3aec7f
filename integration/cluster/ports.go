package cluster

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// PeerOffset is how far a node's peer port lies above its client port when
// nobody says otherwise.
const PeerOffset = 10000

// FreePorts finds n neighbouring client ports that are free now, with their
// peer ports, and returns the first. They lie below the range from which
// systems take ports for outgoing connections.
func FreePorts(t testing.TB, n int) int {
	t.Helper()
	for range 1000 {
		port := 11000 + rand.IntN(9000)
		if portsFree(port, n) && portsFree(port+PeerOffset, n) {
			return port
		}
	}
	t.Fatalf("no %d free ports next to one another", n)
	return 0
}

func portsFree(first, n int) bool {
	for port := first; port < first+n; port++ {
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		ln.Close()
	}
	return true
}
