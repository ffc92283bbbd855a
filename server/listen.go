package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// listen opens the sockets for addr and returns the address to type into a browser.
//
// A browser takes localhost to be [::1] as well as 127.0.0.1, and tries both: whoever holds the port on the other one
// would get our page's requests. So localhost is both, wherever the machine has both.
func listen(addr string) ([]net.Listener, string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", fmt.Errorf("-addr %q: give host:port, such as localhost:3000", addr)
	}
	var listeners []net.Listener
	if host == "localhost" {
		listeners, err = listenLocalhost(port)
	} else {
		var one net.Listener
		one, err = net.Listen("tcp", addr)
		listeners = []net.Listener{one}
	}
	if err != nil {
		return nil, "", err
	}
	bound := listeners[0].Addr().(*net.TCPAddr)
	if host == "" || bound.IP.IsUnspecified() {
		host = "localhost"
	}
	return listeners, "http://" + net.JoinHostPort(host, strconv.Itoa(bound.Port)) + "/", nil
}

func listenLocalhost(port string) ([]net.Listener, error) {
	for try := 1; ; try++ {
		four, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			return nil, err
		}
		_, bound, _ := net.SplitHostPort(four.Addr().String())
		six, err := net.Listen("tcp6", net.JoinHostPort("::1", bound))
		switch {
		case err == nil:
			return []net.Listener{four, six}, nil
		case !errors.Is(err, syscall.EADDRINUSE):
			return []net.Listener{four}, nil // no IPv6 here
		}
		four.Close()
		if port != "0" || try == 10 {
			return nil, err
		}
	}
}
