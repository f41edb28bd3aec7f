package commands

// Coordination are the words that Redis does not have: pools and locks.
//
// LOCK is not refused when memory is short (DenyOOM): a holder could not renew.
var Coordination = Group{"coordination", []Spec{
	{"lock", -4, Write | Fast, oneKey, "coordd", "name owner ttl-ms", "Takes a lock for a time, or renews it, and returns its fencing token.", lock, nil},
	{"lockinfo", 2, Read | Fast | NonDeterministic, oneKey, "coordd", "name", "Tells who holds a lock, with which token and for how long.", lockInfo, nil},
	{"pick", -2, Write | NonDeterministic, oneKey, "coordd", "pool [RR | RANDOM | HASH subject] [COUNT n] [EXCLUDE n member [member ...]]", "Picks members of a set or a sorted set by weight.", pick, nil},
	{"unlock", 3, Write | Fast, oneKey, "coordd", "name owner", "Releases a lock.", unlock, nil},
}}
