package main

import (
	"errors"
	"math/rand/v2"

	"coordd/resp"
	"coordd/ring"
)

// saveAll takes a snapshot of every group on this node, one after another, and
// returns when all are on disk. Raft's own log tells why one failed.
func (srv *server) saveAll() (err error) {
	for id := range uint32(srv.node.Groups() + 1) {
		err = errors.Join(err, srv.node.Group(id).Snapshot())
	}
	return err
}

// readKey carries out a read of one key as a session would.
func (srv *server) readKey(db int, args []string) resp.Reply {
	spec, refusal := srv.table.Resolve(args)
	if spec == nil {
		return refusal
	}
	id := firstGroup
	for i := range spec.Keys.In(args) {
		id = srv.ring.Owner(ring.SlotOf(args[i]))
	}
	ctx, cancel := srv.within()
	defer cancel()
	now, err := srv.node.Group(uint32(id)).ReadIndex(ctx)
	if err != nil {
		return srv.noLeader()
	}
	return srv.engines[id].View(now, rand.Uint64(), db, spec, args)
}

// noLeader is the answer when nobody could be reached in time, in the words of
// a session.
func (srv *server) noLeader() resp.Reply {
	return resp.Error("CLUSTERDOWN no leader could be reached within " + srv.settings.RequestTimeout.String() + "; nothing was changed")
}
