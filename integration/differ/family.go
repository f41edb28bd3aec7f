package differ

// family is how the commands of one group of the table are called: with which
// keys, which arguments, and what goes before.
type family struct {
	// kinds are the first letters of the keys that fit, as "l" for lists.
	kinds string
	// holds is what a key may hold that a command of the family has named.
	holds Kinds
	// keysMore says how many keys more than usual are made at first.
	keysMore int
	// rare families are not what a sequence is about.
	rare bool
	// leaveOut are commands that are not generated one by one, with the reason.
	leaveOut map[string]string
	// forms stand in for the syntax of a row where that does not say enough.
	forms map[string]string
	// exact are commands that are given the right number of arguments always, for
	// Redis 7.2 takes more of them than 7.0 does.
	exact map[string]bool
	// values make arguments by name, before those that all families share. A
	// name may begin with its command: "zrange.start".
	values map[string]func(*maker) string
	// setups make keys that fit.
	setups []func(*maker) []string
	// inventions are steps that no syntax describes.
	inventions []func(*maker) []Step
}

// families are all of them, by the name of their group.
func families() map[string]*family {
	return map[string]*family{
		"string":       stringFamily(),
		"bitmap":       bitmapFamily(),
		"hash":         hashFamily(),
		"list":         listFamily(),
		"set":          setFamily(),
		"sorted-set":   zsetFamily(),
		"geo":          geoFamily(),
		"hyperloglog":  hllFamily(),
		"stream":       streamFamily(),
		"generic":      genericFamily(),
		"server":       serverFamily(),
		"coordination": {}, // words of coordd's own, which Redis lacks
	}
}

func (f *family) syntax(name, ofRow string) string {
	if form, ok := f.forms[name]; ok {
		return form
	}
	return ofRow
}

// value finds what makes an argument, or nil.
func (f *family) value(command, name string) func(*maker) string {
	if make := f.values[command+"."+name]; make != nil {
		return make
	}
	if make := f.values[name]; make != nil {
		return make
	}
	return sharedValue(name)
}
