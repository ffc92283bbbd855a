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

	"eventsource-playground/trace"
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
	answers []did
}

// toPage is a message to the page: one of its fields is set, and Now beside Pong, Dropped beside Seen.
type toPage struct {
	Hello   *hello       `json:"hello,omitempty"`
	Seen    []trace.Seen `json:"seen,omitempty"`
	Dropped int          `json:"dropped,omitempty"`
	Pong    *float64     `json:"pong,omitempty"`
	Now     float64      `json:"now,omitempty"`
	Did     *did         `json:"did,omitempty"`
	Checked *checked     `json:"checked,omitempty"`
}

// hello is the first message.
type hello struct {
	Session string  `json:"session"`
	Now     float64 `json:"now"`     // the session's clock, in milliseconds
	Next    int     `json:"next"`    // Seq of what will be recorded next
	Dropped int     `json:"dropped"` // records that the page has not got, and that are no longer kept
	Anew    bool    `json:"anew,omitempty"`
}

// did is the answer to a command.
type did struct {
	ID    int    `json:"id"`
	Error string `json:"error,omitempty"` // in one sentence
}

// fromPage is a message of the page: a ping, a command or a text to check.
type fromPage struct {
	Ping *float64 `json:"ping"`

	ID     int    `json:"id"`
	Do     string `json:"do"`
	Source int    `json:"source"` // whose stream; 0: the newest
	Bytes  []byte `json:"bytes"`  // for send
	Next   *next  `json:"next"`   // for next

	Check *string `json:"check"`
}

func newChannels(sessions *sessions, limits Limits, log *slog.Logger) *channels {
	return &channels{sessions: sessions, limits: limits, log: log, from: map[netip.Prefix]int{}}
}

// serve is GET /session.
func (c *channels) serve() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, after, refused := parseChannel(r)
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
		session, err := c.sessions.hold(id, addressOf(r))
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
		c.talk(r.Context(), session, conn, after)
	})
}

// parseChannel reads a request for a channel, or says what to change.
func parseChannel(r *http.Request) (id string, after int, refused *refusal) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "", 0, newRefusal(http.StatusBadRequest, "The query can't be read: give id and after.")
	}
	id, ok := parseSession(query.Get("id"))
	if !ok {
		return "", 0, bad("id", query.Get("id"), "32 hexadecimal digits")
	}
	if s := query.Get("after"); s != "" {
		if after, err = strconv.Atoi(s); err != nil || after < 0 || after > maxSeq {
			return "", 0, bad("after", s, "the number of the last record that came, or 0")
		}
	}
	// Browsers send Origin with every WebSocket. Whoever sends none is no page.
	origin, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || origin.Host == "" || !strings.EqualFold(origin.Host, r.Host) {
		return "", 0, newRefusal(http.StatusForbidden, "A session is for this server's own page: Origin must be that of %s.", quote(r.Host))
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return "", 0, newRefusal(http.StatusUpgradeRequired, "A session is a WebSocket: ask for one.")
	}
	return id, after, nil
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
func (c *channels) talk(stopping context.Context, session *session, conn *websocket.Conn, after int) {
	// The library closes a connection whose context is done, without a word to the page. So this one ends last.
	ctx, cancel := context.WithCancel(context.WithoutCancel(stopping))
	ch := &channel{
		session: session, conn: conn, limits: &c.limits, ctx: ctx,
		woken: make(chan struct{}, 1), over: make(chan struct{}),
	}
	ch.woken <- struct{}{}
	hello := session.connect(ch, &after)
	defer session.disconnect(ch)

	told := make(chan struct{})
	go func() {
		defer close(told)
		if ch.write(toPage{Hello: &hello}) != nil {
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

// connect makes ch the session's channel, in place of an older one, which may be a dead one that nobody missed yet.
func (s *session) connect(ch *channel, after *int) hello {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.channel != nil {
		close(s.channel.over)
	}
	s.channel = ch
	h := hello{Session: s.id}
	if *after > s.last {
		// The session that the page remembers was forgotten, or the server was started again. Its numbers go on, or
		// the page would take what is new for what it has.
		h.Anew = true
		*after += 1
		for i := range s.records {
			s.records[i].Seq += *after
		}
		s.last += *after
	}
	h.Now, h.Next = s.now(), s.last+1
	if first := s.last - len(s.records) + 1; *after < first-1 {
		h.Dropped = first - 1 - *after
		*after = first - 1
	}
	return h
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
		if err := ch.write(toPage{Did: &answer}); err != nil {
			return after, false, err
		}
	}
	records, dropped := ch.session.after(after)
	if len(records) == 0 {
		return after, false, nil
	}
	return records[len(records)-1].Seq, true, ch.write(toPage{Seen: records, Dropped: dropped})
}

// ping finds out whether the page is there, and keeps proxies from closing the line.
func (ch *channel) ping() {
	ctx, cancel := context.WithTimeout(ch.ctx, ch.limits.ChannelWrite)
	defer cancel()
	if ch.conn.Ping(ctx) != nil {
		ch.conn.CloseNow()
	}
}

func (ch *channel) write(message toPage) error {
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
		var asked fromPage
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

func (ch *channel) answer(asked fromPage) error {
	switch {
	case asked.Ping != nil:
		return ch.write(toPage{Pong: asked.Ping, Now: ch.session.now()})
	case asked.Check != nil:
		checked := check(*asked.Check)
		checked.ID = asked.ID
		return ch.write(toPage{Checked: &checked})
	}
	if because := ch.do(asked); because != "" {
		ch.answered(asked.ID, because)
	}
	return nil
}

// do does a command, or says why it can't.
func (ch *channel) do(asked fromPage) (because string) {
	done := func(because string) { ch.answered(asked.ID, because) }
	switch word := asked.Do; word {
	case "cut", "end", "pause", "resume", "step":
		return ch.session.give(asked.Source, order{to: deeds[word], done: done})
	case "send":
		if len(asked.Bytes) == 0 {
			return "There is nothing to send: give some bytes."
		}
		return ch.session.give(asked.Source, order{to: toSend, bytes: asked.Bytes, done: done})
	case "next":
		reply, because := newReply(asked.Next)
		if because == "" {
			ch.session.choose(asked.Source, reply)
			done("")
		}
		return because
	}
	return fmt.Sprintf("This server can't do %s.", quote(asked.Do))
}

var deeds = map[string]deed{"cut": toCut, "end": toEnd, "pause": toPause, "resume": toResume, "step": toStep, "send": toSend}

// answered tells the page what became of a command. Streams call it too, which must not wait for a page.
func (ch *channel) answered(id int, because string) {
	ch.mutex.Lock()
	defer ch.mutex.Unlock()
	if len(ch.answers) < maxAnswers {
		ch.answers = append(ch.answers, did{id, because})
	}
	ch.tell()
}

const maxAnswers = 1000 // that wait for a page which does not read them
