package main

import (
	"net"
	"syscall"
)

// Go's own defaults: after so many seconds of silence Linux asks a client whether it is still there, and again after as
// many; the connection is lost when so many questions had no reply.
const (
	keepAlive      = 15
	keepAliveCount = 9
)

// listening sets what Go would set on each connection, with four calls of the system, on the listener: Linux has those
// that it accepts inherit it. That is a quarter of the calls for a connection, when a class reconnects at once.
var listening = net.ListenConfig{
	KeepAlive: -1,
	Control: func(_, _ string, c syscall.RawConn) (err error) {
		also := c.Control(func(fd uintptr) {
			for _, option := range [][3]int{
				{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
				{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, keepAlive},
				{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, keepAlive},
				{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, keepAliveCount},
			} {
				if err == nil {
					err = syscall.SetsockoptInt(int(fd), option[0], option[1], option[2])
				}
			}
		})
		if err == nil {
			err = also
		}
		return err
	},
}
