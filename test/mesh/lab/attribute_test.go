package main

import (
	"testing"
	"time"
)

func TestWhatIsSeenBelongsToTheStepDuringWhichItBegan(t *testing.T) {
	t0 := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(ms float64) time.Time { return t0.Add(time.Duration(ms * float64(time.Millisecond))) }
	line := func(agent string, duration float64) map[string]any {
		return map[string]any{"user_agent": agent, "duration": duration, "response_code": 200.0, "response_flags": "-", "response_code_details": "via_upstream"}
	}
	app := &proxy{w: &Workload{}, access: []Hop{{"app", line("", 3), at(10)}, {"app", line("", 3), at(20)}, {"app", line("lab-load/l", 3), at(21)}}}
	egress := &proxy{w: &Workload{Gateway: true}, access: []Hop{{"egress", line("", 2), at(10)}, {"egress", line("", 3), at(20)}}}
	r := &Report{
		Steps: []*StepReport{{Step: "load l of 1", Load: &LoadReport{}, start: at(1)}, {start: at(10.4)}, {start: at(20.1)}},
		Seen:  []Seen{{at: at(11)}, {at: at(21), Headers: map[string][]string{"User-Agent": {"lab-load/l"}}}},
	}
	r.attribute(map[string]*proxy{"app": app, "egress": egress})
	for i, want := range []int{0, 2, 2} {
		x := r.Steps[i]
		if len(x.Hops) != want {
			t.Fatalf("step %d: %d hops, not %d", i, len(x.Hops), want)
		}
		if want == 2 && (x.Hops[0].Proxy != "app" || x.Hops[1].Proxy != "egress") {
			t.Errorf("step %d: the order is %s, %s", i, x.Hops[0].Proxy, x.Hops[1].Proxy)
		}
	}
	if len(r.Steps[1].Seen) != 1 || len(r.Steps[2].Seen) != 0 {
		t.Error("requests of a load count for a step, or others do not")
	}
	if n := r.Steps[0].Load.Access["app"]["200 - via_upstream"]; n != 1 {
		t.Errorf("the load has %d lines", n)
	}
}
