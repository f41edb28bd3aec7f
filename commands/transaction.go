package commands

import (
	"strconv"

	"coordd/resp"
	"coordd/store"
)

// A transaction is one command of the log, in words that no client can send:
//
//	coordd.exec  watched  (db key version)...  (db argc arg...)...
//
// watched is how many keys are watched; all after them are the queued commands.
// coordd.view is the same for a transaction that only reads.
// They are part of every table.
const (
	ExecName = "coordd.exec"
	ViewName = "coordd.view"
)

// Transaction is what EXEC hands to the log.
type Transaction struct {
	Watched []Watched
	Calls   []Call
}

// Watched is a key that must not have changed: that must have this version.
type Watched struct {
	DB      int
	Key     string
	Version uint64 // store.Tx.Version
}

// Call is a queued command.
type Call struct {
	DB   int
	Args []string
}

// Encode is the transaction as one command; readOnly says that all its commands
// are reads.
func (t *Transaction) Encode(readOnly bool) []string {
	name := ExecName
	if readOnly {
		name = ViewName
	}
	args := []string{name, strconv.Itoa(len(t.Watched))}
	for _, w := range t.Watched {
		args = append(args, strconv.Itoa(w.DB), w.Key, strconv.FormatUint(w.Version, 10))
	}
	for _, c := range t.Calls {
		args = append(args, strconv.Itoa(c.DB), strconv.Itoa(len(c.Args)))
		args = append(args, c.Args...)
	}
	return args
}

// parseTransaction reads what Encode wrote behind the name.
func parseTransaction(args []string) (t Transaction, ok bool) {
	p := words{args: args}
	for range p.number(len(args) / 3) {
		w := Watched{DB: p.number(store.Databases - 1), Key: p.next()}
		w.Version, _ = strconv.ParseUint(p.next(), 10, 64)
		t.Watched = append(t.Watched, w)
	}
	for len(p.args) > 0 && !p.bad {
		c := Call{DB: p.number(store.Databases - 1)}
		n := p.number(len(p.args))
		if n == 0 || p.bad || n > len(p.args) {
			return Transaction{}, false
		}
		c.Args, p.args = p.args[:n:n], p.args[n:]
		t.Calls = append(t.Calls, c)
	}
	return t, !p.bad
}

// words takes one word after another; bad says that one was missing or wrong.
type words struct {
	args []string
	bad  bool
}

func (p *words) next() string {
	if len(p.args) == 0 {
		p.bad = true
		return ""
	}
	w := p.args[0]
	p.args = p.args[1:]
	return w
}

// number takes a number from 0 to most.
func (p *words) number(most int) int {
	n, err := strconv.Atoi(p.next())
	if err != nil || n < 0 || n > most {
		p.bad = true
		return 0
	}
	return n
}

// transactions are the rows that carry out transactions through a table.
func (t *Table) transactions() Group {
	return Group{"transactions", []Spec{
		{ExecName, -2, Write | Internal, Keys{}, "coordd", "", "Carries out a transaction.", t.transact, nil},
		{ViewName, -2, Read | Internal, Keys{}, "coordd", "", "Carries out a transaction that only reads.", t.transact, nil},
	}}
}

// transact answers the null array when a watched key has changed, else all
// replies; that of a command which fails is its error, and the others count.
func (t *Table) transact(tx *store.Tx, args []string) resp.Reply {
	work, ok := parseTransaction(args[1:])
	if !ok {
		return resp.Error("ERR a transaction of the log does not decode")
	}
	for _, w := range work.Watched {
		if tx.On(w.DB).Version(w.Key) != w.Version {
			return resp.NullArray
		}
	}
	replies := make([]resp.Reply, len(work.Calls))
	for i, c := range work.Calls {
		on := tx.On(c.DB)
		replies[i] = t.Run(on, c.Args)
		on.Done()
	}
	return resp.Array(replies...)
}
