package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
)

// channels are the pages' private lines to the server: a WebSocket each, because that takes none of the six connections
// that a browser has for a host over HTTP/1.1, which is what the page watches.
type channels struct {
	sessions *sessions
	limits   Limits
	log      *slog.Logger

	mutex sync.Mutex
	all   int
	from  map[netip.Prefix]int
	open  sync.WaitGroup
}

// channel is one of them. It tells its page what is recorded in its session, and does what the page asks.
type channel struct {
	session *session
	conn    *websocket.Conn
	limits  *Limits
	ctx     context.Context
	woken   chan struct{} // there is more to tell
	over    chan struct{} // a newer one took its place

	mutex   sync.Mutex
	answers []protocol.Did
}

func newChannels(sessions *sessions, limits Limits, log *slog.Logger) *channels {
	return &channels{sessions: sessions, limits: limits, log: log, from: map[netip.Prefix]int{}}
}

// serve is GET /session.
func (c *channels) serve() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line, refused := parseChannel(r)
		if refused != nil {
			refused.write(w)
			return
		}
		leave, err := c.enter(addressOf(r))
		if err != nil {
			c.full(w, r, err)
			return
		}
		defer leave()
		session, err := c.sessions.hold(line.session, addressOf(r))
		if err != nil {
			c.full(w, r, err)
			return
		}
		defer c.sessions.release(session)
		// Deadlines of the server's are for requests: here they would end the channel.
		deadlines := http.NewResponseController(w)
		deadlines.SetReadDeadline(time.Time{})
		deadlines.SetWriteDeadline(time.Time{})
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // it has answered
		}
		defer conn.CloseNow()
		conn.SetReadLimit(c.limits.ChannelRead)
		c.talk(r.Context(), session, conn, line)
	})
}

// line is what a request for a channel asks for.
type line struct {
	session  string
	instance string // the session's that the page knows
	after    int    // Seq of the last record that it got of that instance
}

// parseChannel reads a request for a channel, or says what to change.
func parseChannel(r *http.Request) (l line, refused *refusal) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return l, newRefusal(http.StatusBadRequest, "The query can't be read: give id, instance and after.")
	}
	var ok bool
	if l.session, ok = parseSession(query.Get("id")); !ok {
		return l, bad("id", query.Get("id"), "32 hexadecimal digits")
	}
	l.instance = query.Get("instance")
	if s := query.Get("after"); s != "" {
		if l.after, err = strconv.Atoi(s); err != nil || l.after < 0 || l.after > maxSeq {
			return l, bad("after", s, "the number of the last record that came, or 0")
		}
	}
	// Browsers send Origin with every WebSocket. Whoever sends none is no page.
	origin, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || origin.Host == "" || !strings.EqualFold(origin.Host, r.Host) {
		return l, newRefusal(http.StatusForbidden, "A session is for this server's own page: Origin must be that of %s.", quote(r.Host))
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return l, newRefusal(http.StatusUpgradeRequired, "A session is a WebSocket: ask for one.")
	}
	return l, nil
}

const maxSeq = 1_000_000_000_000

// enter counts a channel in, or says why there is no place. Whoever enters must leave.
func (c *channels) enter(from netip.Prefix) (leave func(), err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	switch {
	case c.all >= c.limits.Channels:
		return nil, fmt.Errorf("this server has %d sessions open and takes no more", c.all)
	case c.from[from] >= c.limits.ChannelsPerAddress:
		return nil, fmt.Errorf("your address has %d sessions open and gets no more", c.from[from])
	}
	c.all++
	c.from[from]++
	c.open.Add(1)
	return func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.all--
		if c.from[from]--; c.from[from] == 0 {
			delete(c.from, from)
		}
		c.open.Done()
	}, nil
}

func (c *channels) full(w http.ResponseWriter, r *http.Request, err error) {
	c.log.Warn("refused", "from", r.RemoteAddr, "err", err)
	w.Header().Set("Retry-After", "5")
	refuse(w, http.StatusServiceUnavailable, "Close a page, or try again in 5 seconds: %v.", err)
}

// wait waits until the channels are closed, which they are once the server stops. http.Server does not know them.
func (c *channels) wait(ctx context.Context) {
	closed := make(chan struct{})
	go func() {
		c.open.Wait()
		close(closed)
	}()
	select {
	case <-closed:
	case <-ctx.Done():
	}
}

// talk goes on until the page leaves, a newer channel comes or the server stops.
func (c *channels) talk(stopping context.Context, session *session, conn *websocket.Conn, from line) {
	// The library closes a connection whose context is done, without a word to the page. So this one ends last.
	ctx, cancel := context.WithCancel(context.WithoutCancel(stopping))
	ch := &channel{
		session: session, conn: conn, limits: &c.limits, ctx: ctx,
		woken: make(chan struct{}, 1), over: make(chan struct{}),
	}
	ch.woken <- struct{}{}
	hello, after := session.connect(ch, from)
	defer session.disconnect(ch)

	told := make(chan struct{})
	go func() {
		defer close(told)
		if ch.write(protocol.ToPage{Hello: &hello}) != nil {
			return
		}
		switch ch.tellAll(after, stopping) {
		case endStopping:
			conn.Close(websocket.StatusGoingAway, "the server stops")
		case endReplaced:
			conn.Close(statusReplaced, "a newer channel took over")
		}
	}()
	ch.listen()
	cancel()
	<-told
}

// statusReplaced tells a page that another one, or itself, opened a newer channel for the same session.
const statusReplaced websocket.StatusCode = 4001

