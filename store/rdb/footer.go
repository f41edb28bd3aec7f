package rdb

import (
	"encoding/binary"
	"errors"
	"hash/crc64"
)

// The errors of Decode.
var (
	// ErrFooter says that the version is unknown, or the checksum wrong.
	ErrFooter = errors.New("rdb: payload version or checksum are wrong")
	// ErrFormat says that what is between type and footer is no value.
	ErrFormat = errors.New("rdb: bad data format")
)

const (
	versionBytes = 2
	footerBytes  = versionBytes + 8

	usualVersion  = 10 // that of Redis 7.0
	activeVersion = 11 // that of Redis 7.2
	newestVersion = 12 // that of Redis 7.4; its new types are refused one by one
)

// jones is the polynomial of Redis's checksum (Jones), its bits reversed.
var jones = crc64.MakeTable(0x95ac9329ac4bc9b5)

// checksum is Redis's CRC64, which starts with 0 and ends without inversion;
// that of the standard library does the opposite of both.
func checksum(b []byte) uint64 { return ^crc64.Update(^uint64(0), jones, b) }

// appendFooter ends a payload of the usual version, which is all of dst.
func appendFooter(dst []byte) []byte { return appendVersion(dst, usualVersion) }

func appendVersion(dst []byte, version uint16) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, version)
	return binary.LittleEndian.AppendUint64(dst, checksum(dst))
}

// cutFooter is the type and the value of a payload whose footer is right.
func cutFooter(payload string) (body string, ok bool) {
	if len(payload) < footerBytes {
		return "", false
	}
	split := len(payload) - footerBytes
	sum := len(payload) - 8
	version := binary.LittleEndian.Uint16([]byte(payload[split:sum]))
	want := binary.LittleEndian.Uint64([]byte(payload[sum:]))
	return payload[:split], version <= newestVersion && checksum([]byte(payload[:sum])) == want
}
