package config

import (
	"strconv"
	"strings"

	"coordd/commands"
)

// eventLetters are the classes of keyspace events in the order in which Redis
// shows them. A stands for all that are no misses, no new keys and no K or E.
var eventLetters = []struct {
	letter byte
	class  commands.EventClass
}{
	{'g', commands.GenericEvents}, {'$', commands.StringEvents}, {'l', commands.ListEvents}, {'s', commands.SetEvents},
	{'h', commands.HashEvents}, {'z', commands.ZSetEvents}, {'x', commands.ExpiredEvents}, {'e', commands.EvictedEvents},
	{'t', commands.StreamEvents}, {'d', commands.ModuleEvents}, {'n', commands.NewKeyEvents},
	{'K', commands.EventsByKey}, {'E', commands.EventsByName}, {'m', commands.MissEvents},
}

const allEvents = commands.GenericEvents | commands.StringEvents | commands.ListEvents | commands.SetEvents |
	commands.HashEvents | commands.ZSetEvents | commands.ExpiredEvents | commands.EvictedEvents |
	commands.StreamEvents | commands.ModuleEvents

// Events are the classes that a value of notify-keyspace-events names; ok is
// false where it holds a letter that is none of them.
func Events(value string) (classes commands.EventClass, ok bool) {
	for i := range len(value) {
		at := strings.IndexByte(eventAlphabet, value[i])
		switch {
		case value[i] == 'A':
			classes |= allEvents
		case at < 0:
			return 0, false
		default:
			classes |= eventLetters[at].class
		}
	}
	return classes, true
}

// eventAlphabet are the letters of eventLetters.
const eventAlphabet = "g$lshzxetdnKEm"

// eventClasses is the kind of notify-keyspace-events.
func eventClasses(text, _ string) (value, wrong string) {
	classes, ok := Events(text)
	if !ok {
		return "", "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."
	}
	if classes&allEvents == allEvents {
		value = "A"
		classes &^= allEvents
	}
	for _, l := range eventLetters {
		if classes&l.class != 0 {
			value += string(l.letter)
		}
	}
	return value, ""
}

// OutputLimit is what client-output-buffer-limit says of one class of clients,
// in bytes; 0 is no limit.
type OutputLimit struct {
	Hard, Soft  int64
	SoftSeconds int64
}

// outputClasses are the classes of clients in the order in which Redis shows them.
var outputClasses = []string{"normal", "slave", "pubsub"}

// outputLimits reads quadruples of class, hard limit, soft limit and seconds.
func outputLimits(words []string) (limits map[string]OutputLimit, wrong string) {
	if len(words)%4 != 0 {
		return nil, "Wrong number of arguments in buffer limit configuration."
	}
	limits = map[string]OutputLimit{}
	for ; len(words) > 0; words = words[4:] {
		class := strings.ToLower(words[0])
		if class == "replica" {
			class = "slave"
		}
		hard, okHard := bytes(words[1])
		soft, okSoft := bytes(words[2])
		seconds, err := strconv.ParseInt(words[3], 10, 32)
		switch {
		case class != "normal" && class != "slave" && class != "pubsub":
			return nil, "Invalid client class specified in buffer limit configuration."
		case !okHard || !okSoft || hard < 0 || soft < 0 || err != nil || seconds < 0:
			return nil, "Error in hard, soft or soft_seconds setting in buffer limit configuration."
		}
		limits[class] = OutputLimit{hard, soft, seconds}
	}
	return limits, ""
}

// OutputLimits are the limits by class ("normal", "slave", "pubsub") that a
// value of client-output-buffer-limit holds.
func OutputLimits(value string) map[string]OutputLimit {
	limits, _ := outputLimits(strings.Fields(value)) // was checked when it was set
	return limits
}

// bufferLimits is the kind of client-output-buffer-limit: classes that are not
// named keep what they have.
func bufferLimits(text, now string) (value, wrong string) {
	changed, wrong := outputLimits(strings.Fields(text))
	if isBlank(text) {
		wrong = "Wrong number of arguments in buffer limit configuration."
	}
	if wrong != "" {
		return "", wrong
	}
	limits := OutputLimits(now)
	var parts []string
	for _, class := range outputClasses {
		l, ok := changed[class]
		if !ok {
			l = limits[class]
		}
		for _, n := range []int64{l.Hard, l.Soft, l.SoftSeconds} {
			class += " " + strconv.FormatInt(n, 10)
		}
		parts = append(parts, class)
	}
	return strings.Join(parts, " "), ""
}
