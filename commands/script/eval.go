package script

import (
	"crypto/sha1"
	"encoding/hex"
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// sourceName is what errors call a script.
const sourceName = "@user_script"

func (h *host) eval(tx *store.Tx, args []string) resp.Reply {
	return h.evalText(tx, args, false)
}

func (h *host) evalRO(tx *store.Tx, args []string) resp.Reply {
	return h.evalText(tx, args, true)
}

func (h *host) evalSHA(tx *store.Tx, args []string) resp.Reply {
	return h.evalKnown(tx, args, false)
}

func (h *host) evalSHARO(tx *store.Tx, args []string) resp.Reply {
	return h.evalKnown(tx, args, true)
}

// evalText runs a script of which the text is given. EVAL makes it known;
// EVAL_RO cannot, since it writes nothing.
func (h *host) evalText(tx *store.Tx, args []string, readOnly bool) resp.Reply {
	keys, rest, refusal := cutKeys(args)
	if refusal.IsError() {
		return refusal
	}
	sha := digest(args[1])
	s, refusal := h.compile(sha, args[1])
	if s == nil {
		return refusal
	}
	if !readOnly {
		keep(tx.On(store.System), sha, args[1])
	}
	return h.runScript(tx, s, sha, keys, rest, readOnly)
}

func (h *host) evalKnown(tx *store.Tx, args []string, readOnly bool) resp.Reply {
	sha := strings.ToLower(args[1])
	body, ok := known(tx.On(store.System), sha)
	if !ok {
		return errNoScript
	}
	keys, rest, refusal := cutKeys(args)
	if refusal.IsError() {
		return refusal
	}
	s, refusal := h.compile(sha, body)
	if s == nil {
		return refusal
	}
	return h.runScript(tx, s, sha, keys, rest, readOnly)
}

func (h *host) runScript(tx *store.Tx, s *script, sha string, keys, rest []string, readOnly bool) resp.Reply {
	if refusal := h.permit(s.flags, readOnly); refusal.IsError() {
		return refusal
	}
	r := run{host: h, tx: tx, limits: limits, name: sha, readOnly: readOnly || s.flags.noWrites, group: h.groupOf(keys)}
	return r.script(s, keys, rest)
}

// cutKeys parts what follows the script, "numkeys key ... arg ...".
func cutKeys(args []string) (keys, rest []string, refusal resp.Reply) {
	n, err := strconv.ParseInt(args[2], 10, 64)
	switch {
	case err != nil || strconv.FormatInt(n, 10) != args[2]:
		return nil, nil, errNotInteger
	case n > int64(len(args)-3):
		return nil, nil, errKeysTooMany
	case n < 0:
		return nil, nil, errKeysNegative
	}
	return args[3 : 3+n], args[3+n:], resp.Reply{}
}

// keysAfterCount finds the keys for routing.
func keysAfterCount(args []string) []int {
	if len(args) < 3 {
		return nil
	}
	keys, _, _ := cutKeys(args)
	positions := make([]int, len(keys))
	for i := range positions {
		positions[i] = 3 + i
	}
	return positions
}

func digest(s string) string {
	sum := sha1.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (h *host) scriptLoad(tx *store.Tx, args []string) resp.Reply {
	sha := digest(args[2])
	if s, refusal := h.compile(sha, args[2]); s == nil {
		return refusal
	}
	keepForGood(tx.On(store.System), sha, args[2])
	return resp.Bulk(sha)
}

func scriptExists(tx *store.Tx, args []string) resp.Reply {
	system := tx.On(store.System)
	elems := make([]resp.Reply, len(args)-2)
	for i, sha := range args[2:] {
		elems[i] = resp.Int(0)
		if _, ok := known(system, strings.ToLower(sha)); ok {
			elems[i] = resp.Int(1)
		}
	}
	return resp.Array(elems...)
}

func scriptFlush(tx *store.Tx, args []string) resp.Reply {
	if len(args) > 3 || len(args) == 3 && !strings.EqualFold(args[2], "sync") && !strings.EqualFold(args[2], "async") {
		return errScriptFlush
	}
	forget(tx.On(store.System))
	return resp.OK
}

// notBusy is SCRIPT KILL: a script that runs is never waited for by commands
// that could tell of it.
func notBusy(*commands.Client, []string) resp.Reply { return errNotBusy }

// help is the HELP of a container, made of the rows of its subcommands.
func (h *host) help(container string) func(*commands.Client, []string) resp.Reply {
	return func(*commands.Client, []string) resp.Reply {
		lines := []resp.Reply{resp.Simple(strings.ToUpper(container) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")}
		for _, s := range h.Table().Subs(container) {
			_, name, _ := strings.Cut(s.Name, "|")
			lines = append(lines, resp.Simple(strings.TrimSpace(strings.ToUpper(name)+" "+s.Syntax)), resp.Simple("    "+s.Summary))
		}
		return resp.Array(lines...)
	}
}
