package resp

import "sync/atomic"

// Stats counts what a Server has done since it was made.
type Stats struct {
	Connections    int64  // open now
	Total          uint64 // connections accepted, rejected ones not counted
	Rejected       uint64 // refused because of Limits.MaxClients
	AcceptErrors   uint64 // times that accepting failed and was waited out
	ProtocolErrors uint64 // connections ended for what they sent
	Overruns       uint64 // connections ended for Limits.MaxQuery or MaxOutput
	Idle           uint64 // connections ended for Limits.IdleTimeout
	Panics         uint64 // connections ended for a fault of the server
	BytesIn        uint64 // read from clients
	BytesOut       uint64 // sent to clients
}

// counters feed Stats.
type counters struct {
	connections    atomic.Int64
	total          atomic.Uint64
	rejected       atomic.Uint64
	acceptErrors   atomic.Uint64
	protocolErrors atomic.Uint64
	overruns       atomic.Uint64
	idle           atomic.Uint64
	panics         atomic.Uint64
	bytesIn        atomic.Uint64
	bytesOut       atomic.Uint64
}

// Stats returns the counters. Safe from any goroutine.
func (s *Server) Stats() Stats {
	c := &s.stat
	return Stats{
		Connections:    c.connections.Load(),
		Total:          c.total.Load(),
		Rejected:       c.rejected.Load(),
		AcceptErrors:   c.acceptErrors.Load(),
		ProtocolErrors: c.protocolErrors.Load(),
		Overruns:       c.overruns.Load(),
		Idle:           c.idle.Load(),
		Panics:         c.panics.Load(),
		BytesIn:        c.bytesIn.Load(),
		BytesOut:       c.bytesOut.Load(),
	}
}
