package eventsource

import (
	"slices"
	"strconv"
	"strings"
	"syscall/js"
)

// source is the browser's object, and what listens to it.
//
// A call from JavaScript into Go costs more than the browser needs to dispatch an event, so the stream's events do not
// make one each. Their listener is queue.push, a builtin bound to a JavaScript array. A second listener, wake, is
// called for the first event only: it removes itself and sets a timer, which takes the whole array at once and puts
// wake back. So a firehose costs a call a frame, and silence costs nothing. The browser's own open and error are rare:
// they are taken at once, after what is queued, so that the readyState recorded is that of the moment.
type source struct {
	es      js.Value
	observe func(Events)

	queue, push js.Value
	types       []string // listened to, beyond open and error
	asleep      bool     // wake is listening; otherwise the timer is set
	timer       js.Value

	wake, take, open, fail js.Func
	state                  ReadyState // in which the queued events were dispatched
	last                   Event      // the Message that was taken last
	closed                 bool
}

// frame is how long events gather before they are taken, in milliseconds. A timer and not requestAnimationFrame: a
// hidden tab has no frames, and its queue would grow unseen; its timers are only slower.
const frame = 16

func supported() bool { return js.Global().Get("EventSource").Type() == js.TypeFunction }
func now() float64    { return js.Global().Get("performance").Call("now").Float() }

func newSource(url string, o Options, observe func(Events)) (*source, error) {
	if !supported() {
		return nil, ErrUnsupported
	}
	es, err := construct(url, o)
	if err != nil {
		return nil, err
	}
	s := &source{es: es, observe: observe, queue: js.Global().Get("Array").New()}
	s.push = s.queue.Get("push").Call("bind", s.queue)
	s.wake = newFunc(s.onWake)
	s.take = newFunc(s.onTake)
	s.open = newFunc(s.own(Opened))
	s.fail = newFunc(s.own(Failed))
	s.es.Call("addEventListener", "open", s.open)
	s.es.Call("addEventListener", "error", s.fail)
	s.asleep = true
	s.listen("message")
	for _, t := range o.Listen {
		s.listen(t)
	}
	return s, nil
}

func (s *source) listen(typ string) {
	if s.closed || typ == "open" || typ == "error" || slices.Contains(s.types, typ) {
		return
	}
	s.types = append(s.types, typ)
	s.es.Call("addEventListener", typ, s.push)
	if s.asleep {
		s.es.Call("addEventListener", typ, s.wake)
	}
}

func (s *source) unlisten(typ string) {
	i := slices.Index(s.types, typ)
	if s.closed || typ == "message" || i < 0 {
		return
	}
	s.types = slices.Delete(s.types, i, i+1)
	s.es.Call("removeEventListener", typ, s.push)
	s.es.Call("removeEventListener", typ, s.wake)
}

func (s *source) close() {
	if s.closed {
		return
	}
	s.drain()
	s.es.Call("close")
	s.closed = true
	if !s.asleep {
		js.Global().Call("clearTimeout", s.timer)
	}
	s.setWake(false)
	for _, typ := range s.types {
		s.es.Call("removeEventListener", typ, s.push)
	}
	s.es.Call("removeEventListener", "open", s.open)
	s.es.Call("removeEventListener", "error", s.fail)
	for _, f := range []js.Func{s.wake, s.take, s.open, s.fail} {
		release(f)
	}
}

func (s *source) url() string            { return s.es.Get("url").String() }
func (s *source) withCredentials() bool  { return s.es.Get("withCredentials").Bool() }
func (s *source) readyState() ReadyState { return ReadyState(s.es.Get("readyState").Int()) }

func construct(url string, o Options) (es js.Value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case js.Error:
			err = &Exception{Name: r.Get("name").String(), Message: r.Get("message").String()}
		default:
			panic(r)
		}
	}()
	init := o.Init
	if init == "" {
		init = "{}"
	}
	argument := js.Global().Get("JSON").Call("parse", init)
	argument.Set("withCredentials", o.WithCredentials)
	return js.Global().Get("EventSource").New(url, argument), nil
}

func (s *source) onWake(js.Value, []js.Value) any {
	s.setWake(false)
	s.timer = js.Global().Call("setTimeout", s.take, frame)
	return nil
}

func (s *source) onTake(js.Value, []js.Value) any {
	s.drain()
	if !s.closed {
		s.setWake(true)
	}
	return nil
}

func (s *source) setWake(on bool) {
	if s.asleep == on {
		return
	}
	s.asleep = on
	call := "removeEventListener"
	if on {
		call = "addEventListener"
	}
	for _, typ := range s.types {
		s.es.Call(call, typ, s.wake)
	}
}

// own listens to the browser's own event of a kind. The stream may dispatch one of the same type: a MessageEvent,
// which goes its way through the queue.
func (s *source) own(kind Kind) func(js.Value, []js.Value) any {
	return func(_ js.Value, args []js.Value) any {
		if event := args[0]; event.InstanceOf(proto.messageEvent) {
			s.push.Invoke(event)
			s.drain()
		} else {
			s.drain()
			s.state = s.readyState()
			s.observe(Decoded(Event{
				Kind:       kind,
				TimeStamp:  event.Get("timeStamp").Float(),
				ReadyState: s.state,
				Type:       event.Get("type").String(),
			}))
		}
		return nil
	}
}

