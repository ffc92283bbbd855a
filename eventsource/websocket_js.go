package eventsource

import (
	"syscall/js"
	"time"
)

// socket is a WebSocket of the browser's, or a ReconnectingSocket around several, one after the other. Its messages gather for a
// frame, as all clients' do.
type socket struct {
	ws      js.Value // undefined: the class is still being loaded
	address string
	observe func(Events)
	binary  func(at float64, p []byte)

	gathered batch
	due      bool // a timer is set
	last     Event
	state    ReadyState
	closed   bool // Close was called
	over     bool // no more events come
	funcs    []js.Func
}

func newSocket(url string, o SocketOptions, observe func(Events)) (s *socket, err error) {
	class := js.Global().Get("WebSocket")
	if class.Type() != js.TypeFunction {
		return nil, ErrNoWebSocket
	}
	s = &socket{address: url, observe: observe, binary: o.Binary}
	defer func() {
		if thrown, ok := recover().(js.Error); ok {
			s, err = nil, &Exception{Name: thrown.Get("name").String(), Message: thrown.Get("message").String()}
		}
	}()
	if o.Reconnect != "" {
		s.load(o.Reconnect)
		return s, nil
	}
	s.ws = class.New(url)
	s.ws.Set("binaryType", "arraybuffer")
	for name, on := range map[string]func([]js.Value){"open": s.onOpen, "message": s.onMessage, "error": s.onError, "close": s.onClose} {
		s.ws.Call("addEventListener", name, s.callback(on))
	}
	return s, nil
}

// load makes a ReconnectingSocket once its module is there. A string's import is Function's, which the page's policy forbids, so the
// page has a function for it: see web/index.html.
func (s *socket) load(module string) {
	var loaded, failed js.Func
	settled := func(do func(args []js.Value)) js.Func {
		return newFunc(func(_ js.Value, args []js.Value) any {
			release(loaded)
			release(failed)
			if !s.over {
				do(args)
			}
			return nil
		})
	}
	loaded = settled(func(args []js.Value) {
		on := js.Global().Get("Object").New()
		for name, do := range map[string]func([]js.Value){
			"connecting": s.onConnecting, "open": s.onOpen, "message": s.onMessage, "error": s.onError, "close": s.onClose,
		} {
			on.Set(name, s.callback(do))
		}
		s.ws = args[0].Get("ReconnectingSocket").New(s.address, on)
	})
	failed = settled(func(args []js.Value) {
		s.end(Event{TimeStamp: now(), Err: &Exception{Name: args[0].Get("name").String(), Message: args[0].Get("message").String()}})
	})
	js.Global().Call("importModule", module).Call("then", loaded, failed)
}

func (s *socket) callback(do func(args []js.Value)) js.Func {
	f := newFunc(func(_ js.Value, args []js.Value) any {
		if !s.over {
			do(args)
		}
		return nil
	})
	s.funcs = append(s.funcs, f)
	return f
}

func (s *socket) onConnecting(args []js.Value) {
	args[0].Set("binaryType", "arraybuffer")
	if s.state == Closed {
		s.own(Event{Kind: Dialed, TimeStamp: now(), Type: "connecting", ReadyState: Connecting})
	}
}

func (s *socket) onOpen(args []js.Value) {
	s.own(Event{Kind: Opened, TimeStamp: args[0].Get("timeStamp").Float(), Type: "open", ReadyState: Open})
}

func (s *socket) onError(args []js.Value) {
	s.own(Event{Kind: Failed, TimeStamp: args[0].Get("timeStamp").Float(), Type: "error", ReadyState: Closed})
}

// onClose is the close event, and how long a reconnection by hand waits, if there is one.
func (s *socket) onClose(args []js.Value) {
	e := args[0]
	closed := &CloseEvent{Code: e.Get("code").Int(), Reason: e.Get("reason").String(), WasClean: e.Get("wasClean").Bool(), Returns: -1}
	if len(args) > 1 {
		closed.Returns = args[1].Float()
	}
	ended := Event{TimeStamp: e.Get("timeStamp").Float(), Err: closed}
	if closed.Returns < 0 {
		s.end(ended)
		return
	}
	ended.Kind, ended.Type, ended.ReadyState = Ended, "close", Closed
	s.own(ended)
}

// onMessage gathers a message.
func (s *socket) onMessage(args []js.Value) {
	e := args[0]
	data := e.Get("data")
	text := ""
	if data.Type() == js.TypeString {
		text = data.String()
	} else {
		const most = 64
		bytes := js.Global().Get("Uint8Array").New(data)
		first := make([]byte, min(most, bytes.Length()))
		js.CopyBytesToGo(first, bytes)
		text = binary(first, bytes.Length())
		if s.binary != nil {
			all := make([]byte, bytes.Length())
			js.CopyBytesToGo(all, bytes)
			s.binary(e.Get("timeStamp").Float(), all)
		}
	}
	s.gathered.add(e.Get("timeStamp").Float(), []byte(e.Get("type").String()), []byte(text), []byte(e.Get("lastEventId").String()))
	if s.gathered.full() {
		s.flush()
	} else if !s.due {
		s.due = true
		after(frame*time.Millisecond, func() {
			s.due = false
			s.flush()
		})
	}
}

func (s *socket) flush() {
	if len(s.gathered.events) > 0 {
		s.observe(s.gathered.take("", &s.last))
	}
}

// own observes what is no message, after those that were gathered.
func (s *socket) own(e Event) {
	s.flush()
	s.state = e.ReadyState
	s.observe(Decoded(e))
}

// end observes the last event.
func (s *socket) end(e Event) {
	if s.over {
		return
	}
	e.Kind, e.Type, e.ReadyState = Ended, "close", Closed
	s.own(e)
	s.over = true
	for _, f := range s.funcs {
		release(f)
	}
}

func (s *socket) send(text string) bool {
	if s.over || s.state != Open || !s.ws.Truthy() {
		return false
	}
	s.ws.Call("send", text)
	return true
}

func (s *socket) close() {
	if s.closed || s.over {
		return
	}
	s.closed = true
	s.flush()
	if s.state != Closed {
		s.state = Closing
	}
	if s.ws.Truthy() {
		s.ws.Call("close")
	} else {
		s.end(Event{TimeStamp: now(), Err: &CloseEvent{Code: 1006, Returns: -1}})
	}
}

func (s *socket) listen(string)          {}
func (s *socket) unlisten(string)        {}
func (s *socket) url() string            { return s.address }
func (s *socket) withCredentials() bool  { return false }
func (s *socket) readyState() ReadyState { return s.state }
