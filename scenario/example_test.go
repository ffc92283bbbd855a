package scenario_test

import (
	"fmt"
	"time"

	"eventsource-playground/scenario"
)

func Example() {
	s, err := scenario.Parse(`title: Half an event

== 200
id: 1
data: whole

id: 2
data: never seen
@cut

== 200
@wait 1s
id: 2
data: sent again

@hold
`, scenario.DefaultLimits)
	if err != nil {
		fmt.Println(err)
	}
	var run scenario.Run
	for _, lastEventID := range []string{"", "1"} {
		r := scenario.Request{LastEventID: lastEventID}
		section, attempt := run.Section(s, r, time.Now())
		fmt.Println("attempt", attempt)
		for player := section.Play(r); ; {
			step, ok := player.Next()
			if !ok {
				break
			}
			switch step.Do {
			case scenario.Respond:
				fmt.Println("  respond", step.Head.Status)
			case scenario.Write:
				fmt.Printf("  write %q\n", step.Bytes)
			case scenario.Wait:
				fmt.Println("  wait", step.For)
			default:
				fmt.Println(" ", step.Do)
			}
		}
	}
	// Output:
	// attempt 1
	//   respond 200
	//   write "id: 1\ndata: whole\n\nid: 2\ndata: never seen\n"
	//   wait 100ms
	//   reset
	// attempt 2
	//   respond 200
	//   wait 1s
	//   write "id: 2\ndata: sent again\n\n"
	//   hold
}

func ExampleErrors() {
	_, err := scenario.Parse("titel: Ten ticks\n== 200\n@wait 1\n", scenario.DefaultLimits)
	for _, mistake := range err.(scenario.Errors) {
		fmt.Println(mistake.Line, mistake.Column, mistake.What)
	}
	// Output:
	// 1 1 titel is not a heading: did you mean title?
	// 3 7 1 is not a duration: give one such as 500ms, 2s or 1.5s
}
