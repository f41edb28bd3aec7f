package hll

import (
	"fmt"
	"math"
	"strconv"
)

// SelfTest adds elements to a sparse HyperLogLog and to one that is dense from the
// beginning. Both must count the same, and be not more than six standard
// errors off.
func SelfTest() error {
	const most = 100000
	grown, wide := New(), New()
	if err := wide.Expand(); err != nil {
		return err
	}
	for n, check := 1, 1; n <= most; n++ {
		element := strconv.Itoa(n)
		for _, s := range []*Sketch{grown, wide} {
			if _, err := s.Add(element); err != nil {
				return err
			}
			s.Outdate()
		}
		if n != check {
			continue
		}
		check *= 10
		a, err := Count(string(grown.Bytes()))
		if err != nil {
			return err
		}
		b, err := Count(string(wide.Bytes()))
		if err != nil {
			return err
		}
		if a != b {
			return fmt.Errorf("of %d elements, sparse counts %d and dense %d", n, a, b)
		}
		const off = 6 * 1.04 / (1 << (registerBits / 2))
		if math.Abs(float64(a)-float64(n)) > math.Ceil(off*float64(n)) {
			return fmt.Errorf("%d elements are counted as %d", n, a)
		}
	}
	return nil
}
