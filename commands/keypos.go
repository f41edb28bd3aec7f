package commands

import "iter"

// In yields the positions of the keys in args, which has passed the arity
// gate. Arguments that make no sense to Find yield none: the handler says
// what is wrong with them.
func (k Keys) In(args []string) iter.Seq[int] {
	return func(yield func(int) bool) {
		if k.Find != nil {
			for _, i := range k.Find(args) {
				if !yield(i) {
					return
				}
			}
			return
		}
		if k.First == 0 {
			return
		}
		last := k.Last
		if last < 0 {
			last += len(args)
		}
		for i := k.First; i <= last && i < len(args); i += k.Step {
			if !yield(i) {
				return
			}
		}
	}
}
