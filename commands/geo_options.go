package commands

import (
	"coordd/resp"
	"coordd/store"
	"coordd/store/geo"
)

// geoForm is what distinguishes the searches.
type geoForm struct {
	around    geoAround
	stores    bool // GEOSEARCHSTORE: the first key is the destination
	storeWord bool // STORE and STOREDIST name one
}

// geoAround is where a search has its middle.
type geoAround int

const (
	aroundOption geoAround = iota // FROMMEMBER or FROMLONLAT
	aroundPlace                   // key longitude latitude radius unit
	aroundMember                  // key member radius unit
)

// options is where the options begin.
func (a geoAround) options() int { return [...]int{2, 6, 5}[a] }

// geoOptions are the options of a search.
type geoOptions struct {
	shape                         geo.Shape
	withDist, withHash, withCoord bool
	ascending, descending         bool
	count                         int64 // 0: all
	any                           bool
	stores, storeDist             bool
	destination                   string
	byRadius, fromMember, fromLL  bool
}

// parseGeoSearch reads all arguments. What depends on a member is left out
// where there is no key.
func parseGeoSearch(z *store.ZSet, args []string, form geoForm) (o geoOptions, refusal resp.Reply) {
	rest := args[form.around.options():]
	o.shape.Unit = 1
	if form.stores {
		o.stores, o.destination, rest = true, args[1], args[3:]
	}
	switch form.around {
	case aroundPlace:
		if o.shape.Middle, refusal = parsePlace(args[2:]); !refusal.IsError() {
			refusal = o.readRadius(args[4:])
		}
	case aroundMember:
		if z != nil {
			if refusal = o.readMember(z, args[2]); !refusal.IsError() {
				refusal = o.readRadius(args[3:])
			}
		}
	}
	for !refusal.IsError() && len(rest) > 0 {
		var used int
		if used, refusal = o.readOption(z, rest, form); used == 0 && !refusal.IsError() {
			refusal = errSyntax
		}
		rest = rest[used:]
	}
	if refusal.IsError() {
		return o, refusal
	}
	return o, o.fault(args[0], form)
}

// fault is what is wrong with options that are each good.
func (o *geoOptions) fault(name string, form geoForm) resp.Reply {
	search := form.around == aroundOption
	switch with := o.withDist || o.withHash || o.withCoord; {
	case with && form.stores:
		return errGeoStoring
	case with && o.stores:
		return errGeoStore
	case search && !o.fromMember && !o.fromLL:
		return errGeoFrom(name)
	case search && !o.byRadius && !o.shape.Box:
		return errGeoBy(name)
	case o.any && o.count == 0:
		return errGeoAny
	}
	return resp.Reply{}
}

// readOption reads the option that rest begins with, and tells how many
// arguments it took: 0 if it is none.
func (o *geoOptions) readOption(z *store.ZSet, rest []string, form geoForm) (used int, refusal resp.Reply) {
	if o.readFlag(rest[0]) {
		return 1, refusal
	}
	switch word := rest[0]; {
	case isWord(word, "COUNT") && len(rest) > 1:
		var ok bool
		if o.count, ok = parseInt(rest[1]); !ok {
			return 0, errNotInteger
		}
		if o.count <= 0 {
			return 0, errCountNotAbove0
		}
		return 2, refusal
	case form.storeWord && len(rest) > 1 && (isWord(word, "STORE") || isWord(word, "STOREDIST")):
		o.stores, o.storeDist, o.destination = true, isWord(word, "STOREDIST"), rest[1]
		return 2, refusal
	case form.stores && isWord(word, "STOREDIST"):
		o.storeDist = true
		return 1, refusal
	case form.around == aroundOption:
		return o.readSearch(z, rest)
	}
	return 0, refusal
}

// readFlag takes one word if it is an option without arguments.
func (o *geoOptions) readFlag(word string) bool {
	switch {
	case isWord(word, "WITHDIST"):
		o.withDist = true
	case isWord(word, "WITHHASH"):
		o.withHash = true
	case isWord(word, "WITHCOORD"):
		o.withCoord = true
	case isWord(word, "ANY"):
		o.any = true
	case isWord(word, "ASC"):
		o.ascending, o.descending = true, false
	case isWord(word, "DESC"):
		o.ascending, o.descending = false, true
	default:
		return false
	}
	return true
}

// readSearch reads what GEOSEARCH says of the middle and of the shape.
func (o *geoOptions) readSearch(z *store.ZSet, rest []string) (used int, refusal resp.Reply) {
	switch word := rest[0]; {
	case isWord(word, "FROMMEMBER") && len(rest) > 1 && !o.fromLL:
		o.fromMember = true
		if z != nil {
			refusal = o.readMember(z, rest[1])
		}
		return 2, refusal
	case isWord(word, "FROMLONLAT") && len(rest) > 2 && !o.fromMember:
		o.fromLL = true
		o.shape.Middle, refusal = parsePlace(rest[1:])
		return 3, refusal
	case isWord(word, "BYRADIUS") && len(rest) > 2 && !o.shape.Box:
		o.byRadius = true
		return 3, o.readRadius(rest[1:])
	case isWord(word, "BYBOX") && len(rest) > 3 && !o.byRadius:
		o.shape.Box = true
		return 4, o.readBox(rest[1:])
	}
	return 0, refusal
}

// readMember takes the place of a member for the middle.
func (o *geoOptions) readMember(z *store.ZSet, m string) resp.Reply {
	score, ok := z.Score(m)
	if !ok {
		return errGeoMember
	}
	o.shape.Middle = geo.At(score)
	return resp.Reply{}
}

// readRadius reads "radius unit".
func (o *geoOptions) readRadius(args []string) resp.Reply {
	var ok bool
	if o.shape.Radius, ok = parseFloat(args[0]); !ok {
		return errGeoRadius
	}
	if o.shape.Radius < 0 {
		return errGeoMinus
	}
	return o.readUnit(args[1])
}

// readBox reads "width height unit".
func (o *geoOptions) readBox(args []string) resp.Reply {
	var ok bool
	if o.shape.Width, ok = parseFloat(args[0]); !ok {
		return errGeoWidth
	}
	if o.shape.Height, ok = parseFloat(args[1]); !ok {
		return errGeoHeight
	}
	if o.shape.Width < 0 || o.shape.Height < 0 {
		return errGeoBox
	}
	return o.readUnit(args[2])
}

func (o *geoOptions) readUnit(word string) resp.Reply {
	var ok bool
	if o.shape.Unit, ok = parseLength(word); !ok {
		return errGeoUnit
	}
	return resp.Reply{}
}

// geoRadiusKeys finds the keys that GEORADIUS names: the first argument and
// the destinations.
func geoRadiusKeys(args []string) []int { return geoStoreKeys(args, aroundPlace.options()) }

// geoMemberKeys are those of GEORADIUSBYMEMBER.
func geoMemberKeys(args []string) []int { return geoStoreKeys(args, aroundMember.options()) }

func geoStoreKeys(args []string, from int) []int {
	if len(args) < from {
		return nil
	}
	keys := []int{1}
	for _, word := range []string{"STORE", "STOREDIST"} {
		for i := from; i < len(args)-1; i++ {
			if isWord(args[i], word) {
				keys = append(keys, i+1)
			}
		}
	}
	return keys
}
