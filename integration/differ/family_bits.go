package differ

func bitmapFamily() *family {
	return &family{
		kinds: "bs",
		holds: Strings,
		values: map[string]func(*maker) string{
			"offset":             (*maker).offset,
			"bitfield.offset":    (*maker).bitFieldOffset,
			"bitfield_ro.offset": (*maker).bitFieldOffset,
			"encoding":           (*maker).encoding,
			"bit":                (*maker).bit,
			"setbit.value":       (*maker).bit,
			"bitfield.value":     (*maker).number,
		},
		setups: []func(*maker) []string{
			func(m *maker) []string { return []string{"SETBIT", m.keyOf("b"), m.offset(), "1"} },
			func(m *maker) []string { return []string{"SET", m.keyOf("b"), m.bytes()} },
			func(m *maker) []string {
				return []string{"SET", m.keyOf("b"), m.pick("\xff\xf0\x00", "\x00\xff\xf0", "\xff\xff\xff", "\x00\x00\x00", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", "foobar")}
			},
		},
	}
}

func (m *maker) bit() string {
	if m.IntN(12) == 0 {
		return m.pick("2", "-1", "abc", "", "01", "1.0")
	}
	return m.pick("0", "1")
}

func (m *maker) bitFieldOffset() string {
	if m.IntN(3) == 0 {
		return m.pick("#", "#0", "#1", "#3", "#-1", "#10", "#abc", "#9223372036854775807")
	}
	return m.offset()
}

func (m *maker) encoding() string {
	return m.pick("u8", "i8", "u1", "i1", "u4", "i5", "u16", "i16", "u32", "i32", "u63", "i64", "i63", "u8", "i8", "u64", "i65", "u0", "x8", "u", "", "U8", "u08", "i-1", "8")
}
