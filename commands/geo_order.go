package commands

import (
	"cmp"
	"slices"
)

// byDistance compares two places found, the nearest first.
func byDistance(a, b geoFound) int { return cmp.Compare(a.metres, b.metres) }

// sortFirst puts the first count places into order, the others anywhere behind
// them. Where some are equally far, it is the algorithm that decides which of
// them are among the first: it is that of Redis, Bentley's and McIlroy's
// quicksort ("Engineering a Sort Function", 1993), left where enough is sorted.
func sortFirst(a []geoFound, count int, order func(a, b geoFound) int) {
	for {
		n := len(a)
		if n < 7 {
			slices.SortStableFunc(a, order)
			return
		}
		low, high := partition(a, order)
		if low > 1 {
			sortFirst(a[:low], count, order)
		}
		if high < 2 || n-high >= count {
			return
		}
		a, count = a[n-high:], count-(n-high)
	}
}

// partition parts places around one of them: the first low come before it, the
// last high behind it.
func partition(a []geoFound, order func(a, b geoFound) int) (low, high int) {
	n := len(a)
	swap := func(i, j int) { a[i], a[j] = a[j], a[i] }
	swap(0, pivot(a, order))
	// a[:b] and a[d+1:] are equal to the pivot, a[b:i] before it, a[j+1:d+1] behind.
	b, i, j, d := 1, 1, n-1, n-1
	for {
		for ; i <= j && order(a[i], a[0]) <= 0; i++ {
			if order(a[i], a[0]) == 0 {
				swap(b, i)
				b++
			}
		}
		for ; i <= j && order(a[j], a[0]) >= 0; j-- {
			if order(a[j], a[0]) == 0 {
				swap(j, d)
				d--
			}
		}
		if i > j {
			break
		}
		swap(i, j)
		i++
		j--
	}
	for k, equal := 0, min(b, i-b); k < equal; k++ {
		swap(k, i-equal+k)
	}
	for k, equal := 0, min(d-j, n-1-d); k < equal; k++ {
		swap(i+k, n-equal+k)
	}
	return i - b, d - j
}

// pivot chooses one of 7, the median of three, or of three such of more than
// 40.
func pivot(a []geoFound, order func(a, b geoFound) int) int {
	median := func(i, j, k int) int {
		before := func(i, j int) bool { return order(a[i], a[j]) < 0 }
		rising := before(i, j)
		switch {
		case rising && before(j, k), !rising && before(k, j):
			return j
		case rising == before(i, k):
			return k
		}
		return i
	}
	n := len(a)
	first, middle, last := 0, n/2, n-1
	if n == 7 {
		return middle
	}
	if n > 40 {
		d := n / 8
		first, middle, last = median(0, d, 2*d), median(middle-d, middle, middle+d), median(last-2*d, last-d, last)
	}
	return median(first, middle, last)
}
