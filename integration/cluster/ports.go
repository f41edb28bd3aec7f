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
// systems take ports for outgoing connections, and nobody else gets them from
// FreePorts until the test has ended: a UDP socket of the same number, which is
// in nobody's way, marks a port as taken, also for other test processes.
func FreePorts(t testing.TB, n int) int {
	t.Helper()
	for range 1000 {
		port := 11000 + rand.IntN(9000)
		if reserve(t, port, n) && reserve(t, port+PeerOffset, n) {
			return port
		}
	}
	t.Fatalf("no %d free ports next to one another", n)
	return 0
}

// reserve marks ports that are free. Marks of a try that failed stay until the
// test ends, too: there are enough ports.
func reserve(t testing.TB, first, n int) bool {
	t.Helper()
	for port := first; port < first+n; port++ {
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		mark, err := net.ListenPacket("udp", addr)
		if err != nil {
			return false
		}
		t.Cleanup(func() { mark.Close() })
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			return false
		}
		ln.Close()
	}
	return true
}
