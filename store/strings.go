package store

// Get is the value of a string key; ErrWrongType if it holds another type.
func (tx *Tx) Get(key string) (v string, ok bool, err error) {
	e := tx.find(key)
	switch {
	case e == nil:
		return "", false, nil
	case e.obj != nil:
		return "", false, ErrWrongType
	}
	return e.value(), true, nil
}

// Set makes key a string, whatever it was, without a deadline.
func (tx *Tx) Set(key, v string) { tx.setString(key, v, false) }

// Put makes key a string, whatever it was, and keeps its deadline.
func (tx *Tx) Put(key, v string) { tx.setString(key, v, true) }

func (tx *Tx) setString(key, v string, keepDeadline bool) {
	pos, e := tx.live(key)
	text := join(key, v)
	if e == nil {
		fresh := entry{text: text, keyLen: uint32(len(key)), version: tx.nextVersion()}
		tx.db.keys.put(pos, fresh.name(), fresh)
		tx.s.remade(tx.db, pos, fresh.version)
		tx.turn.touch(tx.db, fresh.name(), false)
		tx.turn.makes(tx.db, fresh.name())
		return
	}
	e = tx.db.keys.ref(pos, key)
	if e.obj != nil {
		tx.turn.timed = tx.turn.timed || e.obj.notes != nil
		tx.db.unindex(pos, e.obj)
	}
	e.forsake()
	e.text, e.obj = text, nil
	e.version = tx.nextVersion()
	tx.turn.touch(tx.db, e.name(), false)
	if e.deadline != 0 && !keepDeadline {
		tx.db.setDeadline(pos, e, 0)
		tx.turn.timed = true
	}
}

// embstrMax is the longest string that Redis keeps in one piece with its header.
const embstrMax = 44

func stringEncoding(v string) string {
	if _, ok := parseInt(v); ok {
		return "int"
	}
	if len(v) <= embstrMax {
		return "embstr"
	}
	return "raw"
}

// parseInt reads a decimal int64 that is written the one canonical way, so that
// printing it gives s again.
func parseInt(s string) (v int64, ok bool) {
	digits := s
	negative := s != "" && s[0] == '-'
	if negative {
		digits = s[1:]
	}
	if digits == "" || len(digits) > 19 || digits[0] == '0' && s != "0" {
		return 0, false
	}
	var u uint64 // 19 digits fit
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 {
			return 0, false
		}
		u = u*10 + uint64(d)
	}
	switch {
	case negative && u <= 1<<63:
		return -int64(u), true
	case !negative && u < 1<<63:
		return int64(u), true
	}
	return 0, false
}
