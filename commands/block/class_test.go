package block

import "testing"

// Who waits where.
func TestClasses(t *testing.T) {
	b, _ := newNodeEngine()
	for line, want := range map[string]string{
		"BLPOP k l k 0":                            "list k, list l",
		"BLMOVE k l LEFT LEFT 0":                   "list k",
		"BRPOPLPUSH k l 0":                         "list k",
		"BLMPOP 0 2 k l LEFT":                      "list k, list l",
		"BZPOPMAX k 0":                             "sorted-set k",
		"XREADGROUP COUNT 1 GROUP g c STREAMS s >": `stream "g" s`,
		"RESERVE k me PX 1 BLOCK 0":                "list k",
		"LOCK k me 1 WAIT 0":                       "lock k",
		"LPOP k":                                   "",
	} {
		_, args := fieldsOf(b, line)
		got := ""
		for i, q := range queuesOf(b.table(), 0, args) {
			if i > 0 {
				got += ", "
			}
			got += q.class + " " + q.key
			if back := parseQueue(q.name()); back != q {
				t.Errorf("%v comes back as %v", q, back)
			}
		}
		if got != want {
			t.Errorf("%s waits at %s, want %s", line, got, want)
		}
	}
}
