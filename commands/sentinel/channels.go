package sentinel

import "slices"

// channels are those on which Redis Sentinel tells of what happens, and so does
// every node here of what it sees (events.go).
var channels = []string{
	"+config-update-from", "+convert-to-slave", "+dup-sentinel", "+elected-leader", "+failover-detected", "+failover-end",
	"+failover-end-for-timeout", "+failover-state-reconf-slaves", "+failover-state-select-slave",
	"+failover-state-send-slaveof-noone", "+failover-state-wait-promotion", "+fix-slave-config", "+monitor", "+new-epoch",
	"+odown", "+promoted-slave", "+reboot", "+replica-reconf-done", "+reset-master", "+role-change", "+sdown",
	"+selected-slave", "+sentinel", "+set", "+slave", "+slave-reconf-done", "+slave-reconf-inprog", "+slave-reconf-sent",
	"+switch-master", "+tilt", "+try-failover", "+vote-for-leader",
	"-dup-sentinel", "-failover-abort-no-good-slave", "-failover-abort-not-elected", "-failover-abort-slave-timeout",
	"-monitor", "-odown", "-role-change", "-sdown", "-tilt",
}

// IsChannel tells whether a channel is one of Sentinel's, on which nobody but the
// node itself publishes.
func IsChannel(name string) bool {
	_, found := slices.BinarySearch(channels, name)
	return found
}
