package tracking

import (
	"coordd/commands"
	"coordd/resp"
)

// Channel is where clients of RESP2 learn of invalidations, on a connection that
// another one redirects to.
const Channel = "__redis__:invalidate"

// send sends a client, or the one it redirects to, a list of keys or null for
// all.
func (t *Tracker) send(who *tracked, keys resp.Reply) {
	state := who.client.State()
	to := who.client
	redirect := state.Tracking.Redirect
	if redirect != 0 {
		if to = t.cfg.Find(redirect); to == nil {
			who.lost(state, redirect)
			return
		}
		state = to.State()
	}
	switch {
	case state.Proto == resp.RESP3:
		to.Push(resp.Push(resp.Bulk("invalidate"), keys))
	case redirect != 0 && state.Subscribed():
		to.Push(resp.Push(resp.Bulk("message"), resp.Bulk(Channel), keys))
	}
}

// lost tells a client that the connection it redirects to has ended.
func (who *tracked) lost(state commands.ClientState, redirect int64) {
	who.client.Change(func(s *commands.ClientState) { s.Tracking.Broken = true })
	if state.Proto == resp.RESP3 {
		who.client.Push(resp.Push(resp.Bulk("tracking-redir-broken"), resp.Int(redirect)))
	}
}
