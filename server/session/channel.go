package session

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/class"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/play"
	"eventsource-playground/server/quota"
	"eventsource-playground/server/refuse"
)

// Channels are the pages' private lines to the server: a WebSocket each, because that uses none of the six connections
// that a browser has for a host over HTTP/1.1, which is what the page watches.
type Channels struct {
	sessions *Sessions
	classes  *class.Classes
	log      *slog.Logger
	quota    *quota.Quota
	open     sync.WaitGroup
}

// channel is one of them. It tells its page what is recorded in its session, and does what the page commands.
type channel struct {
	session *session
	seat    *class.Seat
	conn    *websocket.Conn
	limits  *limits.Limits
	ctx     context.Context
	request *http.Request // that opened it
	woken   chan struct{} // there is more to tell
	over    chan struct{} // a newer one took its place
	told    int           // Seq of the last record that the page has got
	others  *follower     // what other servers record, and this one; nil: it is alone

	mutex    sync.Mutex
	replies  []protocol.Did
	text     *protocol.FromPage // the newest that is to be checked
	checking bool               // somebody does, and will see to text
}

// NewChannels is no channels yet.
func NewChannels(sessions *Sessions, classes *class.Classes, log *slog.Logger) *Channels {
	l := sessions.limits
	return &Channels{sessions: sessions, classes: classes, log: log, quota: quota.New("sessions", l.Channels, l.ChannelsPerAddress)}
}

// ServeHTTP is GET /session.
func (c *Channels) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	line, refused := parseChannel(r)
	if refused != nil {
		refused.Write(w)
		return
	}
	from := quota.AddressOf(r)
	if err := c.quota.Enter(from); err != nil {
		c.full(w, r, line.session, err)
		return
	}
	defer c.quota.Leave(from)
	c.open.Add(1)
	defer c.open.Done()
	session, err := c.sessions.hold(line.session, from)
	if err != nil {
		c.full(w, r, line.session, err)
		return
	}
	defer c.sessions.release(session)
	// Deadlines of the server's are for requests: here they would end the channel.
	deadlines := http.NewResponseController(w)
	deadlines.SetReadDeadline(time.Time{})
	deadlines.SetWriteDeadline(time.Time{})
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it has responded
	}
	defer conn.CloseNow()
	if !c.admits(r.Context(), conn, line.session) {
		conn.Close(websocket.StatusPolicyViolation, notAdmitted)
		return
	}
	conn.SetReadLimit(c.sessions.limits.ChannelRead)
	c.talk(r, session, conn, line)
}

// notAdmitted is why a channel is closed; a close frame has room for 123 bytes.
const notAdmitted = "The first message must bring the secret that this session's id is the hash of: send {\"secret\":…}."

// admits reports whether the first message brings the secret of the session. Until then a channel gets and does nothing:
// the id is in URLs, and who read it there has no right to what the page sees.
func (c *Channels) admits(stopping context.Context, conn *websocket.Conn, id string) bool {
	const most = 256 // bytes
	conn.SetReadLimit(most)
	late := time.AfterFunc(c.sessions.limits.ChannelSecret, func() { conn.Close(websocket.StatusPolicyViolation, notAdmitted) })
	defer late.Stop()
	kind, text, err := conn.Read(stopping)
	var first protocol.FromPage
	return err == nil && kind == websocket.MessageText && json.Unmarshal(text, &first) == nil && protocol.SessionID(first.Secret) == id
}

func (c *Channels) full(w http.ResponseWriter, r *http.Request, session string, err error) {
	c.log.Warn("refused", "session", session, "from", r.RemoteAddr, "err", err)
	refuse.Full("Close a page, or try again in 5 seconds: %v.", err).Write(w)
}

// line is what a request for a channel says.
type line struct {
	session  string
	instance string         // the session's that the page knows
	after    map[string]int // Seq of the last record that it got of that instance, by the server's ID
}

// parseChannel reads a request for a channel, or says what to change.
func parseChannel(r *http.Request) (l line, refused *refuse.Refusal) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return l, refuse.New(http.StatusBadRequest, "The query can't be read: give id, instance and after.")
	}
	var ok bool
	if l.session, ok = play.ParseSession(query.Get("id")); !ok {
		return l, refuse.Bad("id", query.Get("id"), "32 hexadecimal digits")
	}
	l.instance = query.Get("instance")
	if l.after, ok = parseAfter(query.Get("after")); !ok {
		return l, refuse.Bad("after", query.Get("after"), "the number of the last record that came, or 0")
	}
	return l, play.OwnWebSocket(r, "A session")
}

