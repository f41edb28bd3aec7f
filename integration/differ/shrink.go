package differ

import "slices"

// shrinkRuns bounds how often a sequence is run while it is made smaller.
const shrinkRuns = 1500

// Shrink makes the sequence of a mismatch as small as it can while it still
// shows one of the same signature, and returns that one. First steps are taken
// out, many at once and then single ones, then arguments.
func (p *Pair) Shrink(m *Mismatch) (*Mismatch, error) {
	return shrink(m, func(seq Sequence) (*Mismatch, error) {
		found, err := p.Run([]Sequence{seq})
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return found[0], nil
	})
}

// shrink does it with whatever runs a sequence.
func shrink(m *Mismatch, run func(Sequence) (*Mismatch, error)) (*Mismatch, error) {
	s := &shrinker{run: run, best: m, signature: m.Signature(), left: shrinkRuns}
	for before := -1; before != s.size() && s.left > 0 && s.err == nil; {
		before = s.size()
		s.steps()
		s.arguments()
		s.probing()
	}
	return s.best, s.err
}

type shrinker struct {
	run       func(Sequence) (*Mismatch, error)
	best      *Mismatch
	signature string
	left      int
	err       error
}

// size is what a round has to lessen.
func (s *shrinker) size() int {
	n := len(s.best.Sequence.Keys) + len(s.best.Sequence.DBs)
	for _, step := range s.best.Sequence.Steps {
		for _, args := range step.Commands {
			n += 1 + len(args)
		}
	}
	return n
}

// try runs a smaller sequence and keeps it if it fails in the same way.
func (s *shrinker) try(seq Sequence) bool {
	if s.left <= 0 || s.err != nil {
		return false
	}
	s.left--
	var found *Mismatch
	if found, s.err = s.run(seq); found == nil || found.Signature() != s.signature {
		return false
	}
	s.best = found
	return true
}

// steps takes steps out: from the end, runs of half, a quarter ... down to one.
func (s *shrinker) steps() {
	for width := max(len(s.best.Sequence.Steps)/2, 1); width > 0; width /= 2 {
		for at := len(s.best.Sequence.Steps) - width; at >= 0; at -= width {
			if at+width > len(s.best.Sequence.Steps) {
				continue
			}
			smaller := s.best.Sequence
			smaller.Steps = slices.Delete(slices.Clone(smaller.Steps), at, at+width)
			s.try(smaller)
		}
	}
}

// arguments does the same to the arguments of each command that stands alone.
func (s *shrinker) arguments() {
	for i := len(s.best.Sequence.Steps) - 1; i >= 0; i-- {
		if len(s.best.Sequence.Steps[i].Commands) != 1 {
			continue
		}
		for width := max(len(s.args(i))/2, 1); width > 0; width /= 2 {
			for at := len(s.args(i)) - width; at >= 1; at -= width {
				if at+width > len(s.args(i)) {
					continue
				}
				s.try(s.without(i, at, width))
			}
		}
	}
}

func (s *shrinker) args(step int) []string { return s.best.Sequence.Steps[step].Commands[0] }

func (s *shrinker) without(step, at, width int) Sequence {
	smaller := s.best.Sequence
	smaller.Steps = slices.Clone(smaller.Steps)
	args := slices.Delete(slices.Clone(s.args(step)), at, at+width)
	smaller.Steps[step].Commands = [][]string{args}
	return smaller
}

// probing looks at fewer keys and databases afterwards.
func (s *shrinker) probing() {
	for i := len(s.best.Sequence.Keys) - 1; i >= 0; i-- {
		smaller := s.best.Sequence
		smaller.Keys = slices.Delete(slices.Clone(smaller.Keys), i, i+1)
		s.try(smaller)
	}
	for i := len(s.best.Sequence.DBs) - 1; i >= 0 && len(s.best.Sequence.DBs) > 1; i-- {
		smaller := s.best.Sequence
		smaller.DBs = slices.Delete(slices.Clone(smaller.DBs), i, i+1)
		s.try(smaller)
	}
}
