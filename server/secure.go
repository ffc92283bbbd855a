package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"eventsource-playground/server/certificate"
)

// encryption is what the flags say about https.
type encryption struct {
	addr      string // host:port; "" if given: no https
	given     bool   // or else there is https where it can do no harm
	cert, key string // files; "": this server makes a certificate of its own
}

const (
	usualSecurePort = 3443
	securePorts     = 10 // are tried, from that one on
)

// own reports whether this server makes its certificate itself.
func (e encryption) own() bool { return e.cert == "" }

// listen opens the sockets for https beside addr, and returns the host and port to type into a browser. There are none where
// nobody asked for https and no certificate of this server's own would do.
func (e encryption) listen(addr string) (listeners []net.Listener, at string, err error) {
	host, port, err := net.SplitHostPort(addr)
	switch {
	case (e.cert == "") != (e.key == ""):
		return nil, "", errors.New("-tls-cert and -tls-key belong together: give both files, or none for a certificate of this server's own")
	case e.given && e.addr == "":
		return nil, "", nil
	case e.given:
		host, _, err := net.SplitHostPort(e.addr)
		if err == nil && e.own() && !loopback(host) {
			return nil, "", fmt.Errorf("-tls-addr %q can be reached from other machines, whose browsers trust no certificate of this server's own: give -tls-cert and -tls-key, or an address such as localhost:%d", e.addr, usualSecurePort)
		}
		return listen("-tls-addr", e.addr)
	case err != nil || e.own() && !loopback(host):
		return nil, "", err
	case port == "0":
		return listen("-tls-addr", net.JoinHostPort(host, port))
	}
	for n := range securePorts {
		listeners, at, err = listen("-tls-addr", net.JoinHostPort(host, strconv.Itoa(usualSecurePort+n)))
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return listeners, at, err
}

// loopback reports whether only this machine reaches a host.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// config is what https needs: the certificate of the flags, or the one that the user's cache folder keeps.
func (e encryption) config(log *slog.Logger) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if !e.own() {
		c, err := tls.LoadX509KeyPair(e.cert, e.key)
		if err != nil {
			return nil, fmt.Errorf("-tls-cert %q and -tls-key %q: %w", e.cert, e.key, err)
		}
		config.Certificates = []tls.Certificate{c}
		return config, nil
	}
	c, err := ownCertificate()
	if c == nil {
		return nil, err
	}
	if err != nil {
		log.Warn("the certificate is for this time only: what a browser accepts now, it will ask again after the next start", "err", err)
	}
	config.Certificates = []tls.Certificate{*c}
	return config, nil
}

func ownCertificate() (*tls.Certificate, error) {
	cache, err := os.UserCacheDir()
	if err == nil {
		return certificate.Own(filepath.Join(cache, "eventsource-playground"), time.Now())
	}
	c, failed := certificate.Made(time.Now())
	return c, errors.Join(err, failed)
}

// withoutHandshakes is a log without the TLS handshakes that failed: each browser that warns of a certificate ends one, and so
// can every stranger, as often as it likes.
type withoutHandshakes struct{ io.Writer }

func (w withoutHandshakes) Write(line []byte) (int, error) {
	if strings.HasPrefix(string(line), "http: TLS handshake error") {
		return len(line), nil
	}
	return w.Writer.Write(line)
}
