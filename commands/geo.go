package commands

import (
	"math"
	"strconv"
	"strings"

	"coordd/resp"
	"coordd/store"
	"coordd/store/geo"
)

// Geo are the commands on places. A place is a member of a sorted set, and
// where it is stands in its score (store/geo).
var Geo = Group{"geo", []Spec{
	{"geoadd", -5, Write | DenyOOM, oneKey, "3.2.0", "key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]", "Adds places to a sorted set or moves them.", geoAdd, nil},
	{"geodist", -4, Read, oneKey, "3.2.0", "key member1 member2 [M | KM | FT | MI]", "Returns the distance between two places.", geoDist, nil},
	{"geohash", -2, Read, oneKey, "3.2.0", "key [member [member ...]]", "Returns the geohashes of places.", geoHash, nil},
	{"geopos", -2, Read, oneKey, "3.2.0", "key [member [member ...]]", "Returns the longitudes and latitudes of places.", geoPos, nil},
	{"georadius", -6, Write | DenyOOM | Movable | MayRead, Keys{1, 1, 1, geoRadiusKeys}, "3.2.0", "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE key | STOREDIST key]", "Finds or stores the places within a distance of a point.", geoRadius, nil},
	{"georadius_ro", -6, Read, oneKey, "3.2.10", "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]", "Finds the places within a distance of a point.", geoRadiusRO, nil},
	{"georadiusbymember", -5, Write | DenyOOM | Movable | MayRead, Keys{1, 1, 1, geoMemberKeys}, "3.2.0", "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE key | STOREDIST key]", "Finds or stores the places within a distance of another.", geoRadiusByMember, nil},
	{"georadiusbymember_ro", -5, Read, oneKey, "3.2.10", "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]", "Finds the places within a distance of another.", geoRadiusByMemberRO, nil},
	{"geosearch", -7, Read, oneKey, "6.2.0", "key <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]", "Finds the places within a circle or a box.", geoSearch, nil},
	{"geosearchstore", -8, Write | DenyOOM, twoKeys, "6.2.0", "destination source <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [STOREDIST]", "Stores the places within a circle or a box.", geoSearchStore, nil},
}}

// geoAdd is ZADD with scores made of places.
func geoAdd(tx *store.Tx, args []string) resp.Reply {
	var o zaddOptions
	places := args[2:]
	for len(places) > 0 {
		switch word := places[0]; {
		case isWord(word, "NX"):
			o.nx = true
		case isWord(word, "XX"):
			o.xx = true
		case isWord(word, "CH"):
			o.ch = true
		default:
			return o.addPlaces(tx, args[1], places)
		}
		places = places[1:]
	}
	return errSyntax
}

func (o zaddOptions) addPlaces(tx *store.Tx, key string, places []string) resp.Reply {
	if len(places)%3 != 0 || o.nx && o.xx {
		return errSyntax
	}
	var pairs []string
	for ; len(places) > 0; places = places[3:] {
		at, refusal := parsePlace(places)
		if refusal.IsError() {
			return refusal
		}
		pairs = append(pairs, strconv.FormatUint(at.Score(), 10), places[2])
	}
	return o.addTo(tx, key, pairs)
}

// parsePlace reads a longitude and a latitude.
func parsePlace(args []string) (p geo.Point, refusal resp.Reply) {
	var ok1, ok2 bool
	p.Lon, ok1 = parseFloat(args[0])
	p.Lat, ok2 = parseFloat(args[1])
	switch {
	case !ok1 || !ok2:
		return p, errNotFloat
	case !p.Valid():
		return p, errGeoPlace(p)
	}
	return p, resp.Reply{}
}

// parseLength reads a unit: how many metres it has.
func parseLength(word string) (metres float64, ok bool) {
	switch {
	case isWord(word, "M"):
		return 1, true
	case isWord(word, "KM"):
		return 1000, true
	case isWord(word, "FT"):
		return 0.3048, true
	case isWord(word, "MI"):
		return 1609.34, true
	}
	return 0, false
}

func geoDist(tx *store.Tx, args []string) resp.Reply {
	unit, ok := 1.0, true
	if len(args) == 5 {
		unit, ok = parseLength(args[4])
	}
	switch {
	case !ok:
		return errGeoUnit
	case len(args) > 5:
		return errSyntax
	}
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	from, ok1 := z.Score(args[2])
	to, ok2 := z.Score(args[3])
	if !ok1 || !ok2 {
		return resp.Null
	}
	return distanceReply(geo.Distance(geo.At(from), geo.At(to)) / unit)
}

func geoHash(tx *store.Tx, args []string) resp.Reply {
	return eachPlace(tx, args, resp.Null, func(p geo.Point) resp.Reply { return resp.Bulk(p.Hash()) })
}

func geoPos(tx *store.Tx, args []string) resp.Reply {
	return eachPlace(tx, args, resp.NullArray, placeReply)
}

// eachPlace answers something about each place named, and missing where there
// is none.
func eachPlace(tx *store.Tx, args []string, missing resp.Reply, reply func(geo.Point) resp.Reply) resp.Reply {
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	found := make([]resp.Reply, 0, len(args)-2)
	for _, m := range args[2:] {
		score, ok := z.Score(m)
		if !ok {
			found = append(found, missing)
			continue
		}
		found = append(found, reply(geo.At(score)))
	}
	return resp.Array(found...)
}

// placeReply is longitude and latitude with as many as 17 digits after the
// point.
func placeReply(p geo.Point) resp.Reply {
	degrees := func(f float64) resp.Reply {
		text := strconv.FormatFloat(f, 'f', 17, 64)
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
		if text == "-0" {
			text = "0"
		}
		return resp.DoubleText(f, text)
	}
	return resp.Array(degrees(p.Lon), degrees(p.Lat))
}

// distanceReply is a text with four digits after the point, in RESP3 too.
func distanceReply(distance float64) resp.Reply {
	const digits = 4
	scaled := math.RoundToEven(distance * 1e4)
	if scaled >= 1<<53 { // nothing stands behind the point
		return resp.Bulk(strconv.FormatFloat(distance, 'f', digits, 64))
	}
	text := strconv.FormatInt(int64(scaled), 10)
	if missing := digits + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	point := len(text) - digits
	return resp.Bulk(text[:point] + "." + text[point:])
}
