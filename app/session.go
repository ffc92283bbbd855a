package main

import (
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// session is what the messages of the channel add up to: which records came, how the server's clock relates to the page's,
// and what became of what was asked. Times are on the page's performance clock, in milliseconds.
type session struct {
	id        string            // the hash of the channel's secret
	instance  string            // of the session, that the next fields are about
	last      map[string]int    // Seq of the newest record that came, by the server's ID
	server    string            // the channel's, by its ID; "": there is one only
	servers   []protocol.Server // beside the channel's own, that recorded something
	offset    float64           // what must be added to the server's clock to get the page's
	trip      float64           // of the ping that measured it, there and back
	pings     int               // since the channel was opened
	ungreeted bool              // the channel is open, but no hello came yet
	dropped   int               // records that the server did not keep for us
	asked     int               // ID of the last message that wants a reply
	command   int               // ID of the last command
	text      int               // ID of the last text
	wrong     string            // what the server said of the last command, if it could not
}

// received is what the page must do about a message.
type received struct {
	draw    bool              // again, because
	came    int               // so many records came, or something else did
	ping    bool              // the clock is not known well enough yet
	reload  bool              // what the server has: it is another one
	checked *protocol.Checked // of the last text; nil: nothing came of it
}

// worth is the uncertainty of the server's clock that is worth a word, in milliseconds.
const worth = 5

// logFor is the log of a source: the first, which is the page's own, has also those that no log made, as of a fetch, but for those
// that were compared before.
func logFor(source int, logs []*trace.Log) *trace.Log {
	for _, log := range logs {
		if log.Made(source) {
			return log
		}
	}
	if source > comparedAfter {
		return nil
	}
	return logs[0]
}

// receive takes a message in that came now. The first of the logs is the page's own.
func (s *session) receive(message protocol.ToPage, now float64, logs []*trace.Log) (r received) {
	switch {
	case message.Pong != nil && s.ungreeted:
		// Whose clock this is only the hello tells.
	case message.Pong != nil:
		if trip := now - *message.Pong; s.trip == 0 || trip < s.trip {
			was := s.offset
			s.trip, s.offset = trip, (now+*message.Pong)/2-message.Now
			for _, log := range logs {
				log.ShiftServer(s.offset - was)
			}
			r.draw = true
		}
		r.ping = s.trip/2 > worth/2
	case message.Hello != nil:
		r.ping, s.ungreeted = s.ungreeted, false
		if message.Hello.Instance != s.instance {
			r.reload = s.beginInstance(message.Hello.Instance, now, logs)
		}
		if s.server != "" && s.server != message.Hello.Server {
			logs[0].MoveChannel(message.Hello.Server, now)
			r.draw = true
		}
		s.server = message.Hello.Server
		s.dropped += message.Hello.Dropped
		if s.offset == 0 {
			s.offset = now - message.Hello.Now // until a ping tells it better
		}
	case message.Did != nil:
		if message.Did.ID == s.command {
			s.wrong = message.Did.Error
			r.draw = true
		}
	case message.Checked != nil:
		if message.Checked.ID == s.text {
			r.checked, r.draw = message.Checked, true
		}
	default:
		s.dropped += message.Dropped
		for _, server := range message.Servers {
			s.hear(server, now, logs)
		}
		for _, seen := range message.Seen {
			if seen.Seq > s.last[seen.Server] {
				s.last[seen.Server] = seen.Seq
				seen.Target = withoutSecrets(seen.Target, protocol.Mask)
				if log := logFor(seen.Source, logs); log != nil {
					log.Serve(seen, s.offset)
				}
			}
		}
		r.came = len(message.Seen)
		r.draw = r.came > 0 || message.Dropped > 0 || message.Servers != nil
	}
	return r
}

// beginInstance is where an epoch begins: the server knows nothing of what came before, and its clock and its numbers start
// again. It reports whether there was another one before.
func (s *session) beginInstance(instance string, now float64, logs []*trace.Log) (another bool) {
	another = s.instance != ""
	if another {
		for _, log := range logs {
			log.NewEpoch(now)
		}
	}
	s.instance, s.last, s.servers, s.offset, s.trip = instance, map[string]int{}, nil, 0, 0
	return another
}

// hear takes in how another server is.
func (s *session) hear(server protocol.Server, now float64, logs []*trace.Log) {
	for i := range s.servers {
		if was := &s.servers[i]; was.ID == server.ID {
			if server.Gone && !was.Gone {
				for _, log := range logs {
					log.LoseServer(server.ID, now)
				}
			}
			*was = server
			return
		}
	}
	const most = 50 // of those that a channel's address names; one that is forgotten is met again at worst
	if s.servers = append(s.servers, server); len(s.servers) > most {
		delete(s.last, s.servers[0].ID)
		s.servers = s.servers[1:]
	}
}

// commanding is the message for a command.
func (s *session) commanding(command protocol.Command) protocol.FromPage {
	s.asked++
	s.command, s.wrong = s.asked, ""
	return protocol.FromPage{ID: s.asked, Command: command}
}

// checking is the message for a scenario's text, to be checked.
func (s *session) checking(text string) protocol.FromPage {
	s.asked++
	s.text = s.asked
	return protocol.FromPage{ID: s.asked, Check: &text}
}

// status says what is wrong with what comes, if anything. full: six streams are open.
func (s *session) status(up, full bool) string {
	said := []string{}
	if !up {
		said = append(said, say("The channel to the server is down; the page tries again. Streams go on, but the server's side is not seen."))
		if full {
			said = append(said, say("While six streams are open Firefox opens no new channel: close one of them."))
		}
	}
	if s.dropped > 0 {
		said = append(said, count(s.dropped, "1 record of the server's side was not kept.", "{n} records of the server's side were not kept."))
	}
	for _, server := range s.servers {
		if off := max(server.Offset, -server.Offset); !server.Gone && off > worth {
			name, _ := protocol.CutServer(server.ID)
			said = append(said, fill(say("The clock of server {name} is off by {time}; what it saw is moved by that."), "{name}", name, "{time}", duration(off)))
		}
	}
	const patience = 10 // pings: while the page starts none is quick
	if s.trip/2 > worth && s.pings > patience {
		said = append(said, fill(say("The server's clock is known to {time} only."), "{time}", duration(s.trip/2)))
	}
	return sentences(said)
}
