//go:build linux

package main

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

const (
	partWebSocket = "WebSocket"
	webSockets    = 1000
	webSocketLoop = "coder/websocket loop"
)

// measureWebSockets measures our server beside a loop, as measureServer does.
func measureWebSockets(_ context.Context, dir string, done func(...row)) error {
	sides, err := bothSides(dir)
	if err != nil {
		return err
	}
	memory := func(s side) (map[string][]float64, error) { return socketMemory(s, webSockets) }
	ours, theirs, err := inTurns(sides, 3, memory)
	if err != nil {
		return fmt.Errorf("%d WebSockets: %w", webSockets, err)
	}
	done(compared(partWebSocket, fmt.Sprintf("resident memory a WebSocket, %d WebSockets", webSockets), webSocketLoop, "KB", ours["memory"], theirs["memory"]).atMost(1.1))
	cpu := func(s side) (map[string][]float64, error) { return socketCPU(s, webSockets) }
	if ours, theirs, err = inTurns(sides, 5, cpu); err != nil {
		return fmt.Errorf("%d WebSockets: %w", webSockets, err)
	}
	done(compared(partWebSocket, fmt.Sprintf("CPU a message, ten a second, %d WebSockets", webSockets), webSocketLoop, "µs", ours["cpu"], theirs["cpu"]).atMost(1.1))
	return nil
}

// socketMemory measures a fresh server with n WebSockets of a message a second.
func socketMemory(s side, n int) (map[string][]float64, error) {
	p, err := start(s.binary, s.args...)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if err := warmUp(p, side{paced: s.socket("1s")}); err != nil {
		return nil, err
	}
	before, err := p.resident()
	if err != nil {
		return nil, err
	}
	l, err := newLoad(p.addr, s.socket("1s"))
	if err != nil {
		return nil, err
	}
	defer l.close()
	if err := l.open(n, time.Second, false); err != nil {
		return nil, err
	}
	if err := l.run(pacedTime); err != nil {
		return nil, err
	}
	after, err := p.resident()
	return map[string][]float64{"memory": {(after - before) / float64(n) / 1024}}, err
}

// socketCPU measures a fresh server with n WebSockets of ten messages a second: the kernel counts in hundredths of a second.
func socketCPU(s side, n int) (map[string][]float64, error) {
	p, err := start(s.binary, s.args...)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	l, err := newLoad(p.addr, s.socket("100ms"))
	if err != nil {
		return nil, err
	}
	defer l.close()
	if err := l.open(n, time.Second, false); err != nil {
		return nil, err
	}
	cpu, err := cpuAnEvent(p, l)
	return map[string][]float64{"cpu": {cpu}}, err
}

// upgrade is a handshake for path.
func upgrade(path string) func(last int) string {
	return func(int) string {
		return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
	}
}

// socketScript is a path of ours that sends a message every so often.
func socketScript(every string) string {
	return "/ws?script=" + url.QueryEscape(fmt.Sprintf("== 200\n@repeat %d every %s\ndata: %s\n\n@again\n@end", pacedCount, every, payload))
}
