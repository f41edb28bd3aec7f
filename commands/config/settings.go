package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Settings are the values that are in effect on a node. Safe for many
// goroutines.
type Settings struct {
	changing sync.Mutex // held by whoever changes values, watchers included

	mu    sync.RWMutex // guards the two below; taken after changing
	now   map[string]string
	filed map[string]string // what CONFIG REWRITE has no need to write again

	start   map[string]string               // never changed
	params  map[string]param                // never changed
	watches map[string][]func(value string) // guarded by changing
	decided uint64                          // index of what SetShared was given last; guarded by changing
}

// New makes the settings of a node that starts: start overrides what the list
// of params says, and what the list does not have is immutable.
func New(start map[string]string) (*Settings, error) {
	s := &Settings{
		now: map[string]string{}, params: map[string]param{}, watches: map[string][]func(string){},
	}
	for _, list := range params {
		for _, p := range list {
			s.params[p.name] = p
			s.now[p.name] = p.start
		}
	}
	for name, value := range start {
		p, known := s.params[name]
		if !known {
			p = param{name: name}
			s.params[name] = p
		}
		if p.kind != nil {
			canonical, wrong := p.kind(value, s.now[name])
			if wrong != "" {
				return nil, fmt.Errorf("config: %s %q: %s", name, value, wrong)
			}
			value = canonical
		}
		s.now[name] = value
	}
	s.start, s.filed = maps.Clone(s.now), maps.Clone(s.now)
	return s, nil
}

// Check reads a value of a setting of this package as a node would that starts
// with it, and returns it as CONFIG GET shows it.
func Check(name, value string) (canonical string, err error) {
	for _, list := range params {
		for _, p := range list {
			if p.name != name || p.kind == nil {
				continue
			}
			canonical, wrong := p.kind(value, p.start)
			if wrong != "" {
				return "", errors.New(wrong)
			}
			return canonical, nil
		}
	}
	return "", fmt.Errorf("no setting %s can be given", name)
}

// Get is the value of a setting, "" if there is none of that name.
func (s *Settings) Get(name string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.now[name]
}

// Int is Get of a setting that is a number.
func (s *Settings) Int(name string) int64 {
	n, err := strconv.ParseInt(s.Get(name), 10, 64)
	if err != nil {
		panic("config: " + name + " is not a number")
	}
	return n
}

// Watch calls f with the value now and after each change of it, one call after
// another. f must not wait, nor change settings.
func (s *Settings) Watch(name string, f func(value string)) {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.watches[name] = append(s.watches[name], f)
	f(s.Get(name))
}

// SetShared takes over what the cluster has decided, whole: a setting that is
// not in it has the value that this node started with. Unknown names (of a
// newer version) are passed over. What was decided before that which was given
// last changes nothing: a node that starts may know more than the part of the
// log that it reads first.
func (s *Settings) SetShared(d Decided) {
	s.changing.Lock()
	defer s.changing.Unlock()
	if d.Index < s.decided {
		return
	}
	s.decided = d.Index
	changed := map[string]string{}
	for name, p := range s.params {
		if p.is != shared {
			continue
		}
		value, ok := d.Values[name]
		if !ok {
			value = s.start[name]
		}
		changed[name] = value
	}
	s.change(changed)
}

// change puts values in place and tells the watchers of those that are new.
// The caller holds changing.
func (s *Settings) change(values map[string]string) {
	var news []string
	s.mu.Lock()
	for name, value := range values {
		if s.now[name] != value {
			s.now[name] = value
			news = append(news, name)
		}
	}
	s.mu.Unlock()
	slices.Sort(news)
	for _, name := range news {
		for _, f := range s.watches[name] {
			f(values[name])
		}
	}
}

// shown are all settings under all their names.
func (s *Settings) shown() map[string]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := maps.Clone(s.now)
	for old, name := range aliases {
		if value, ok := all[name]; ok {
			all[old] = value
		}
	}
	return all
}

// unfiled are the settings of this node that do not have the value they
// started with, or were last written with.
func (s *Settings) unfiled() map[string]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	changed := map[string]string{}
	for name, value := range s.now {
		if s.params[name].is == live && value != s.filed[name] {
			changed[name] = value
		}
	}
	return changed
}

// file notes that settings have been written.
func (s *Settings) file(written map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.filed, written)
}

// find looks a setting up by any of its names, in any case of letters.
func (s *Settings) find(name string) (p param, ok bool) {
	name = strings.ToLower(name)
	if current, old := aliases[name]; old {
		name = current
	}
	p, ok = s.params[name]
	return p, ok
}
