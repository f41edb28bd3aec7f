// Package rdb reads and writes single values in the format of Redis's dumps:
// what DUMP answers and RESTORE takes, and FUNCTION DUMP and RESTORE with the
// texts of libraries. It knows neither the store nor the log.
//
//	type (1 byte), value, version of the format (2 bytes), CRC64 of all before (8 bytes)
//
// Decode reads every form in which Redis 6 and 7 write the types that coordd
// has; Append writes the plainest form of each, in a version that Redis 7.0
// takes wherever that loses nothing. The format has no specification but its source (rdb.c, listpack.c,
// ziplist.c, intset.c, lzf_d.c of Redis).
//
// A payload is the input of somebody who may wish the worst: lengths are
// believed only as far as there are bytes behind them, and what is compressed
// must fit the limit that the caller gives.
//
// Reading order: value.go, footer.go, reader.go (the primitives), decode.go, packed.go
// (the small forms), stream.go, append.go.
package rdb
