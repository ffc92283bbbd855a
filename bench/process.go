package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build builds a program as make builds the server.
func build(dir, name, pkg string) (binary string, err error) {
	binary = filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
	}
	return binary, nil
}

// process is a server under way, ours or the reference.
type process struct {
	cmd    *exec.Cmd
	addr   netip.AddrPort
	secure netip.AddrPort // over HTTP/2
	stderr bytes.Buffer
}

// start runs a server, which says on its first two lines where it is.
func start(binary string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(binary, args...)}
	p.cmd.Stderr = &p.stderr
	p.cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Dir(binary)) // for its certificate
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	for _, where := range []struct {
		scheme string
		addr   *netip.AddrPort
	}{{"http://", &p.addr}, {"https://", &p.secure}} {
		var line string
		if line, err = lines.ReadString('\n'); err != nil {
			break
		}
		_, url, _ := strings.Cut(line, where.scheme)
		if *where.addr, err = netip.ParseAddrPort(strings.TrimSuffix(strings.TrimSpace(url), "/")); err != nil {
			break
		}
	}
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%s did not start: %w\n%s", binary, err, &p.stderr)
	}
	return p, nil
}

func (p *process) stop() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}
