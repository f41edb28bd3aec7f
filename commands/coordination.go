package commands

// Coordination are the words that Redis does not have: pools, locks, and
// members with deadlines (which are KeyDB's).
//
// LOCK is not refused when memory is short (DenyOOM): a holder could not renew.
var Coordination = Group{"coordination", []Spec{
	{"ack", -3, Write | Fast, oneKey, "coordd", "list ticket [ticket ...]", "Ends reservations whose items are done with: they never come back.", ack, nil},
	{"expiremember", -4, Write | Fast, oneKey, "coordd", "key member delay [s | ms]", "Gives a member of a set, sorted set or hash some seconds to live; again: a heartbeat.", expireMember, nil},
	{"expirememberat", 4, Write | Fast, oneKey, "coordd", "key member unix-time-seconds", "Gives a member a deadline in seconds of Unix time.", expireMemberAt, nil},
	{"extend", 5, Write | Fast, oneKey, "coordd", "list ticket PX ms", "Gives a reservation more time, from now on.", extend, nil},
	{"lock", -4, Write | Fast | Blocking, oneKey, "coordd", "name owner ttl-ms [WAIT ms] [SHARED | PERMITS n]", "Takes a lock for a time, or renews it, and returns its fencing token; may wait for it, first come, first served.", lock, nil},
	{"lockinfo", 2, Read | NonDeterministic, oneKey, "coordd", "name", "Tells who holds a lock, with which tokens and for how long, and who waits for it.", lockInfo, nil},
	{"nack", -3, Write | Fast, oneKey, "coordd", "list ticket [DELAY ms]", "Ends a reservation and puts its item back, now or after a delay.", nack, nil},
	{"pexpiremember", 4, Write | Fast, oneKey, "coordd", "key member milliseconds", "Gives a member of a set, sorted set or hash some milliseconds to live; again: a heartbeat.", pexpireMember, nil},
	{"pexpirememberat", 4, Write | Fast, oneKey, "coordd", "key member unix-time-milliseconds", "Gives a member a deadline in milliseconds of Unix time.", pexpireMemberAt, nil},
	{"pick", -2, Write | NonDeterministic | MayRead, oneKey, "coordd", "pool [RR | RANDOM | LEAST [PX ms] | HASH subject [BOUND percent [PX ms]]] [COUNT n] [EXCLUDE n member [member ...]]", "Picks members of a set or a sorted set by weight; LEAST and BOUND answer with tickets, for PICKDONE.", pick, nil},
	{"pickdone", -3, Write | Fast, oneKey, "coordd", "pool ticket [ticket ...]", "Gives picks of PICK LEAST or BOUND back.", pickDone, nil},
	{"pickinfo", 2, Read | NonDeterministicOrder, oneKey, "coordd", "pool", "Tells how the members of a pool stand: weight, state, outstanding picks, picks, times.", pickInfo, nil},
	{"pickmark", -4, Write | Fast, oneKey, "coordd", "pool member DOWN [PX ms] | UP", "Takes a member out of rotation, for a time or until it is marked UP.", pickMark, nil},
	{"queueinfo", 2, Read | NonDeterministic, oneKey, "coordd", "list", "Tells how many items of a queue are ready, reserved, delayed and dead.", queueInfo, nil},
	{"reserve", -5, Write | Fast | Blocking, oneKey, "coordd", "list worker PX ms [BLOCK ms] [COUNT n] [MAXTRIES n]", "Takes items off a list for a time: what is not acknowledged by then comes back.", reserve, nil},
	{"unlock", 3, Write | Fast, oneKey, "coordd", "name owner", "Releases a lock.", unlock, nil},
}}
