package ring

import "strings"

// Slots is the number of slots, as in Redis Cluster: clients compute them too.
const Slots = 16384

// SlotOf returns the slot of key, 0 to Slots-1: CRC16 of its HashTag, modulo
// Slots, exactly as Redis Cluster's CLUSTER KEYSLOT. It allocates nothing.
func SlotOf(key string) uint16 {
	return crc16(HashTag(key)) % Slots
}

// HashTag returns the part of key that decides its slot: what stands between
// the first "{" and the first "}" after it or, where there is no such pair or
// nothing between them, the whole key.
func HashTag(key string) string {
	open := strings.IndexByte(key, '{')
	if open < 0 {
		return key
	}
	size := strings.IndexByte(key[open+1:], '}')
	if size <= 0 {
		return key
	}
	return key[open+1 : open+1+size]
}

// crcTable holds the CRC16 of every single byte. It is never written again.
var crcTable = makeCRCTable()

// polynomial is that of CRC-16/XMODEM (x^16 + x^12 + x^5 + 1), the variant that
// the Redis Cluster specification names: start 0, nothing reflected, no final xor.
const polynomial = 0x1021

func makeCRCTable() (table [256]uint16) {
	for i := range table {
		crc := uint16(i) << 8
		for range 8 {
			carry := crc&0x8000 != 0
			crc <<= 1
			if carry {
				crc ^= polynomial
			}
		}
		table[i] = crc
	}
	return table
}

func crc16(s string) uint16 {
	var crc uint16
	for i := 0; i < len(s); i++ {
		crc = crc<<8 ^ crcTable[byte(crc>>8)^s[i]]
	}
	return crc
}
