//go:build !js

package eventsource

func supported() bool { return false }
func now() float64    { return 0 }

func newSource(string, Options, func(Events)) (client, error) { return nil, ErrUnsupported }

func newEngine(string, StreamOptions, []string, func(Events)) (client, error) {
	return nil, ErrUnsupported
}

func newSocket(string, SocketOptions, func(Events)) (client, error) { return nil, ErrNoWebSocket }
