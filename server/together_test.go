package main

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/cluster/natstest"
	"eventsource-playground/protocol"
)

// startServers starts some servers of one playground.
func startServers(t *testing.T, url string, names ...string) (all []*program) {
	t.Helper()
	for _, name := range names {
		all = append(all, start(t, "-nats", url, "-name", name))
	}
	return all
}

// scripted is the path of a scenario in a session.
func scripted(text string, source int) string {
	return fmt.Sprintf("/sse?script=%s&session=%s&source=%d", url.QueryEscape("title: T\n"+text), testSession, source)
}

// told is what the channel has told, by the server's name, in order.
func (c *client) told() (all []string) {
	for _, seen := range c.past {
		name, _ := protocol.CutServer(seen.Server)
		all = append(all, fmt.Sprint(name, " ", seen.Source, ".", seen.Attempt, " ", seen.Kind))
	}
	return all
}

// last is the number of the last record of each server.
func (c *client) last() map[string]int {
	last := map[string]int{}
	for _, seen := range c.past {
		last[seen.Server] = max(last[seen.Server], seen.Seq)
	}
	return last
}

func TestAChannelTellsWhatAnyServerRecords(t *testing.T) {
	all := startServers(t, natstest.Start(t, t.TempDir(), -1).ClientURL(), "a", "b", "c")
	early := all[1].request(t, scripted("== 200\ndata: {attempt}\n\n@end\n== 200\ndata: again\n\n@hold", 1))
	readAll(t, early)
	c := all[0].channel(t, testSecret)
	if name, _ := protocol.CutServer(c.hello.Server); name != "a" {
		t.Errorf("got the server %q; want a", c.hello.Server)
	}
	c.wantSeen(t, "request", "head 200", "write 9", "end server end")
	all[2].request(t, scripted("== 200\ndata: {attempt}\n\n@end\n== 200\ndata: again\n\n@hold", 1))
	c.wantSeen(t, "request", "head 200", "write 13")
	want := []string{"b 1.1 request", "b 1.1 head", "b 1.1 write", "b 1.1 end", "c 1.2 request", "c 1.2 head", "c 1.2 write"}
	if got := c.told(); !slices.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
	at := 0.0
	for _, seen := range c.past {
		if seen.At < at {
			t.Errorf("got %v after %v ms; want one clock", seen.At, at)
		}
		at = seen.At
	}

	t.Run("commands go to the server that plays the stream", func(t *testing.T) {
		c.do(t, `"do":"send","bytes":"ZGF0YTogbWluZQoK"`)
		c.wantSeen(t, "did send", "write 12")
		if got := c.command(t, `"do":"step"`); !strings.Contains(got, "holds the stream open") {
			t.Errorf("got %q; want what that server says", got)
		}
		c.do(t, `"do":"end"`)
		c.wantSeen(t, "did end", "end server end")
		if got := c.command(t, `"do":"end"`); !strings.Contains(got, "no stream under way") {
			t.Errorf("got %q; want that there is none", got)
		}
	})
	t.Run("what is chosen holds wherever the next request comes", func(t *testing.T) {
		c.do(t, `"do":"next","next":{"status":418}`)
		for _, want := range []string{"418", "200"} {
			head := make([]byte, len("HTTP/1.1 418"))
			all[1].request(t, scripted("== 200\n@hold", 2)).Read(head)
			if got := string(head[len("HTTP/1.1 "):]); got != want {
				t.Errorf("got %s; want %s", got, want)
			}
		}
		c.wantSeen(t, "did next: 418", "request", "head 418", "end server end")
	})
	t.Run("a channel goes on at another server", func(t *testing.T) {
		c.wantSeen(t, "request", "head 200", "end client left")
		again := all[2].channelAfterAll(t, testSecret, c.hello.Instance, c.last())
		if again.hello.Instance != c.hello.Instance || again.hello.Server == c.hello.Server {
			t.Errorf("got %+v after %+v; want the same instance at another server", again.hello, c.hello)
		}
		all[0].request(t, scripted("== 200\n@hold", 3))
		again.wantSeen(t, "request", "head 200")
		if got, want := again.told(), []string{"a 3.1 request", "a 3.1 head"}; !slices.Equal(got, want) {
			t.Errorf("got %q; want %q, and nothing twice", got, want)
		}
	})
}

func TestAServerOfSeveralStops(t *testing.T) {
	all := startServers(t, natstest.Start(t, t.TempDir(), -1).ClientURL(), "a", "b")
	c := all[0].channel(t, testSecret)
	stream := all[1].request(t, scripted("== 200\ndata: 1\n\n@hold", 1))
	c.wantSeen(t, "request", "write 9")
	all[1].stop(t)
	readAll(t, stream)
	c.wantSeen(t, "end server stopping")
	waitFor(t, "word that it is gone", func() bool {
		c.pingPong(t)
		return slices.ContainsFunc(c.servers, func(s protocol.Server) bool { return strings.HasPrefix(s.ID, "b-") && s.Gone })
	})
	all[0].request(t, scripted("== 200\ndata: 1\n\n@hold", 1))
	c.wantSeen(t, "request", "write 9")
	if got := c.past[len(c.past)-1].Attempt; got != 2 {
		t.Errorf("got attempt %d at the other server; want 2", got)
	}
}

func TestServersWithoutNATSForAWhile(t *testing.T) {
	folder := t.TempDir()
	nats := natstest.Start(t, folder, -1)
	all := startServers(t, nats.ClientURL(), "a", "b")
	c := all[0].channel(t, testSecret)
	there := all[1].request(t, scripted("== 200\ndata: 1\n\n@hold", 1))
	c.wantSeen(t, "request", "write 9")
	port := nats.Addr().(*net.TCPAddr).Port
	nats.Shutdown()
	nats.WaitForShutdown()
	waitFor(t, "the refusal", func() bool {
		return strings.Contains(c.command(t, `"do":"end"`), "and NATS, through which it knows the others, can't be reached")
	})
	if got := c.command(t, `"do":"next","next":{"status":500}`); !strings.Contains(got, "can't be reached just now: try again") {
		t.Errorf("got %q; want that nothing was chosen", got)
	}
	all[0].request(t, scripted("== 200\ndata: here\n\n@hold", 2))
	c.wantSeen(t, "request", "head 200", "write 12")
	c.do(t, `"do":"end","source":2`)
	c.wantSeen(t, "did end", "end server end")
	all[1].request(t, scripted("== 200\ndata: there\n\n@hold", 3))
	there.Close()

	natstest.Start(t, folder, port)
	for written, left := false, false; !written || !left; {
		seen := c.seen(t)
		written = written || seen.Kind == protocol.SeenWrite && seen.Size == len("data: there\n\n")
		left = left || seen.How == protocol.EndLeft
	}
	counted := map[string]int{}
	for _, seen := range c.past {
		counted[fmt.Sprint(seen.Server, seen.Seq)]++
	}
	for id, n := range counted {
		if n != 1 {
			t.Errorf("got record %s %d times; want it once", id, n)
		}
	}
	waitFor(t, "the command", func() bool { return c.command(t, `"do":"end","source":3`) == "" })
}
