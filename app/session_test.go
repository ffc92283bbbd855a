package main

import (
	"reflect"
	"strings"
	"testing"

	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

func TestAMessageOfTheChannelChangesWhatThePageKnows(t *testing.T) {
	request := func(seq int) protocol.Seen {
		return protocol.Seen{Seq: seq, Kind: protocol.SeenRequest, Source: 1, Attempt: seq, At: 10}
	}
	type last = map[string]int
	of := func(server string, seen protocol.Seen) protocol.Seen {
		seen.Server = server
		return seen
	}
	for _, test := range []struct {
		name    string
		session session
		message protocol.ToPage
		want    session
		does    received
		kept    int // exchanges in the log
	}{
		{"the first greeting begins an instance, with the clocks set roughly", session{},
			protocol.ToPage{Hello: &protocol.Hello{Instance: "a", Now: 40, Dropped: 2}}, session{instance: "a", last: last{}, offset: 60, dropped: 2}, received{}, 0},
		{"a greeting of the same instance goes on", session{instance: "a", last: last{"": 7}, offset: 5},
			protocol.ToPage{Hello: &protocol.Hello{Instance: "a", Now: 40}}, session{instance: "a", last: last{"": 7}, offset: 5}, received{}, 0},
		{"a greeting of another begins its numbers and its clock anew", session{instance: "a", last: last{"": 7}, offset: 5, trip: 1, asked: 3},
			protocol.ToPage{Hello: &protocol.Hello{Instance: "b", Now: 99}}, session{instance: "b", last: last{}, offset: 1, asked: 3}, received{reload: true}, 0},
		{"the first pong sets the clock, and is not good enough", session{},
			protocol.ToPage{Pong: new(80.0), Now: 50}, session{trip: 20, offset: 40}, received{draw: true, ping: true}, 0},
		{"a quicker pong is better", session{trip: 20, offset: 40},
			protocol.ToPage{Pong: new(98.0), Now: 50}, session{trip: 2, offset: 49}, received{draw: true}, 0},
		{"a slower pong is not", session{trip: 2, offset: 49},
			protocol.ToPage{Pong: new(80.0), Now: 50}, session{trip: 2, offset: 49}, received{}, 0},
		{"what became of the last command", session{command: 4, wrong: "old"},
			protocol.ToPage{Did: &protocol.Did{ID: 4, Error: "no"}}, session{command: 4, wrong: "no"}, received{draw: true}, 0},
		{"what became of an older command is of no interest", session{command: 4},
			protocol.ToPage{Did: &protocol.Did{ID: 3, Error: "no"}}, session{command: 4}, received{}, 0},
		{"what was said of an older text neither", session{text: 4},
			protocol.ToPage{Checked: &protocol.Checked{ID: 3}}, session{text: 4}, received{}, 0},
		{"records are kept once", session{last: last{"": 1}},
			protocol.ToPage{Seen: []protocol.Seen{request(1), request(2), request(3)}}, session{last: last{"": 3}}, received{draw: true, came: 3}, 2},
		{"each server numbers its own", session{last: last{"a-1": 1}},
			protocol.ToPage{Seen: []protocol.Seen{of("a-1", request(1)), of("b-1", request(1)), of("b-1", request(2))}},
			session{last: last{"a-1": 1, "b-1": 2}}, received{draw: true, came: 3}, 2},
		{"another server is known, and then gone", session{servers: []protocol.Server{{ID: "a-1"}}},
			protocol.ToPage{Servers: []protocol.Server{{ID: "a-1", Gone: true}, {ID: "b-1", Offset: 7}}},
			session{servers: []protocol.Server{{ID: "a-1", Gone: true}, {ID: "b-1", Offset: 7}}}, received{draw: true}, 0},
		{"records that were too many are counted", session{dropped: 1},
			protocol.ToPage{Dropped: 5}, session{dropped: 6}, received{draw: true}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			log, got := trace.NewLog(), test.session
			if does := got.receive(test.message, 100, []*trace.Log{log}); does != test.does {
				t.Errorf("got %+v; want %+v", does, test.does)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v; want %+v", got, test.want)
			}
			if exchanges, _ := log.Exchanges(); len(exchanges) != test.kept {
				t.Errorf("got %d exchanges in the log; want %d", len(exchanges), test.kept)
			}
		})
	}
}

