package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"eventsource-playground/server/certificate"
)

// What docs/SCALING.md says of deployment is in these files.
const (
	unitFile  = "../docs/deploy/eventsource-playground.service"
	nginxFile = "../docs/deploy/nginx.conf"
)

func contents(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// unitArgs is what the unit starts, and with which arguments.
func unitArgs(t *testing.T) (program string, args []string) {
	t.Helper()
	line := regexp.MustCompile(`(?m)^ExecStart=((?:.*\\\n)*.*)$`).FindStringSubmatch(contents(t, unitFile))
	if line == nil {
		t.Fatalf("got no ExecStart in %s", unitFile)
	}
	args = strings.Fields(strings.ReplaceAll(line[1], "\\\n", " "))
	for i, a := range args {
		args[i] = strings.Trim(a, `"`)
	}
	return args[0], args[1:]
}

func TestTheUnitsFlagsAreThisServers(t *testing.T) {
	_, args := unitArgs(t)
	var stderr bytes.Buffer
	m := Main{Stdout: io.Discard, Stderr: &stderr}
	if got := m.Run(t.Context(), append(args, "-version")); got != 0 {
		t.Errorf("got status %d, %s; want flags that there are", got, stderr.String())
	}
}

func TestTheProxyAndTheUnitAgree(t *testing.T) {
	_, args := unitArgs(t)
	conf := contents(t, nginxFile)
	flag := func(name string) string {
		i := slices.Index(args, name)
		if i < 0 {
			t.Fatalf("got no %s in the unit", name)
		}
		return args[i+1]
	}
	for upstream, port := range map[string]string{"pages": flag("-addr"), "scenarios": flag("-addr"), "second": flag("-second-addr")} {
		block := regexp.MustCompile(`upstream ` + upstream + ` \{([^}]*)\}`).FindString(conf)
		if all, same := strings.Count(block, "server "), strings.Count(block, port+";")+strings.Count(block, port+" "); all != 3 || same != 3 {
			t.Errorf("got %d servers, %d at %s, in the upstream %s; want 3 there", all, same, port, upstream)
		}
	}
	public, err := parsePublic(flag("-public-url"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(conf, "server_name "+public.Hostname()+";"); got != 2 {
		t.Errorf("got %d servers named %s; want 2", got, public.Hostname())
	}
	if !strings.Contains(conf, "listen "+strings.Trim(flag("-second-addr"), ":")+" ssl") {
		t.Error("got the second origin at another port than the unit's; want the same, since the server names it")
	}
	if flag("-max-streams") != flag("-max-streams-per-address") {
		t.Error("got other streams for an address than in all; want as many, since all have the proxy's")
	}
}

// systemd and nginx say themselves what they think, where they are.

func TestTheUnitIsOne(t *testing.T) {
	systemd, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("not checked by systemd, which is not here")
		return
	}
	program, _ := unitArgs(t)
	self, err := os.Executable() // anything that can be executed
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), filepath.Base(unitFile))
	if err := os.WriteFile(unit, []byte(strings.ReplaceAll(contents(t, unitFile), "ExecStart="+program, "ExecStart="+self)), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(systemd, "verify", "--man=no", unit).CombinedOutput(); err != nil || strings.Contains(string(said), filepath.Base(unit)) {
		t.Errorf("got %v: %s; want nothing said of it", err, said)
	}
}

func TestTheProxysConfigurationIsOne(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		t.Log("not checked by nginx, which is not here")
		return
	}
	dir := t.TempDir()
	if _, err := certificate.Own(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	pem := filepath.Join(dir, "localhost.pem") // with the key in it
	conf := strings.NewReplacer("/etc/ssl/sse.example.org.pem", pem, "/etc/ssl/private/sse.example.org.key", pem).Replace(contents(t, nginxFile))
	own := "http {\naccess_log off;\n" // nothing that only root can write
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		own += kind + "_temp_path " + filepath.Join(dir, kind) + ";\n"
	}
	conf = strings.Replace(conf, "http {\n", own, 1)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(nginx, "-t", "-q", "-p", dir, "-c", file, "-g", "pid "+filepath.Join(dir, "pid")+"; error_log stderr;").CombinedOutput()
	if err != nil {
		t.Errorf("got %v: %s; want a configuration", err, said)
	}
}
