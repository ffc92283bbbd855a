package eventsource

// A Source is one client of a stream in a page, and the listeners on it: an EventSource of the browser, a [Stream] or a WebSocket.
// Its methods, and the function given to [New], [Engine] or [WebSocket], run on the page's one thread.
type Source struct {
	client // in source_js.go, engine_js.go and websocket_js.go; elsewhere there is none
}

type client interface {
	listen(typ string)
	unlisten(typ string)
	close()
	url() string
	withCredentials() bool
	readyState() ReadyState
}

// Supported reports whether this browser has an EventSource.
func Supported() bool { return supported() }

// Now is performance.now(): milliseconds on the clock of the events' TimeStamp. Outside a browser it is 0.
func Now() float64 { return now() }

// New constructs an EventSource and listens to it at once, so that nothing is missed. What the browser dispatches is given
// to observe, in order and in runs: see the package's comment for how late. The error is [ErrUnsupported], or an
// *[Exception] for a URL that the browser refuses; a failing connection is no error, but an event.
func New(url string, o Options, observe func(Events)) (*Source, error) {
	s, err := newSource(url, o, observe)
	if err != nil {
		return nil, err
	}
	return &Source{s}, nil
}

// Engine runs a [Stream] in a page, as a Source that tells what an EventSource would: listen are types beyond open, message and error.
// Line, Piece and the like are told all, whatever is listened to. The error is NewStream's, or outside a page [ErrUnsupported].
func Engine(url string, o StreamOptions, listen []string, observe func(Events)) (*Source, error) {
	e, err := newEngine(url, o, listen, observe)
	if err != nil {
		return nil, err
	}
	return &Source{e}, nil
}

// Listen starts listening to events of a type, also while connected. Events that were dispatched before are not seen.
func (s *Source) Listen(typ string) { s.listen(typ) }

// Unlisten stops listening to events of a type. It leaves open, error and message alone.
func (s *Source) Unlisten(typ string) { s.unlisten(typ) }

// Close observes what was dispatched until now, calls close(), which fires nothing, and lets go of the listeners. A Stream's
// connection is aborted.
// Closing again does nothing.
func (s *Source) Close() { s.close() }

// URL is the source's url: absolute, as the browser resolved it. A redirect does not change it.
func (s *Source) URL() string { return s.url() }

// WithCredentials is the source's withCredentials.
func (s *Source) WithCredentials() bool { return s.withCredentials() }

// ReadyState is the source's readyState, now.
func (s *Source) ReadyState() ReadyState { return s.readyState() }
