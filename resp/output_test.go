package resp

import (
	"strings"
	"testing"
	"time"
)

// What may wait for a client depends on whether it has subscriptions.
func TestOutputLimitByClass(t *testing.T) {
	limits := Limits{Normal: OutputLimit{Hard: 10_000}, PubSub: OutputLimit{Hard: 1000}}
	for _, c := range []struct {
		subscribed bool
		bytes      int
		ends       bool
	}{
		{false, 10_000, false}, {false, 10_001, true}, {true, 1000, false}, {true, 1001, true},
	} {
		s, p := serving(t, limits, func(conn *Conn, cmds []Command) {
			conn.SetSubscriber(c.subscribed)
			bulk := Bulk(strings.Repeat("x", c.bytes-len("$10000\r\n\r\n"))).Append(nil, RESP2)
			bulk = append(bulk, strings.Repeat("\n", c.bytes-len(bulk))...) // to the byte
			conn.Write(bulk[:1])
			conn.Write(bulk[1:])
			if got := conn.OutputBuffer(); got != c.bytes && !c.ends {
				t.Errorf("%+v: %d bytes wait", c, got)
			}
		})
		client := connect(t, s)
		say(t, client, "PING\r\n")
		if c.ends {
			poll(t, "the connection to end", func() bool { return p.ended() == 1 })
		} else if reply, err := client.Receive(); err != nil || reply.Kind != BulkKind {
			t.Errorf("%+v: %v %v", c, reply.Kind, err)
		}
	}
}

// More than the soft limit may wait for a while, and not for longer, though
// nothing further is written.
func TestSoftOutputLimit(t *testing.T) {
	limits := Limits{PubSub: OutputLimit{Hard: 10_000, Soft: 100, SoftFor: 30 * time.Millisecond}}
	s, p := serving(t, limits, func(conn *Conn, cmds []Command) {
		conn.SetSubscriber(true)
		for range 3 { // sent in between: never for long
			conn.Write([]byte(strings.Repeat("x", 200)))
			if conn.Flush() != nil || !conn.out.over.IsZero() {
				t.Error("what has been sent still counts")
			}
		}
		conn.Write([]byte(strings.Repeat("x", 200)))
		<-conn.Gone() // nobody sends it
	})
	say(t, connect(t, s), "PING\r\n")
	poll(t, "the connection to end", func() bool { return p.ended() == 1 })
	if st := s.Stats(); st.Overruns != 1 {
		t.Errorf("%+v", st)
	}
}

func TestOutputLimitsAreValidated(t *testing.T) {
	for _, l := range []Limits{{Normal: OutputLimit{Hard: -1}}, {PubSub: OutputLimit{Soft: -1}}, {PubSub: OutputLimit{SoftFor: -1}}} {
		if l.Validate() == nil {
			t.Errorf("%+v is taken", l)
		}
	}
}
