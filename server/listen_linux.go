package main

import (
	"net"
	"syscall"
)

// keepAlive is after how many seconds of silence Linux asks a client whether it is still there, and asks again; Go's own
// default.
const keepAlive = 15

// listening sets what Go would set on each connection, with four calls of the system, on the listener: Linux has those
// that it accepts inherit it. A class that comes back at once is let in a good deal faster.
var listening = net.ListenConfig{
	KeepAlive: -1,
	Control: func(_, _ string, c syscall.RawConn) (err error) {
		also := c.Control(func(fd uintptr) {
			for _, option := range [][3]int{
				{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
				{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, keepAlive},
				{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, keepAlive},
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
