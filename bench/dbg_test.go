package main

import (
	"context"
	"fmt"
	"os"
	"testing"
)

func TestDebug(t *testing.T) {
	os.Chdir("..")
	_, err := withSite(context.Background(), func(s *site) ([]row, error) {
		for _, slow := range []bool{false, true} {
			for _, p := range [][2]string{{s.ours, oursReady}, {s.pages, helloReady}} {
				v, err := s.firstVisit(p[0], p[1], slow, func(t *tab) error {
					var r string
					err := t.eval(`performance.getEntriesByType("resource").map(e => [e.name.replace(/.*:\d+/,""), e.transferSize, Math.round(e.startTime), Math.round(e.responseEnd)].join(" ")).join("\n") + "\n" + JSON.stringify(window.marks||"") + document.fonts.size`, &r)
					fmt.Println(r)
					return err
				})
				fmt.Println(v, err)
			}
		}
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
