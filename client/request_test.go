package client

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// No request waits for as long as its connection waits for a reply.
func TestRequestsWaitLessThanTheirConnection(t *testing.T) {
	const given = 800 * time.Millisecond
	for name, c := range map[string]struct {
		db   Doer
		want time.Duration
	}{
		"given":           {redis.NewClient(&redis.Options{ReadTimeout: given}), given / 2},
		"by default":      {redis.NewClient(&redis.Options{}), 2500 * time.Millisecond},
		"none":            {redis.NewClient(&redis.Options{ReadTimeout: -1}), longestWait},
		"not even set":    {redis.NewClient(&redis.Options{ReadTimeout: -2}), longestWait},
		"long":            {redis.NewClient(&redis.Options{ReadTimeout: time.Minute}), longestWait},
		"cluster":         {redis.NewClusterClient(&redis.ClusterOptions{ReadTimeout: given}), given / 2},
		"cluster, none":   {redis.NewClusterClient(&redis.ClusterOptions{ReadTimeout: -1}), longestWait},
		"ring":            {redis.NewRing(&redis.RingOptions{ReadTimeout: given}), given / 2},
		"ring by default": {redis.NewRing(&redis.RingOptions{}), 1500 * time.Millisecond},
		"ring, none":      {redis.NewRing(&redis.RingOptions{ReadTimeout: -1}), longestWait},
		"another's":       {nil, 1500 * time.Millisecond},
	} {
		if got := waitOf(c.db); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