// parseAfter reads after, which is a number if there is one server only.
func parseAfter(text string) (after map[string]int, ok bool) {
	after = map[string]int{}
	if text == "" {
		return after, true
	}
	for part := range strings.SplitSeq(text, ",") {
		server, digits, ok := strings.Cut(part, ".")
		if !ok {
			server, digits = "", part
		}
		n, err := strconv.Atoi(digits)
		if err != nil || n < 0 || n > maxSeq || len(after) == maxServers {
			return nil, false
		}
		after[server] = n
	}
	return after, true
}

const (
	maxSeq     = 1_000_000_000_000
	maxServers = 100
)

// Open is how many channels there are.
func (c *Channels) Open() int { return c.quota.Open() }

// Wait waits until the channels are closed, which they are once the server stops. http.Server does not know them.
func (c *Channels) Wait(ctx context.Context) {
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
func (c *Channels) talk(r *http.Request, session *session, conn *websocket.Conn, from line) {
	stopping := r.Context()
	// The library closes a connection whose context is done, without a word to the page. So this one ends last.
	ctx, cancel := context.WithCancel(context.WithoutCancel(stopping))
	ch := &channel{
		session: session, conn: conn, limits: &c.sessions.limits, ctx: ctx, request: r,
		woken: make(chan struct{}, 1), over: make(chan struct{}),
	}
	ch.woken <- struct{}{}
	ch.seat = c.classes.Seat(r, ch.tell)
	defer ch.seat.Close()
	hello := session.connect(ch, from)
	defer session.disconnect(ch)

	// First of all: what the page may ask is measured on the clock that the hello names.
	if ch.write(protocol.ToPage{Hello: &hello}) != nil {
		cancel()
		return
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		switch ch.tellAll(stopping) {
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
// returns what to say first.
func (s *session) connect(ch *channel, from line) (hello protocol.Hello) {
	if t := s.all.together; t != nil {
		hello = t.follow(ch, from)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.channel != nil {
		close(s.channel.over)
	}
	s.channel = ch
	if ch.others != nil {
		return hello
	}
	hello = protocol.Hello{Instance: s.instance, Now: s.now()}
	if from.instance == s.instance {
		ch.told = min(from.after[""], s.last)
	}
	if first := s.last - len(s.records) + 1; ch.told < first-1 {
		hello.Dropped = first - 1 - ch.told
		ch.told = first - 1
	}
	return hello
}

func (s *session) disconnect(ch *channel) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.channel == ch {
		s.channel = nil
	}
	if ch.others != nil {
		ch.others.stop()
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

// tellAll sends what is recorded, what became of commands and what a class says, as it comes, but only so many messages a second however much that
// is, and returns why it ended.
func (ch *channel) tellAll(stopping context.Context) int {
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
			for more = true; more; {
				var err error
				if more, err = ch.tellSome(); err != nil {
					return endFailed
				}
			}
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
		if more, err = ch.tellSome(); err != nil {
			return endFailed
		}
		woken = nil
		pause.Reset(together)
	}
}

// tellSome sends the replies to commands, what a class says and a message of records. more is whether there may be others.
func (ch *channel) tellSome() (more bool, err error) {
	ch.mutex.Lock()
	replies := ch.replies
	ch.replies = nil
	ch.mutex.Unlock()
	for _, reply := range replies {
		if err := ch.write(protocol.ToPage{Did: &reply}); err != nil {
			return false, err
		}
	}
	for message, ok := ch.seat.Next(); ok; message, ok = ch.seat.Next() {
		if err := ch.write(message); err != nil {
			return false, err
		}
	}
	var message protocol.ToPage
	if ch.others != nil {
		message, more = ch.others.next()
	} else if message.Seen, message.Dropped = ch.session.after(ch.told); len(message.Seen) > 0 {
		ch.told, more = message.Seen[len(message.Seen)-1].Seq, true
	}
	if len(message.Seen) == 0 && len(message.Servers) == 0 {
		return more, nil
	}
	return more, ch.write(message)
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

// listen reads what the page says, until it leaves. A page that says too much is read later.
func (ch *channel) listen() {
	pace := quota.NewBudget(ch.limits.ChannelRate)
	for {
		kind, text, err := ch.conn.Read(ch.ctx)
		if err != nil {
			return
		}
		var said protocol.FromPage
		if kind != websocket.MessageText || json.Unmarshal(text, &said) != nil {
			ch.conn.Close(websocket.StatusUnsupportedData, "not a message that this server knows")
			return
		}
		for pace.Spend(1) == 0 {
			select {
			case <-ch.ctx.Done():
				return
			case <-ch.over:
				return
			case <-time.After(time.Second / time.Duration(ch.limits.ChannelRate)):
			}
		}
		if ch.react(said) != nil {
			return
		}
	}
}

func (ch *channel) react(said protocol.FromPage) error {
	switch {
	case said.Ping != nil:
		return ch.write(protocol.ToPage{Pong: said.Ping, Now: ch.now()})
	case said.Check != nil:
		ch.check(said)
		return nil
	case said.Get != "":
		return ch.get(said)
	}
	if ok, err := ch.seat.Say(ch.ctx, said); ok {
		if err != nil {
			ch.replied(said.ID, err)
		}
		return nil
	}
	if err := ch.do(said.ID, said.Command); err != nil {
		ch.replied(said.ID, err)
	}
	return nil
}

// now is the clock of the times that this channel tells.
func (ch *channel) now() float64 {
	if ch.others != nil {
		return ch.others.now()
	}
	return ch.session.now()
}

// give is session.give, wherever the stream is played.
func (ch *channel) give(source int, c play.Command) error {
	if ch.others != nil {
		return ch.others.give(source, c)
	}
	return ch.session.give(source, c)
}

// check has a text checked, unless a newer one comes before it is its turn: the page wants to know of the newest only.
func (ch *channel) check(said protocol.FromPage) {
	ch.mutex.Lock()
	defer ch.mutex.Unlock()
	ch.text = &said
	if !ch.checking {
		ch.checking = true
		go ch.checkAll()
	}
}

// checkAll checks the newest text until there is none.
func (ch *channel) checkAll() {
	turn := ch.session.all.checks
	for {
		select {
		case turn <- struct{}{}:
		case <-ch.ctx.Done():
			return
		}
		ch.mutex.Lock()
		said := ch.text
		ch.text, ch.checking = nil, said != nil
		ch.mutex.Unlock()
		if said == nil {
			<-turn
			return
		}
		checked := check(&scenario.Work{Done: ch.ctx.Done()}, *said.Check, ch.limits)
		<-turn
		checked.ID = said.ID
		if ch.write(protocol.ToPage{Checked: &checked}) != nil {
			return
		}
	}
}

// do has a command carried out, and replied to, or says why it can't be.
func (ch *channel) do(id int, c protocol.Command) error {
	done := func(err error) { ch.replied(id, err) }
	switch c.Do {
	case protocol.DoCut, protocol.DoEnd, protocol.DoPause, protocol.DoResume, protocol.DoStep:
		return ch.give(c.Source, play.Command{Do: c.Do, Done: done})
	case protocol.DoSend:
		if len(c.Bytes) == 0 {
			return errNothing
		}
		if n := len(c.Bytes); n > protocol.MaxSend {
			return play.Rejected(fmt.Sprintf("These are %d bytes: at most %d can be sent at once.", n, protocol.MaxSend))
		}
		return ch.give(c.Source, play.Command{Do: c.Do, Bytes: c.Bytes, Done: done})
	case protocol.DoNext:
		reply, err := newReply(c.Next)
		if err == nil {
			err = ch.session.choose(c.Source, reply)
		}
		if err == nil {
			done(nil)
		}
		return err
	}
	return play.Rejected(fmt.Sprintf("This server can't do %s.", refuse.Quote(string(c.Do))))
}

const errNothing play.Rejected = "There is nothing to send: give some bytes."

// replied tells the page what became of a command. Streams call it too, which must not wait for a page.
func (ch *channel) replied(id int, err error) {
	ch.mutex.Lock()
	defer ch.mutex.Unlock()
	if len(ch.replies) < ch.limits.ChannelReplies {
		did := protocol.Did{ID: id}
		if err != nil {
			did.Error = err.Error()
		}
		ch.replies = append(ch.replies, did)
	}
	ch.tell()
}
