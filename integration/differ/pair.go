package differ

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// Pair is a real redis-server and coordd, side by side. It is not safe for
// concurrent use.
type Pair struct {
	redis, coordd *server
}

// Dial connects to both.
func Dial(redisAddr, coorddAddr string) (*Pair, error) {
	redis, err := dial(redisAddr)
	if err != nil {
		return nil, err
	}
	coordd, err := dial(coorddAddr)
	if err != nil {
		redis.nc.Close()
		return nil, err
	}
	return &Pair{redis, coordd}, nil
}

// Close ends both connections.
func (p *Pair) Close() {
	p.redis.nc.Close()
	p.coordd.nc.Close()
}

// Run runs sequences on both servers, as one pipeline as far as possible, and
// returns the first mismatch of each that has one. An error means that a server
// did not answer.
func (p *Pair) Run(seqs []Sequence) ([]*Mismatch, error) {
	var found []*Mismatch
	var together [][]string
	var batch []int
	for i := range seqs {
		if seqs[i].loops() {
			m, err := p.runSteps(&seqs[i])
			if err != nil {
				return nil, err
			}
			if m != nil {
				found = append(found, m)
			}
			continue
		}
		batch = append(batch, i)
		together = append(together, seqs[i].prologue()...)
		for _, c := range seqs[i].calls() {
			together = append(together, c.args)
		}
	}
	redis, coordd, err := p.ask(together)
	if err != nil {
		return nil, err
	}
	at := 0
	for _, i := range batch {
		calls := seqs[i].calls()
		at += len(seqs[i].prologue())
		end := at + len(calls)
		if m := compare(&seqs[i], calls, redis[at:end], coordd[at:end]); m != nil {
			found = append(found, m)
		}
		at = end
	}
	return found, nil
}

// runSteps runs a sequence that walks: up to each walk as one pipeline.
func (p *Pair) runSteps(seq *Sequence) (*Mismatch, error) {
	if _, _, err := p.ask(seq.prologue()); err != nil {
		return nil, err
	}
	calls := seq.calls()
	var redis, coordd [][]byte
	for len(redis) < len(calls) {
		var cmds [][]string
		for _, c := range calls[len(redis):] {
			if c.alone {
				break
			}
			cmds = append(cmds, c.args)
		}
		if len(cmds) > 0 {
			a, b, err := p.ask(cmds)
			if err != nil {
				return nil, err
			}
			redis, coordd = append(redis, cloned(a)...), append(coordd, cloned(b)...)
			continue
		}
		a, b, err := p.alone(&calls[len(redis)])
		if err != nil {
			return nil, err
		}
		redis, coordd = append(redis, a...), append(coordd, b...)
	}
	return compare(seq, calls, redis, coordd), nil
}

// alone runs the step that a call begins.
func (p *Pair) alone(c *call) (redis, coordd [][]byte, err error) {
	if c.step.Loop {
		a, err1 := p.redis.walk(c.args)
		a = bytes.Clone(a)
		b, err2 := p.coordd.walk(c.args)
		return [][]byte{a}, [][]byte{bytes.Clone(b)}, errors.Join(err1, err2)
	}
	a, b, err := p.ask(c.step.Commands[:1])
	if err != nil {
		return nil, nil, err
	}
	redis, coordd = cloned(a), cloned(b)
	restore := slices.Clone(c.step.Commands[1])
	restore[3] = parseNode(redis[0]).Text
	a, b, err = p.ask([][]string{restore})
	return append(redis, cloned(a)...), append(coordd, cloned(b)...), err
}

// cloned copies replies that must outlive the next pipeline.
func cloned(replies [][]byte) [][]byte {
	for i := range replies {
		replies[i] = bytes.Clone(replies[i])
	}
	return replies
}

// ask sends the same pipeline to both at once.
func (p *Pair) ask(cmds [][]string) (redis, coordd [][]byte, err error) {
	done := make(chan error, 1)
	go func() { // ends with its replies, or the server's deadline
		var err error
		if redis, err = p.redis.ask(cmds); err != nil {
			err = fmt.Errorf("redis: %w", err)
		}
		done <- err
	}()
	coordd, err = p.coordd.ask(cmds)
	if err != nil {
		err = fmt.Errorf("coordd: %w", err)
	}
	return redis, coordd, errors.Join(err, <-done)
}
