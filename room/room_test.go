package room

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"eventsource-playground/sse"
)

// options are those of a hub in a test, with little history.
func options() Options {
	return Options{Rooms: 5, Events: 10, Bytes: 100_000, Age: time.Hour, Idle: time.Hour, Log: slog.New(slog.DiscardHandler)}
}

func open(t testing.TB, o Options) *Hub {
	h := New(o)
	t.Cleanup(h.Close)
	return h
}

// made is a new room, open.
func made(t testing.TB, h *Hub) (*Room, string) {
	t.Helper()
	name, key, err := h.Make(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return opened(t, h, name), key
}

func opened(t testing.TB, h *Hub, name string) *Room {
	t.Helper()
	r, err := h.Room(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Release)
	return r
}

func publish(t testing.TB, r *Room, data ...string) []string {
	t.Helper()
	var messages []sse.Message
	for _, d := range data {
		messages = append(messages, sse.Message{Data: d})
	}
	ids, err := r.Publish(t.Context(), messages)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// waitFor waits until something is so.
func waitFor(t testing.TB, what string, is func() bool) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); !is(); runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatalf("got no %s; want it within 20 s", what)
		}
	}
}

// read waits for so many events from a cursor on, and returns their ids and data.
func read(t testing.TB, r *Room, cursor uint64, n int) string {
	t.Helper()
	var got []string
	d := sse.NewDecoder("", sse.Limits{})
	for {
		view := r.View()
		for {
			frames, next := r.From(cursor)
			if next == cursor {
				break
			}
			cursor = next
			d.Each(frames, func(e sse.Raw) { got = append(got, string(e.LastEventID)[7:]+"="+string(e.Data)) })
		}
		if len(got) >= n {
			return strings.Join(got, " ")
		}
		select {
		case <-view.Changed:
		case <-time.After(20 * time.Second):
			t.Fatalf("got %d events; want %d", len(got), n)
		}
	}
}

func TestNothingRunsBeforeTheFirstRoom(t *testing.T) {
	before := runtime.NumGoroutine()
	h := open(t, options())
	if _, err := h.Room(t.Context(), "no-name"); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v; want ErrUnknown", err)
	}
	if h.engine != nil || runtime.NumGoroutine() != before {
		t.Errorf("got an engine; want none before a room is wanted")
	}
}