func TestTheLastTextsCheckArrives(t *testing.T) {
	s := session{}
	first, second := s.checking("a"), s.checking("b")
	checked := &protocol.Checked{ID: second.ID}
	if got := s.receive(protocol.ToPage{Checked: &protocol.Checked{ID: first.ID}}, 0, []*trace.Log{trace.NewLog()}); got.checked != nil {
		t.Errorf("got %v; want nothing of a text that is no longer there", got.checked)
	}
	if got := s.receive(protocol.ToPage{Checked: checked}, 0, []*trace.Log{trace.NewLog()}); got.checked != checked || !got.draw {
		t.Errorf("got %+v; want the newest text's", got)
	}
}

func TestACommandForgetsWhatWasWrong(t *testing.T) {
	s := session{asked: 8, wrong: "no"}
	if got := s.commanding(protocol.Command{Do: protocol.DoCut}); got.ID != 9 || got.Do != protocol.DoCut || s.wrong != "" || s.command != 9 {
		t.Errorf("got %+v and %+v; want command 9, and nothing wrong", got, s)
	}
}

func TestTheStatusOfTheChannel(t *testing.T) {
	for _, test := range []struct {
		name     string
		session  session
		up, full bool
		want     string
	}{
		{"all is well", session{trip: 2, pings: 30}, true, true, ""},
		{"it is down", session{}, false, false, "The channel to the server is down"},
		{"it is down, and Firefox will not open another", session{}, false, true, "close one of them."},
		{"records were dropped", session{dropped: 1234}, true, false, "1\u202F234 records of the server's side were not kept."},
		{"the clock is known badly", session{trip: 60, pings: 11}, true, false, "The server's clock is known to 30 ms only."},
		{"another server's clock is off", session{servers: []protocol.Server{{ID: "b-ABCDEF", Offset: -7}}}, true, false, "The clock of server b is off by 7 ms;"},
		{"another server's clock is nearly right", session{servers: []protocol.Server{{ID: "b-ABCDEF", Offset: 4}}}, true, false, ""},
		{"a server that is gone", session{servers: []protocol.Server{{ID: "b-ABCDEF", Offset: 70, Gone: true}}}, true, false, ""},
		{"the clock is known badly yet", session{trip: 60, pings: 3}, true, false, ""},
	} {
		if got := test.session.status(test.up, test.full); (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
}

// A server that was restarted may reply to a ping before it greets: that says nothing of the clock of the one before.
func TestAReplyBeforeTheHelloMovesNothing(t *testing.T) {
	log := trace.NewLog()
	s := session{instance: "a", offset: 5, ungreeted: true}
	sent := 10.0
	s.receive(protocol.ToPage{Pong: &sent, Now: 9000}, 11, []*trace.Log{log})
	if s.offset != 5 || s.trip != 0 {
		t.Errorf("got the offset %v, measured in %v; want 5, not measured", s.offset, s.trip)
	}
	if r := s.receive(protocol.ToPage{Hello: &protocol.Hello{Instance: "b", Now: 9001}}, 12, []*trace.Log{log}); !r.ping || s.ungreeted {
		t.Errorf("got %+v; want the clock measured now", r)
	}
}

func TestARecordGoesToTheLogOfItsSource(t *testing.T) {
	own, compared := trace.NewLog(), trace.NewLogAfter(comparedAfter)
	own.Construct(0, trace.Client{}, "/sse", false)
	compared.Construct(0, trace.Client{}, "/sse", false)
	logs := []*trace.Log{own, compared}
	for _, test := range []struct {
		name   string
		source int
		want   *trace.Log
	}{
		{"the page's own", 1, own},
		{"one that is compared", comparedAfter + 1, compared},
		{"one that was compared before", comparedAfter + 50, nil},
		{"a fetch beside the page's own", lesson.FetchSource(1), own},
		{"what nobody knows is the page's", 77, own},
	} {
		if got := logFor(test.source, logs); got != test.want {
			t.Errorf("%s: got %p; want %p of %p, %p", test.name, got, test.want, own, compared)
		}
	}
}
