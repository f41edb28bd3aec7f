package commands

import (
	"slices"

	"coordd/resp"
	"coordd/store"
	"coordd/store/geo"
)

// geoFound is a place that a search has found, and how many metres it is from
// the middle.
type geoFound struct {
	scored
	at     geo.Point
	metres float64
}

func geoRadius(tx *store.Tx, args []string) resp.Reply {
	return searchPlaces(tx, args, geoForm{around: aroundPlace, storeWord: true})
}

func geoRadiusRO(tx *store.Tx, args []string) resp.Reply {
	return searchPlaces(tx, args, geoForm{around: aroundPlace})
}

func geoRadiusByMember(tx *store.Tx, args []string) resp.Reply {
	return searchPlaces(tx, args, geoForm{around: aroundMember, storeWord: true})
}

func geoRadiusByMemberRO(tx *store.Tx, args []string) resp.Reply {
	return searchPlaces(tx, args, geoForm{around: aroundMember})
}

func geoSearch(tx *store.Tx, args []string) resp.Reply { return searchPlaces(tx, args, geoForm{}) }

func geoSearchStore(tx *store.Tx, args []string) resp.Reply {
	return searchPlaces(tx, args, geoForm{stores: true})
}

// searchPlaces is all of the searches. The type of the key is looked at before
// the options are, and a key that is absent after them, as in Redis.
func searchPlaces(tx *store.Tx, args []string, form geoForm) resp.Reply {
	key := args[1]
	if form.stores {
		key = args[2]
	}
	z, err := tx.ZSet(key)
	if err != nil {
		return failed(err)
	}
	o, refusal := parseGeoSearch(z, args, form)
	if refusal.IsError() {
		return refusal
	}
	if o.stores && tx.Type(o.destination) == store.LockType {
		return errWrongType
	}
	found := o.within(o.sorted(o.collect(z)))
	if o.stores {
		return o.store(tx, found, form)
	}
	replies := make([]resp.Reply, 0, len(found))
	for _, f := range found {
		replies = append(replies, o.reply(f))
	}
	return resp.Array(replies...)
}

// collect finds the places in the shape: with ANY no more than are wanted.
func (o *geoOptions) collect(z *store.ZSet) (found []geoFound) {
	if z.Len() == 0 {
		return nil
	}
	enough := func() bool { return o.any && int64(len(found)) >= o.count }
	for _, scores := range o.shape.Cover() {
		if enough() {
			break
		}
		from, to := z.SeekScore(scores.From, false), z.SeekScore(scores.To, false)
		z.Range(from, max(from, to), func(m string, score float64) bool {
			at := geo.At(score)
			if metres, ok := o.shape.Has(at); ok {
				found = append(found, geoFound{scored{m, score}, at, metres})
			}
			return !enough()
		})
	}
	return found
}

// sorted puts places into the order wanted. COUNT without ANY is about the
// nearest. Places equally far keep the order in which they were found.
func (o *geoOptions) sorted(found []geoFound) []geoFound {
	if !o.descending && !o.ascending && (o.count == 0 || o.any) {
		return found
	}
	order := byDistance
	if o.descending {
		order = func(a, b geoFound) int { return byDistance(b, a) }
	}
	if o.count == 0 || o.count >= int64(len(found)) {
		slices.SortStableFunc(found, order)
	} else {
		sortFirst(found, int(o.count), order)
	}
	return found
}

// within cuts what was found down to COUNT.
func (o *geoOptions) within(found []geoFound) []geoFound {
	if o.count != 0 && int64(len(found)) > o.count {
		return found[:o.count]
	}
	return found
}

// reply is a member, with what was asked for beside it.
func (o *geoOptions) reply(f geoFound) resp.Reply {
	if !o.withDist && !o.withHash && !o.withCoord {
		return resp.Bulk(f.m)
	}
	parts := []resp.Reply{resp.Bulk(f.m)}
	if o.withDist {
		parts = append(parts, distanceReply(f.metres/o.shape.Unit))
	}
	if o.withHash {
		parts = append(parts, resp.Int(geo.Integer(f.score)))
	}
	if o.withCoord {
		parts = append(parts, placeReply(f.at))
	}
	return resp.Array(parts...)
}

// store keeps the places, or their distances, in the place of anything but a
// lock, which is ended by UNLOCK, DEL or its deadline only.
func (o *geoOptions) store(tx *store.Tx, found []geoFound, form geoForm) resp.Reply {
	members := make([]scored, 0, len(found))
	for _, f := range found {
		if o.storeDist {
			f.score = f.metres / o.shape.Unit
		}
		members = append(members, f.scored)
	}
	event := "georadiusstore"
	if form.stores {
		event = "geosearchstore"
	}
	return replaceZSet(tx, o.destination, event, members)
}
