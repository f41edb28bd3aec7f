package tracking

import (
	"slices"
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// Groups are the commands of this package: subcommands of CLIENT.
func (t *Tracker) Groups() []commands.Group {
	const flags = commands.NoScript | commands.Loading | commands.Stale
	return []commands.Group{{Name: "connection", Specs: []commands.Spec{
		{Name: "client|caching", Arity: 3, Flags: flags, Since: "6.0.0", Syntax: "<YES | NO>", Summary: "Says whether the keys of the next command are tracked, in OPTIN or OPTOUT mode.", Conn: caching},
		{Name: "client|getredir", Arity: 2, Flags: flags, Since: "6.0.0", Summary: "Returns the id of the connection that invalidations go to.", Conn: getRedir},
		{Name: "client|tracking", Arity: -3, Flags: flags, Since: "6.0.0", Syntax: "<ON | OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]", Summary: "Has the connection told when keys that it may have cached are changed.", Conn: t.tracking},
		{Name: "client|trackinginfo", Arity: 2, Flags: flags, Since: "6.2.0", Summary: "Describes how the connection tracks.", Conn: t.info},
	}}}
}

// options are those of CLIENT TRACKING.
type options struct {
	redirect                     int64
	bcast, optIn, optOut, noLoop bool
	prefixes                     []string
}

func (t *Tracker) parse(args []string) (o options, refusal resp.Reply) {
	for i := 0; i < len(args); i++ {
		more := i+1 < len(args)
		switch word := strings.ToUpper(args[i]); {
		case word == "REDIRECT" && more:
			i++
			if o.redirect != 0 {
				return o, errTwoRedirects
			}
			n, err := strconv.ParseInt(args[i], 10, 64)
			if err != nil || strconv.FormatInt(n, 10) != args[i] {
				return o, errNotInteger
			}
			if o.redirect = n; t.cfg.Find(n) == nil {
				return o, errNoTarget
			}
		case word == "PREFIX" && more:
			i++
			o.prefixes = append(o.prefixes, strings.Clone(args[i]))
		case word == "BCAST":
			o.bcast = true
		case word == "OPTIN":
			o.optIn = true
		case word == "OPTOUT":
			o.optOut = true
		case word == "NOLOOP":
			o.noLoop = true
		default:
			return o, errSyntax
		}
	}
	return o, resp.Reply{}
}

// refuse says what is wrong with options for a client that tracks as now, or a
// reply of kind 0.
func (o options) refuse(now commands.Tracking) resp.Reply {
	switch {
	case len(o.prefixes) > 0 && !o.bcast:
		return errPrefixAlone
	case now.On && now.BCast != o.bcast:
		return errSwitchBCast
	case o.bcast && (o.optIn || o.optOut):
		return errOptBCast
	case o.optIn && o.optOut:
		return errBothOpts
	case now.On && (o.optIn && now.OptOut || o.optOut && now.OptIn):
		return errSwitchOpt
	}
	return resp.Reply{}
}

func (t *Tracker) tracking(c *commands.Client, args []string) resp.Reply {
	o, refusal := t.parse(args[3:])
	if refusal.IsError() {
		return refusal
	}
	switch strings.ToUpper(args[2]) {
	case "ON":
		if refusal := o.refuse(c.State().Tracking); refusal.IsError() {
			return refusal
		}
		return t.on(c, o)
	case "OFF":
		t.Leave(c)
		c.Change(func(s *commands.ClientState) { s.Tracking = commands.Tracking{} })
		return resp.OK
	}
	return errSyntax
}

// on begins to track, or adds to the prefixes of a client that does.
func (t *Tracker) on(c *commands.Client, o options) resp.Reply {
	t.mu.Lock()
	defer t.mu.Unlock()
	who := t.clients[c.ID()]
	var had []string
	if who != nil {
		had = who.prefixes
	}
	if refusal := overlap(had, o.prefixes); refusal.IsError() {
		return refusal
	}
	c.Hold() // nothing may come before the reply
	if who == nil {
		who = &tracked{client: c, reading: map[string]struct{}{}}
		t.clients[c.ID()] = who
		t.active.Add(1)
	}
	if o.bcast && len(had)+len(o.prefixes) == 0 {
		o.prefixes = []string{""}
	}
	for _, p := range o.prefixes {
		who.prefixes = append(who.prefixes, p)
		if t.prefixes[p] == nil {
			t.prefixes[p] = map[uint64]struct{}{}
		}
		t.prefixes[p][c.ID()] = struct{}{}
	}
	tracking := commands.Tracking{On: true, BCast: o.bcast, OptIn: o.optIn, OptOut: o.optOut, NoLoop: o.noLoop, Redirect: o.redirect}
	if o.noLoop {
		tracking.Author = t.cfg.Origin() + "/" + strconv.FormatUint(c.ID(), 10)
	}
	c.Change(func(s *commands.ClientState) { s.Tracking = tracking })
	return resp.OK
}

// overlap refuses prefixes of which one begins with another: changes would be
// told twice.
func overlap(had, more []string) resp.Reply {
	for i, p := range more {
		for _, old := range had {
			if meet(old, p) {
				return errOverlap(p, "an existing", old)
			}
		}
		for _, other := range more[i+1:] {
			if meet(p, other) {
				return errOverlap(p, "another provided", other)
			}
		}
	}
	return resp.Reply{}
}

func meet(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }

func caching(c *commands.Client, args []string) resp.Reply {
	now := c.State().Tracking
	if !now.On {
		return errCachingOff
	}
	switch strings.ToUpper(args[2]) {
	case "YES":
		if !now.OptIn {
			return errCachingYes
		}
	case "NO":
		if !now.OptOut {
			return errCachingNo
		}
	default:
		return errSyntax
	}
	c.Change(func(s *commands.ClientState) { s.Tracking.Caching = true })
	return resp.OK
}

func getRedir(c *commands.Client, _ []string) resp.Reply {
	return resp.Int(redirectOf(c.State().Tracking))
}

func redirectOf(now commands.Tracking) int64 {
	if !now.On {
		return -1
	}
	return now.Redirect
}

func (t *Tracker) info(c *commands.Client, _ []string) resp.Reply {
	now := c.State().Tracking
	flags := []resp.Reply{}
	for _, f := range []struct {
		name string
		on   bool
	}{
		{"off", !now.On}, {"on", now.On}, {"bcast", now.BCast},
		{"optin", now.OptIn}, {"caching-yes", now.OptIn && now.Caching},
		{"optout", now.OptOut}, {"caching-no", now.OptOut && now.Caching},
		{"noloop", now.NoLoop}, {"broken_redirect", now.Broken},
	} {
		if f.on {
			flags = append(flags, resp.Bulk(f.name))
		}
	}
	return resp.Map(
		resp.Bulk("flags"), resp.Set(flags...),
		resp.Bulk("redirect"), resp.Int(redirectOf(now)),
		resp.Bulk("prefixes"), keyList(t.prefixesOf(c)),
	)
}

func (t *Tracker) prefixesOf(c *commands.Client) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if who := t.clients[c.ID()]; who != nil {
		return slices.Clone(who.prefixes)
	}
	return nil
}
