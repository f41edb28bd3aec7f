package commands

import (
	"strings"
	"sync"
	"testing"
	"time"

	"coordd/resp"
)

var clientBorn = time.UnixMilli(1_000_000)

func newTestClient(t *testing.T) *Client {
	t.Helper()
	return NewClient(ClientConfig{
		ID: 7, Addr: "10.0.0.1:5000", LocalAddr: "10.0.0.2:6379", Created: clientBorn,
		Buffers: func() (int, int) { return 26, 5 }, Authenticated: true,
	})
}

// The line is parsed by monitoring tools: fields, order and form are a contract.
func TestClientLine(t *testing.T) {
	c := newTestClient(t)
	const fresh = "id=7 addr=10.0.0.1:5000 laddr=10.0.0.2:6379 fd=-1 name= age=9 idle=9 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1" +
		" qbuf=26 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=5 oll=0 omem=0 tot-mem=31" +
		" events=r cmd=NULL user=default redir=-1 resp=2 lib-name= lib-ver="
	if got := c.Line(clientBorn.Add(9900 * time.Millisecond)); got != fresh {
		t.Errorf("fresh client:\n got %s\nwant %s", got, fresh)
	}
	c.Change(func(s *ClientState) {
		s.Name, s.LibName, s.LibVer, s.DB, s.Proto = "n", "go-redis", "9.23", 3, resp.RESP3
		s.NoEvict, s.NoTouch, s.ReadOnly, s.Closing = true, true, true, true
	})
	c.Seen(clientBorn.Add(60 * time.Second))
	c.Running(&Spec{Name: "client|list"})
	used := strings.NewReplacer("name= ", "name=n ", "age=9", "age=61", "idle=9", "idle=1", "flags=N", "flags=creT",
		"db=0", "db=3", "cmd=NULL", "cmd=client|list", "resp=2", "resp=3",
		"lib-name= lib-ver=", "lib-name=go-redis lib-ver=9.23").Replace(fresh)
	if got := c.Line(clientBorn.Add(61 * time.Second)); got != used {
		t.Errorf("used client:\n got %s\nwant %s", got, used)
	}
}

// RESET forgets all but who the library is.
func TestClientReset(t *testing.T) {
	c := newTestClient(t)
	c.Change(func(s *ClientState) {
		*s = ClientState{
			Name: "n", LibName: "lib", LibVer: "1", User: "eve", Authenticated: true, DB: 3, Proto: resp.RESP3,
			NoEvict: true, NoTouch: true, ReadOnly: true, InMulti: true, Queued: 2,
		}
	})
	c.Reset(false)
	want := ClientState{LibName: "lib", LibVer: "1", User: DefaultUser, Proto: resp.RESP2}
	if got := c.State(); got != want {
		t.Errorf("after RESET: %+v, want %+v", got, want)
	}
	if c.Reset(true); !c.State().Authenticated {
		t.Error("without a password RESET must leave the client authenticated")
	}
}

// Other connections read a client while its own session changes it; the race
// detector judges.
func TestClientIsReadByOthers(t *testing.T) {
	c := newTestClient(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 100 {
			c.Change(func(s *ClientState) { s.DB = i })
			c.Seen(clientBorn)
			c.Running(&Spec{Name: "get"})
		}
	})
	wg.Go(func() {
		for range 100 {
			if !strings.HasPrefix(c.Line(clientBorn), "id=7 ") {
				t.Error("the line lost its beginning")
			}
		}
	})
	wg.Wait()
}
