package commands

// Tally is how often one command was carried out in a stretch of a connection's
// work.
type Tally struct {
	Spec          *Spec
	Calls, Failed uint64
}

// CommandStat is what a node has counted of one command.
type CommandStat struct {
	Name     string
	Calls    uint64
	Micros   uint64 // time they took together
	Rejected uint64 // refused before they were carried out
	Failed   uint64 // of the calls
}

// ErrorStat is how often a node has answered with errors of one kind.
type ErrorStat struct {
	Code  string // the first word: "ERR", "WRONGTYPE" ...
	Count uint64
}

// LatencyStat are percentiles of the time that a command takes.
type LatencyStat struct {
	Name   string
	Points []LatencyPoint
}

// LatencyPoint says that Percentile of 100 calls took no longer than Micros.
type LatencyPoint struct{ Percentile, Micros float64 }
