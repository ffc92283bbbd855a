package trace

import (
	"testing"

	"eventsource-playground/protocol"
)

func TestAResponseIsPausedAsTheServerSays(t *testing.T) {
	for _, test := range []struct {
		name string
		did  []protocol.Do
		over bool
		want bool
	}{
		{"untouched", nil, false, false},
		{"paused", []protocol.Do{protocol.DoPause}, false, true},
		{"resumed", []protocol.Do{protocol.DoPause, protocol.DoResume}, false, false},
		{"paused again", []protocol.Do{protocol.DoPause, protocol.DoResume, protocol.DoPause}, false, true},
		{"a step holds back what follows it", []protocol.Do{protocol.DoStep}, false, true},
		{"an event of the visitor's changes nothing", []protocol.Do{protocol.DoPause, protocol.DoSend, protocol.DoNext}, false, true},
		{"over", []protocol.Do{protocol.DoPause, protocol.DoCut}, true, false},
	} {
		e := &Exchange{}
		for _, do := range test.did {
			e.Did = append(e.Did, Did{Do: do})
		}
		if test.over {
			e.End = &protocol.Seen{}
		}
		if got := e.Paused(); got != test.want {
			t.Errorf("%s: got %v; want %v", test.name, got, test.want)
		}
	}
}
