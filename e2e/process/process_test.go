package process

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is also the test that dies: it starts a program, says its pid, and ends without a cleanup.
func TestMain(m *testing.M) {
	if os.Getenv("PROCESS_TEST_DIE") == "" {
		os.Exit(Main(m))
	}
	cmd := exec.Command("/bin/sh", "-c", "echo started; sleep 100 & wait")
	cmd.Stdout = os.Stdout
	if _, err := Start(cmd); err != nil {
		panic(err)
	}
	io.Copy(io.Discard, os.Stdin)
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

func TestAProgramDiesWithTheTestThatStartedIt(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "PROCESS_TEST_DIE=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	started := make([]byte, len("started\n"))
	if _, err := io.ReadFull(out, started); err != nil {
		t.Fatal(err)
	}
	stdin.Close()
	// The program and its child hold the other end of out: it ends when both are gone.
	ended := make(chan struct{})
	go func() {
		io.Copy(io.Discard, out)
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("the program is still there")
	}
	cmd.Wait()
}

func TestKillEndsTheWholeGroup(t *testing.T) {
	var out strings.Builder
	cmd := exec.Command("/bin/sh", "-c", "sleep 100 & wait")
	cmd.Stdout = &out // so that Wait, and with it Kill, waits for the child as well
	p, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	p.Kill()
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("Kill took %v", d)
	}
	p.Kill()
}
