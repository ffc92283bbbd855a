package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"eventsource-playground/cluster/natstest"
	"eventsource-playground/server/limits"
)

// A log says where and of whom, but nothing that opens anything.
func TestLogsHaveServerRoomAndSessionAndNoSecret(t *testing.T) {
	nats := natstest.Start(t, t.TempDir(), -1)
	l := limits.Default
	l.ChannelsPerAddress = 1
	p := startMain(t, Main{Files: page, Limits: l}, "-nats", nats.ClientURL(), "-name", "ada", "-max-streams", "2", "-metrics-addr", "127.0.0.1:0")
	c := p.channel(t, testSecret)
	r := makeRoom(t, p)
	for range 2 {
		(&reader{TCPConn: p.request(t, "/sse?interval=10m&session="+testSession)}).open(t)
		r.read(t, p)
	}
	c.pingPong(t)
	if status, body := r.publish(t, p, "a"); status != http.StatusOK {
		t.Fatalf("got %d %s; want it published", status, body)
	}

	// What is refused is logged.
	for _, path := range []string{
		"/sse?session=" + testSession,
		"/rooms/" + r.Room,
		"/rooms/" + r.Room + "?last-event-id=" + r.Key,
		"/rooms/" + r.Key, // for the name
	} {
		p.get(t, path, "Authorization", "Bearer "+r.Key)
	}
	p.dialID(t.Context(), testSession, "", nil)
	nats.Shutdown()
	nats.WaitForShutdown()
	r.publish(t, p, "b")
	p.do(t, "DELETE", "/rooms/"+r.Room, "Authorization", "Bearer "+r.Key)
	p.stop(t)

	log := p.stderr.String()
	for _, secret := range []string{testSecret, r.Key} {
		if strings.Contains(log, secret) {
			t.Errorf("got %s in the log; want it nowhere:\n%s", secret, log)
		}
	}
	for what, line := range map[string]string{
		"a stream that is refused":  `msg=refused server=ada-\w{6} session=` + testSession + ` from=\S+ err=".*streams open`,
		"a reader that is refused":  `msg=refused server=ada-\w{6} room=` + r.Room + ` from=\S+ err=".*streams of rooms open`,
		"a channel that is refused": `msg=refused server=ada-\w{6} session=` + testSession + ` from=\S+ err=".*sessions open`,
		"what needs NATS":           `msg=refused server=ada-\w{6} room=` + r.Room + ` from=\S+ err=".*NATS`,
		"all else":                  `msg=stopped server=ada-\w{6}`,
	} {
		if !regexp.MustCompile(line).MatchString(log) {
			t.Errorf("got no line such as %s for %s:\n%s", line, what, log)
		}
	}
}