// drain takes what is queued, in runs of a bounded length. Between two of the browser's own events the state and the
// origin do not change, so all that is queued shares them.
func (s *source) drain() {
	const longest = 4096
	for n := s.queue.Length(); n > 0 && !s.closed; n = s.queue.Length() {
		s.observe(s.run(s.queue.Call("splice", 0, min(n, longest))))
	}
}

func (s *source) run(events js.Value) Events {
	n := events.Length()
	if n < lazyFrom {
		decoded := decode(events, s.state)
		share(s.last, decoded)
		s.last = decoded[n-1]
		return Decoded(decoded...)
	}
	decode := func(from, to int) []Event { return decode(events.Call("slice", from, to), s.state) }
	last := decode(n-1, n)
	share(s.last, last)
	s.last = last[0]
	return Lazy(n, lazySize(events), decode).WithTexts(func(from, to int, yield func(typ, data, lastEventID string)) {
		part := events.Call("slice", from, to)
		types, ids := read(part, proto.typ), read(part, proto.lastEventID)
		data := part.Call("map", proto.data).Call("join", "\r").String()
		for i := range to - from {
			var d string
			d, data, _ = strings.Cut(data, "\r")
			yield(types.at(i), d, ids.at(i))
		}
	})
}

// lazySize is how many characters a run holds that is kept as the browser's objects, which hold equal strings once.
func lazySize(events js.Value) int {
	size := len(events.Index(0).Get("origin").String())
	for _, texts := range []js.Value{
		events.Call("map", proto.data), distinct(events.Call("map", proto.typ)), distinct(events.Call("map", proto.lastEventID)),
	} {
		size += js.Global().Get("Object").Invoke(texts.Call("join", "")).Length() // only an object's length can be read
	}
	return size
}

// proto has the getters of the standard's interfaces as functions of an event, so that Array.prototype.map can call
// them for a whole array without a call into Go.
var proto = func() (p struct{ messageEvent, timeStamp, typ, data, lastEventID js.Value }) {
	p.messageEvent = js.Global().Get("MessageEvent")
	if p.messageEvent.IsUndefined() {
		return p
	}
	call := js.Global().Get("Function").Get("prototype").Get("call")
	getter := func(class, property string) js.Value {
		d := js.Global().Get("Object").Call("getOwnPropertyDescriptor", js.Global().Get(class).Get("prototype"), property)
		return call.Call("bind", d.Get("get"))
	}
	p.timeStamp, p.typ = getter("Event", "timeStamp"), getter("Event", "type")
	p.data, p.lastEventID = getter("MessageEvent", "data"), getter("MessageEvent", "lastEventId")
	return p
}()

// column is one attribute of an array of MessageEvents. A CR always ends a line (HTML 9.2.6), so none of the strings that a
// stream dispatches can hold one, and all of them cross into Go as one string, with a CR between two. Those that are equal
// cross once: each of thousands of events may have the same long id.
type column struct {
	values []string
	index  []string // of each event's value, in decimal; nil: each has its own
}

func (c column) at(i int) string {
	if c.index != nil {
		i, _ = strconv.Atoi(c.index[i])
	}
	return c.values[i]
}

func read(events, get js.Value) column {
	all := events.Call("map", get)
	values := distinct(all)
	c := column{values: strings.Split(values.Call("join", "\r").String(), "\r")}
	if values.Length() < all.Length() {
		array, maps := js.Global().Get("Array"), js.Global().Get("Map")
		indexes := maps.New(values.Call("map", array.Get("of"))) // map calls it with a value and its index
		indexOf := maps.Get("prototype").Get("get").Call("bind", indexes)
		c.index = strings.Split(all.Call("map", indexOf).Call("join", ",").String(), ",")
	}
	return c
}

// distinct are the strings of an array, each once.
func distinct(all js.Value) js.Value {
	return js.Global().Get("Array").Call("from", js.Global().Get("Set").New(all))
}

// decode reads an array of MessageEvents.
func decode(events js.Value, state ReadyState) []Event {
	n := events.Length()
	if n == 0 {
		return nil
	}
	all := func(get js.Value) []string {
		return strings.Split(events.Call("map", get).Call("join", "\r").String(), "\r")
	}
	times, data := all(proto.timeStamp), all(proto.data)
	types, ids := read(events, proto.typ), read(events, proto.lastEventID)
	origin := events.Index(0).Get("origin").String()
	decoded := make([]Event, n)
	for i := range decoded {
		t, _ := strconv.ParseFloat(times[i], 64) // a number that JavaScript wrote: its shortest form, which is exact
		decoded[i] = Event{
			Kind: Message, TimeStamp: t, ReadyState: state,
			Type: types.at(i), Data: data[i], LastEventID: ids.at(i), Origin: origin,
		}
	}
	return decoded
}

// liveFuncs counts the js.Funcs that are not released: a leaked one holds its Source for ever.
var liveFuncs int

func newFunc(f func(js.Value, []js.Value) any) js.Func {
	liveFuncs++
	if !meter.running {
		return js.FuncOf(f)
	}
	return js.FuncOf(func(this js.Value, args []js.Value) any {
		defer meter.enter().leave()
		return f(this, args)
	})
}

func release(f js.Func) {
	liveFuncs--
	f.Release()
}