// connect makes ch the session's channel, in place of an older one, which may be a dead one that nobody missed yet. It
// returns what to say first, and the record after which to go on.
func (s *session) connect(ch *channel, from line) (hello protocol.Hello, after int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.channel != nil {
		close(s.channel.over)
	}
	s.channel = ch
	hello = protocol.Hello{Instance: s.instance, Now: s.now()}
	if from.instance == s.instance {
		after = min(from.after, s.last)
	}
	if first := s.last - len(s.records) + 1; after < first-1 {
		hello.Dropped = first - 1 - after
		after = first - 1
	}
	return hello, after
}

func (s *session) disconnect(ch *channel) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.channel == ch {
		s.channel = nil
	}
}

// tell says that there is more to tell. It waits for nobody.
func (ch *channel) tell() {
	select {
	case ch.woken <- struct{}{}:
	default:
	}
}

const (
	endFailed = iota
	endStopping
	endReplaced
)

// tellAll sends what is recorded and what was answered, as it comes, but only so many messages a second however much that
// is, and returns why it ended.
func (ch *channel) tellAll(after int, stopping context.Context) int {
	const together = 10 * time.Millisecond
	ping := time.NewTicker(ch.limits.ChannelPing)
	defer ping.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	woken, more := (chan struct{})(nil), false // no woken during a pause
	for {
		select {
		case <-ch.ctx.Done():
			return endFailed
		case <-stopping.Done():
			return endStopping
		case <-ch.over:
			return endReplaced
		case <-ping.C:
			go ch.ping()
			continue
		case <-woken:
		case <-pause.C:
			if !more {
				woken = ch.woken
				continue
			}
		}
		var err error
		if after, more, err = ch.tellSome(after); err != nil {
			return endFailed
		}
		woken = nil
		pause.Reset(together)
	}
}

// tellSome sends the answers and a message of records.
func (ch *channel) tellSome(after int) (last int, more bool, err error) {
	ch.mutex.Lock()
	answers := ch.answers
	ch.answers = nil
	ch.mutex.Unlock()
	for _, answer := range answers {
		if err := ch.write(protocol.ToPage{Did: &answer}); err != nil {
			return after, false, err
		}
	}
	records, dropped := ch.session.after(after)
	if len(records) == 0 {
		return after, false, nil
	}
	return records[len(records)-1].Seq, true, ch.write(protocol.ToPage{Seen: records, Dropped: dropped})
}

// ping finds out whether the page is there, and keeps proxies from closing the line.
func (ch *channel) ping() {
	ctx, cancel := context.WithTimeout(ch.ctx, ch.limits.ChannelWrite)
	defer cancel()
	if ch.conn.Ping(ctx) != nil {
		ch.conn.CloseNow()
	}
}

func (ch *channel) write(message protocol.ToPage) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ch.ctx, ch.limits.ChannelWrite)
	defer cancel()
	return ch.conn.Write(ctx, websocket.MessageText, text)
}

// listen does what the page asks, until it leaves. A page that asks too often is heard later.
func (ch *channel) listen() {
	pace := budget{perSecond: ch.limits.ChannelRate, left: ch.limits.ChannelRate, at: time.Now()}
	for {
		kind, text, err := ch.conn.Read(ch.ctx)
		if err != nil {
			return
		}
		var asked protocol.FromPage
		if kind != websocket.MessageText || json.Unmarshal(text, &asked) != nil {
			ch.conn.Close(websocket.StatusUnsupportedData, "not a message that this server knows")
			return
		}
		for pace.take(1) == 0 {
			select {
			case <-ch.ctx.Done():
				return
			case <-ch.over:
				return
			case <-time.After(time.Second / time.Duration(ch.limits.ChannelRate)):
			}
		}
		if ch.answer(asked) != nil {
			return
		}
	}
}

func (ch *channel) answer(asked protocol.FromPage) error {
	switch {
	case asked.Ping != nil:
		return ch.write(protocol.ToPage{Pong: asked.Ping, Now: ch.session.now()})
	case asked.Check != nil:
		checked := check(*asked.Check)
		checked.ID = asked.ID
		return ch.write(protocol.ToPage{Checked: &checked})
	}
	if because := ch.do(asked); because != "" {
		ch.answered(asked.ID, because)
	}
	return nil
}

// do does a command, or says why it can't.
func (ch *channel) do(asked protocol.FromPage) (because string) {
	done := func(because string) { ch.answered(asked.ID, because) }
	switch asked.Do {
	case protocol.DoCut, protocol.DoEnd, protocol.DoPause, protocol.DoResume, protocol.DoStep:
		return ch.session.give(asked.Source, order{to: asked.Do, done: done})
	case protocol.DoSend:
		if len(asked.Bytes) == 0 {
			return "There is nothing to send: give some bytes."
		}
		return ch.session.give(asked.Source, order{to: asked.Do, bytes: asked.Bytes, done: done})
	case protocol.DoNext:
		reply, because := newReply(asked.Next)
		if because == "" {
			ch.session.choose(asked.Source, reply)
			done("")
		}
		return because
	}
	return fmt.Sprintf("This server can't do %s.", quote(string(asked.Do)))
}

// answered tells the page what became of a command. Streams call it too, which must not wait for a page.
func (ch *channel) answered(id int, because string) {
	ch.mutex.Lock()
	defer ch.mutex.Unlock()
	if len(ch.answers) < maxAnswers {
		ch.answers = append(ch.answers, protocol.Did{ID: id, Error: because})
	}
	ch.tell()
}

const maxAnswers = 1000 // that wait for a page which does not read them
