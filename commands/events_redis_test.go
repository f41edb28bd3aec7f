package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"coordd/commands/transcript"
	"coordd/resp"
)

// allClasses are the classes of "KAnm", but for expired.
const allClasses = EventsByKey | GenericEvents | StringEvents | ListEvents | SetEvents | HashEvents | ZSetEvents | StreamEvents |
	NewKeyEvents | MissEvents

// elsewhen are events that a Redis 7.0 publishes at other times: a key is deleted
// by chance some time after its deadline, and since 7.2 a consumer is made even
// if it gets nothing.
var elsewhen = map[string]bool{"expired": true, "xgroup-createconsumer": true}

// eventPlayer plays to an Engine and writes down its keyspace events.
type eventPlayer struct {
	enginePlayer
	events []string
}

func (p *eventPlayer) Reset() error {
	err := p.enginePlayer.Reset()
	p.engine.Listen(allClasses)
	p.engine.Observe(func(e *Effects) {
		for _, effect := range e.Emitted {
			if event, ok := effect.(Event); ok && !elsewhen[event.Name] {
				p.events = append(p.events, fmt.Sprintf("%d %s %s", event.DB, event.Name, event.Key))
			}
		}
	})
	return err
}

// taken is what was written down since the last time.
func (p *eventPlayer) taken() []string {
	events := p.events
	p.events = nil
	return events
}

// redisEvents reads what a real Redis publishes.
type redisEvents struct{ listener, publisher *resp.Client }

func listenTo(t *testing.T, addr string) *redisEvents {
	t.Helper()
	dial := func() *resp.Client {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		c, err := resp.Dial(ctx, addr)
		if err != nil {
			t.Fatal(err)
		}
		c.Timeout = 5 * time.Second
		t.Cleanup(func() { c.Close() })
		return c
	}
	e := &redisEvents{dial(), dial()}
	for _, args := range [][]string{{"PSUBSCRIBE", "__keyspace@*"}, {"SUBSCRIBE", "mark"}} {
		if _, err := e.listener.Do(args...); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// taken is what was published since the last time.
func (e *redisEvents) taken(t *testing.T) []string {
	t.Helper()
	if _, err := e.publisher.Do("PUBLISH", "mark", "here"); err != nil {
		t.Fatal(err)
	}
	var events []string
	for {
		m, err := e.listener.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if m.Elems[0].Str == "message" {
			return events
		}
		db, key, _ := strings.Cut(strings.TrimPrefix(m.Elems[2].Str, "__keyspace@"), "__:")
		if name := m.Elems[3].Str; !elsewhen[name] {
			events = append(events, fmt.Sprintf("%s %s %s", db, name, key))
		}
	}
}

// Every command of the transcripts causes the same keyspace events here as in a
// real Redis, in the same order, as far as Redis knows the commands.
func TestEventsAreRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t, "--notify-keyspace-events", "KEAnm")
	if !ok {
		return
	}
	redis, events := transcript.NewTCP(addr), listenTo(t, addr)
	t.Cleanup(redis.Close)
	table := NewTable(DataGroups()...)
	for _, path := range dataTranscripts(t, table) {
		t.Run(fileName(path), func(t *testing.T) {
			engine := &eventPlayer{}
			if err := engine.Reset(); err != nil {
				t.Fatal(err)
			}
			redis.Close()
			if _, err := events.publisher.Do("FLUSHALL"); err != nil {
				t.Fatal(err)
			}
			events.taken(t)
			for _, s := range parse(t, path).Steps {
				if s.Args == nil {
					engine.Advance(s.Advance)
					redis.Advance(s.Advance)
					continue
				}
				if spec := table.Lookup(s.Args[0]); spec != nil && spec.Since == "coordd" {
					return // Redis has it not, and from here on other data
				}
				reply, err := engine.Do(s.Conn, s.Proto, s.Args)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := redis.Do(s.Conn, s.Proto, s.Args); err != nil {
					t.Fatal(err)
				}
				got, want := engine.taken(), events.taken(t)
				if looksAgain[strings.ToLower(s.Args[0])] {
					got, want = slices.Compact(got), slices.Compact(want)
				}
				if reply.IsError() {
					got, want = withoutMisses(got), withoutMisses(want)
				}
				if makesConsumers[strings.ToLower(s.Args[0])] {
					got, want = withoutConsumers(got), withoutConsumers(want)
				}
				if !slices.Equal(got, want) && s.OnPurpose == "" {
					t.Errorf("line %d: %.100q\n   got %q\n  want %q", s.Line, s.Args, got, want)
				}
			}
		})
	}
}

// makesConsumers are the commands that make a consumer in passing. Redis 7.2 does
// it at once, 7.0 when there is something for the consumer.
var makesConsumers = map[string]bool{"xreadgroup": true, "xclaim": true, "xautoclaim": true}

// looksAgain are the commands for which Redis looks several times for one key and
// tells of each.
var looksAgain = map[string]bool{"xread": true, "sort": true, "sort_ro": true}

// withoutMisses are the events of a command that fails: how many keys were looked
// up before is left open.
func withoutMisses(events []string) []string {
	return slices.DeleteFunc(events, func(e string) bool { return strings.Contains(e, " keymiss ") })
}

func withoutConsumers(events []string) []string {
	return slices.DeleteFunc(events, func(e string) bool { return strings.Contains(e, " xgroup-createconsumer ") })
}

// Some events have another class than one would guess, and nothing is recorded
// that nobody wants.
func TestEventClasses(t *testing.T) {
	p := &eventPlayer{}
	if err := p.Reset(); err != nil {
		t.Fatal(err)
	}
	do := func(line string) {
		t.Helper()
		if _, err := p.Do("", resp.RESP2, strings.Fields(line)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		classes EventClass
		line    string
		want    string
	}{
		{StringEvents, "SET k v PX 1000", "0 set k"},
		{GenericEvents, "SET k v PX 1000", "0 expire k"},
		{ListEvents, "DEL k", ""},
		{0, "SET k v", ""},
		{GenericEvents, "GETDEL k", "0 del k"},
		{HashEvents, "HSET k a b", "0 hset k"},
		{HashEvents, "HDEL k a", "0 hdel k"},
		{NewKeyEvents, "SET n v", "0 new n"},
		{NewKeyEvents, "SET n w", ""},
		{NewKeyEvents, "RPUSH l a", "0 new l"},
		{NewKeyEvents, "RPUSH l b", ""},
		{NewKeyEvents | GenericEvents, "RENAME l m", "0 new m,0 rename_from l,0 rename_to m"},
		{NewKeyEvents | StringEvents, "COPY n o", "0 new o"},
	} {
		p.engine.Listen(c.classes)
		do(c.line)
		if got := strings.Join(p.taken(), ","); got != c.want {
			t.Errorf("%s with classes %b: %q, want %q", c.line, c.classes, got, c.want)
		}
	}
}
