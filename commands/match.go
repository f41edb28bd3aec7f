package commands

// Match tells whether s fits a glob pattern as KEYS and CONFIG GET take it. It
// takes at most len(pattern)*len(s) steps.
func Match(pattern, s string) bool { return globMatch(pattern, s) }
