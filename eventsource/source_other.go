//go:build !js

package eventsource

// source is what a browser would have: newSource never returns one, so its methods are there only to compile.
type source struct{}

func supported() bool { return false }
func now() float64    { return 0 }

func newSource(string, Options, func(Events)) (*source, error) { return nil, ErrUnsupported }

func (*source) listen(string)          {}
func (*source) unlisten(string)        {}
func (*source) close()                 {}
func (*source) url() string            { return "" }
func (*source) withCredentials() bool  { return false }
func (*source) readyState() ReadyState { return Closed }
