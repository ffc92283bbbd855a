//go:build !js

package eventsource

// Source is an EventSource of the browser. Outside a browser there is none.
type Source struct{}

// Supported reports whether this browser has an EventSource.
func Supported() bool { return false }

// Now is zero outside a browser.
func Now() float64 { return 0 }

// New returns ErrUnsupported: only a browser has an EventSource.
func New(string, Options, func(Events)) (*Source, error) { return nil, ErrUnsupported }

// The methods of a Source that New never returns, so that code which uses one compiles everywhere.

func (*Source) Listen(string)          {}
func (*Source) Unlisten(string)        {}
func (*Source) Close()                 {}
func (*Source) URL() string            { return "" }
func (*Source) WithCredentials() bool  { return false }
func (*Source) ReadyState() ReadyState { return Closed }
