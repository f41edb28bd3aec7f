package commands

// DataGroups are all commands that run behind the log. Whoever builds a table
// starts with them and adds the groups of local commands.
func DataGroups() []Group {
	return []Group{Strings, Bitmaps, Hashes, Lists, Sets, ZSets, Geo, HyperLogLogs, Streams, Coordination, Generic, Server}
}
