package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// permits tells whether a user and password let a client in. There is one user
// as yet; while it has no password it takes any.
func (a *admin) permits(user, password string) bool {
	want := a.Password()
	return user == commands.DefaultUser && (want == "" || same(password, want))
}

// same compares two secrets in a time that tells nothing about them, their
// lengths included.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func (a *admin) auth(c *commands.Client, args []string) resp.Reply {
	user, password := commands.DefaultUser, args[1]
	switch {
	case len(args) > 3:
		return errSyntax
	case len(args) == 3:
		user, password = args[1], args[2]
	case a.Password() == "":
		return errNoPassword
	}
	if !a.permits(user, password) {
		return errWrongPass
	}
	logIn(c, user)
	return resp.OK
}

func logIn(c *commands.Client, user string) {
	c.Change(func(s *commands.ClientState) { s.User, s.Authenticated = strings.Clone(user), true })
}

// greeting is what a client says in HELLO.
type greeting struct {
	proto          resp.Proto // 0: as before
	auth           bool
	user, password string
	named          bool
	name           string
}

func parseHello(args []string) (g greeting, refusal resp.Reply) {
	if len(args) == 1 {
		return g, resp.Reply{}
	}
	version, ok := integer(args[1])
	if !ok {
		return g, errProtoInt
	}
	if version != 2 && version != 3 {
		return g, errNoProto
	}
	g.proto = resp.Proto(version)
	for i := 2; i < len(args); i++ {
		more := len(args) - 1 - i
		switch word := strings.ToUpper(args[i]); {
		case word == "AUTH" && more >= 2:
			g.auth, g.user, g.password = true, args[i+1], args[i+2]
			i += 2
		case word == "SETNAME" && more >= 1:
			g.named, g.name = true, args[i+1]
			if !isPlain(g.name) {
				return g, errClientName
			}
			i++
		default:
			return g, resp.Error("ERR Syntax error in HELLO option '" + oneLine(args[i]) + "'")
		}
	}
	return g, resp.Reply{}
}

func (a *admin) hello(c *commands.Client, args []string) resp.Reply {
	g, refusal := parseHello(args)
	if refusal.IsError() {
		return refusal
	}
	if g.auth {
		if !a.permits(g.user, g.password) {
			return errWrongPass
		}
		logIn(c, g.user)
	}
	if !c.State().Authenticated && a.Password() != "" {
		return errHelloAuth
	}
	c.Change(func(s *commands.ClientState) {
		if g.named {
			s.Name = strings.Clone(g.name)
		}
		if g.proto != 0 {
			s.Proto = g.proto
		}
	})
	return a.welcome(c)
}

func (a *admin) welcome(c *commands.Client) resp.Reply {
	role := "replica"
	if a.Cluster.Status().Leads {
		role = "master"
	}
	return resp.Map(
		resp.Bulk("server"), resp.Bulk("redis"),
		resp.Bulk("version"), resp.Bulk(RedisVersion),
		resp.Bulk("proto"), resp.Int(int64(c.State().Proto)),
		resp.Bulk("id"), resp.Int(int64(c.ID())),
		resp.Bulk("mode"), resp.Bulk("standalone"),
		resp.Bulk("role"), resp.Bulk(role),
		resp.Bulk("modules"), resp.Array(),
	)
}
