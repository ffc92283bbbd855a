// Package tcp is what net does not do with a connection that net/http has let go of: reset it, and write what needs no wait.
package tcp

import (
	"crypto/tls"
	"net"
)

// Of is what is below a connection, which a listener of ours made.
func Of(conn net.Conn) *net.TCPConn {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	return conn.(*net.TCPConn)
}

// Reset cuts a connection, and forgets what the other end did not read.
func Reset(conn *net.TCPConn) {
	conn.SetLinger(0) // closing is a reset then
	conn.Close()
}