func TestWhatIsAcknowledgedIsReadInOrder(t *testing.T) {
	h := open(t, options())
	r, _ := made(t, h)
	ids := publish(t, r, "a", "b", "c")
	if got, want := strings.Join(ids, " "), r.ID(1)+" "+r.ID(2)+" "+r.ID(3); got != want {
		t.Errorf("got ids %s; want %s", got, want)
	}
	if got, want := read(t, r, 1, 3), "1=a 2=b 3=c"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestOnlyTheKeyOpensARoom(t *testing.T) {
	h := open(t, options())
	r, key := made(t, h)
	_, other := made(t, h)
	if len(key) != 32 {
		t.Errorf("got the key %q; want 128 bits in hexadecimal", key)
	}
	for _, test := range []struct {
		name, key string
		want      bool
	}{
		{"its key", key, true},
		{"another room's", other, false},
		{"none", "", false},
		{"its hash", r.config.Metadata[metaKey], false},
	} {
		if got := r.Opens(test.key); got != test.want {
			t.Errorf("%s: got %v; want %v", test.name, got, test.want)
		}
	}
	for name, value := range r.config.Metadata {
		if strings.Contains(value, key) {
			t.Errorf("got the key in the stream's %s; want only its hash to be kept", name)
		}
	}
}

func TestResume(t *testing.T) {
	h := open(t, options())
	r, _ := made(t, h)
	publish(t, r, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12") // of which ten are kept
	read(t, r, 3, 10)
	for _, test := range []struct {
		name, id string
		cursor   uint64
		why      Why
	}{
		{"after one in the middle", r.ID(7), 8, ""},
		{"after the newest", r.ID(12), 13, ""},
		{"after the last one that is gone: nothing is missed", r.ID(2), 3, ""},
		{"after an older one", r.ID(1), 3, TooOld},
		{"from before the first", r.ID(0), 3, TooOld},
		{"after one that has not been", r.ID(13), 3, Unknown},
		{"after the last that a number can have", r.ID(1<<64 - 1), 3, Unknown},
		{"after one of an earlier room", "AAAAAA-7", 3, Earlier},
		{"after no id", "hello", 3, Unknown},
		{"after one spelled otherwise", r.ID(7)[:7] + "07", 3, Unknown},
		{"after a number", "7", 3, Unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			cursor, why := r.Resume(t.Context(), test.id)
			if cursor != test.cursor || why != test.why {
				t.Errorf("got %d, %q; want %d, %q", cursor, why, test.cursor, test.why)
			}
		})
	}
	want := "event: gap\nid: " + r.ID(2) + "\ndata: {\"from\":\"" + r.ID(0) + `","to":"` + r.ID(3) + "\",\"why\":\"too old\"}\n\n"
	if got := string(r.GapFrame(r.ID(0), 3, TooOld)); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestARoomOfTheSameNameIsAnother(t *testing.T) {
	h := open(t, options())
	h.name = func() string { return "calm-river" }
	r, key := made(t, h)
	publish(t, r, "old")
	if err := r.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !r.View().Over {
		t.Errorf("got readers that stay; want them to go")
	}
	if _, err := h.Room(t.Context(), r.Name); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v; want ErrUnknown", err)
	}
	if _, err := r.Publish(t.Context(), []sse.Message{{Data: "late"}}); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v for an event to a room that is over; want ErrUnknown", err)
	}
	again, _ := made(t, h)
	if again.Opens(key) {
		t.Errorf("got the earlier room's key to open this one; want it not to")
	}
	if cursor, why := again.Resume(t.Context(), r.ID(1)); cursor != 1 || why != Earlier {
		t.Errorf("got %d, %q for an id of the earlier room; want 1, %q", cursor, why, Earlier)
	}
	publish(t, again, "new")
	if got, want := read(t, again, 1, 1), "1=new"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestRoomsAreNoMoreThanTheyMayBe(t *testing.T) {
	o := options()
	o.Rooms = 2
	h := open(t, o)
	r, _ := made(t, h)
	made(t, h)
	if _, _, err := h.Make(t.Context()); !errors.Is(err, ErrFull) {
		t.Errorf("got %v; want ErrFull", err)
	}
	if err := r.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	made(t, h)
}

func TestAnIdleRoomGoes(t *testing.T) {
	h := open(t, options())
	name, _, err := h.Make(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sweeps := func(n int) (left int) {
		t.Helper()
		for range n {
			h.sweep(t.Context())
		}
		names, err := h.Names(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	r, err := h.Room(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if sweeps(3*sweepsIdle) != 1 {
		t.Fatalf("got no room; want it to stay while somebody reads it")
	}
	r.Release()
	h.sweep(t.Context()) // closes it here
	waitFor(t, "room without a consumer", func() bool {
		e, _ := h.started()
		for info := range e.js.ListStreams(t.Context()).Info() {
			if info.State.Consumers > 0 {
				stream, err := e.js.Stream(t.Context(), info.Config.Name)
				if err != nil {
					return false
				}
				for c := range stream.ListConsumers(t.Context()).Info() {
					stream.DeleteConsumer(t.Context(), c.Name) // as NATS does after a while
				}
				return false
			}
		}
		return true
	})
	h.quiet = map[string]*quiet{}
	if sweeps(sweepsIdle) != 1 {
		t.Errorf("got no room; want it to stay until it was idle for long enough")
	}
	if sweeps(1) != 0 {
		t.Errorf("got a room; want it to be gone")
	}
}

func TestAHoldIsForThoseWhoComeLater(t *testing.T) {
	h := open(t, options())
	r, _ := made(t, h)
	publish(t, r, "before")
	read(t, r, 1, 1)
	if err := r.Command(t.Context(), Command{Do: DoHold}); err != nil {
		t.Fatal(err)
	}
	publish(t, r, "after")
	waitFor(t, "event that is held", func() bool { return r.has(2) })
	if got := r.Newest(); got != 2 {
		t.Errorf("got the newest cursor %d; want 2, before what is held", got)
	}
	r.Release()
	h.sweep(t.Context())
	again, err := h.Room(t.Context(), r.Name)
	if err != nil {
		t.Fatal(err)
	}
	if again == r {
		t.Fatalf("got the same room; want it to be opened again")
	}
	if frames, _ := all(again.Log, 1); frames != "" {
		t.Errorf("got %q of a room that is held; want nothing", frames)
	}
	if err := again.Command(t.Context(), Command{Do: DoRelease}); err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, again, 1, 2), "1=before 2=after"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	again.refs++ // what the test's end releases
}

func TestClosingLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	h := New(options())
	for range 3 {
		r, _, err := h.Make(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		open, err := h.Room(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		publish(t, open, "a", "b")
		read(t, open, 1, 2)
	}
	if made, _ := os.ReadDir(temp); len(made) > 0 {
		t.Errorf("got %v in the temporary folder; want nothing that a killed process would leave", made)
	}
	h.Close()
	waitFor(t, "end of all goroutines", func() bool { return runtime.NumGoroutine() <= before })
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("got %v left in the temporary folder; want nothing", left)
	}
	if _, _, err := h.Make(t.Context()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v after the end; want ErrUnreachable", err)
	}
}

func TestAFolderThatCantBe(t *testing.T) {
	o := options()
	o.Dir = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(o.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := open(t, o).Make(t.Context()); err == nil || !strings.Contains(err.Error(), o.Dir) {
		t.Errorf("got %v; want the folder to be named", err)
	}
}

// TestMain lets the test binary be a publisher that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PUBLISH_INTO"); dir != "" {
		publishUntilKilled(dir)
	}
	os.Exit(m.Run())
}

func publishUntilKilled(dir string) {
	o := options()
	o.Dir, o.Events = dir, 1000
	h := New(o)
	name, _, err := h.Make(context.Background())
	if err != nil {
		panic(err)
	}
	r, err := h.Room(context.Background(), name)
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(name + "\n")
	for {
		ids, err := r.Publish(context.Background(), []sse.Message{{Data: "x"}, {Data: "x"}})
		if err != nil {
			panic(err)
		}
		os.Stdout.WriteString(strings.Join(ids, "\n") + "\n")
	}
}

func TestWhatWasAcknowledgedIsThereAfterAKill(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PUBLISH_INTO="+dir, "GORACE=atexit_sleep_ms=0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	var rest string
	buf := make([]byte, 4096)
	for {
		n, err := out.Read(buf)
		rest += string(buf[:n])
		if err != nil {
			break
		}
		if strings.Count(rest, "\n") > 50 && cmd.ProcessState == nil {
			cmd.Process.Kill() // in the middle of it; the rest is read
		}
	}
	cmd.Wait()
	lines = strings.Split(rest, "\n")
	lines = lines[:len(lines)-1] // what follows the last end of a line was not said to the end
	name, acknowledged := lines[0], lines[1:]
	o := options()
	o.Dir, o.Events = dir, 1000
	h := open(t, o)
	r := opened(t, h, name)
	if got, want := acknowledged[0], r.ID(1); got != want {
		t.Fatalf("got the first id %s; want %s", got, want)
	}
	if last := acknowledged[len(acknowledged)-1]; !r.has(uint64(len(acknowledged))) || last != r.ID(uint64(len(acknowledged))) {
		t.Errorf("got events to %d; want all that were acknowledged, to %s", r.View().Shown-1, last)
	}
	next := r.View().Shown
	if got, want := publish(t, r, "on")[0], r.ID(next); got != want {
		t.Errorf("got the id %s after the restart; want %s", got, want)
	}
}
