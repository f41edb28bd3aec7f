package rdb

// functionForm is before the text of each library of functions.
const functionForm = 245

// AppendFunctions writes a payload with the texts of libraries behind dst, which
// must be empty, and returns it.
func AppendFunctions(dst []byte, texts []string) []byte {
	w := writer{dst}
	for _, text := range texts {
		w.byte(functionForm)
		w.string(text)
	}
	return appendFooter(w.buf)
}

// DecodeFunctions reads the texts of libraries out of a payload. No more than
// limit bytes are made by decompression, all in all. The error is ErrFooter or
// ErrFormat.
func DecodeFunctions(payload string, limit int) (texts []string, err error) {
	body, ok := cutFooter(payload)
	if !ok {
		return nil, ErrFooter
	}
	r := &reader{rest: body, room: limit}
	for r.rest != "" {
		r.demand(r.byte() == functionForm)
		texts = append(texts, r.string())
	}
	if r.fault {
		return nil, ErrFormat
	}
	return texts, nil
}
