package hll

// Dense registers begin at the lowest bits of a byte and go on in the next.

func denseAt(r []byte, register int) byte {
	at, shift := register*valueBits/8, uint(register*valueBits%8)
	v := uint(r[at]) >> shift
	if shift > 8-valueBits {
		v |= uint(r[at+1]) << (8 - shift)
	}
	return byte(v & (1<<valueBits - 1))
}

func setDense(r []byte, register int, value byte) {
	at, shift := register*valueBits/8, uint(register*valueBits%8)
	bits, mask := uint(value)<<shift, uint(1<<valueBits-1)<<shift
	r[at] = r[at]&^byte(mask) | byte(bits)
	if shift > 8-valueBits {
		r[at+1] = r[at+1]&^byte(mask>>8) | byte(bits>>8)
	}
}
