package rdb

import "unsafe"

// decompress reads LZF (Lehmann's liblzf), which must give exactly size bytes.
// A control byte below 32 has so many literal bytes, and one more, behind it;
// any other one refers back: three bits of length (7: a byte more follows) and
// thirteen of distance.
func decompress(packed string, size int) (text string, ok bool) {
	const literals, longRun, shortest = 32, 7, 2
	out := make([]byte, 0, size)
	for i := 0; i < len(packed); {
		control := int(packed[i])
		i++
		if control < literals {
			n := control + 1
			if n > len(packed)-i || n > size-len(out) {
				return "", false
			}
			out = append(out, packed[i:i+n]...)
			i += n
			continue
		}
		n := control >> 5
		if n == longRun {
			if i == len(packed) {
				return "", false
			}
			n += int(packed[i])
			i++
		}
		n += shortest
		if i == len(packed) {
			return "", false
		}
		from := len(out) - (control&0x1f<<8 | int(packed[i])) - 1
		i++
		if from < 0 || n > size-len(out) {
			return "", false
		}
		for ; n > 0; n-- { // byte by byte: the run may overlap itself
			out = append(out, out[from])
			from++
		}
	}
	if len(out) != size {
		return "", false
	}
	return unsafe.String(unsafe.SliceData(out), len(out)), true
}
