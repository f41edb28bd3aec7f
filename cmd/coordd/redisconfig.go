package main

import (
	"net"
	"path/filepath"
)

// RedisConfig returns what CONFIG GET shows of the settings: each under
// Redis's name, or under its own where Redis has none. The map is the caller's own.
func (s Settings) RedisConfig() map[string]string {
	config := map[string]string{}
	for _, row := range s.rows() {
		config[row.redisName()] = row.show()
	}
	for _, row := range s.redisRows() {
		if _, given := s.Redis[row.name]; !given {
			delete(config, row.name) // it is what Redis has
		}
	}
	config["bind"], config["port"] = redisBind(s.Addr)
	if dir, err := filepath.Abs(s.Dir); err == nil {
		config["dir"] = dir // Redis shows the whole path
	}
	return config
}

func (row setting) redisName() string {
	if row.redis != "" {
		return row.redis
	}
	return row.name
}

// redisBind writes a listen address as Redis's bind and port.
func redisBind(addr string) (bind, port string) {
	bind, port, _ = net.SplitHostPort(addr) // was checked when it was set
	if bind == "" {
		bind = "* -::*"
	}
	return bind, port
}
