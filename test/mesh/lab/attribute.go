package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// attribute gives each line of the access logs, and each request that a server saw, to the step during which it began. Loads go
// on during other steps; their traffic is known by its user agent.
func (r *Report) attribute(proxies map[string]*proxy) {
	loads := map[string]*LoadReport{}
	for _, x := range r.Steps {
		if x.Load != nil {
			x.Load.Access = map[string]map[string]int{}
			name, _, _ := strings.Cut(strings.TrimPrefix(x.Step, "load "), " ")
			loads[name] = x.Load
		}
	}
	var hops []Hop
	for _, p := range proxies {
		hops = append(hops, p.access...)
	}
	slices.SortStableFunc(hops, func(a, b Hop) int {
		// the outer hop lasts longer, but both clocks are coarse
		return cmp.Or(a.start.Compare(b.start), cmp.Compare(num(b.Line, "duration"), num(a.Line, "duration")), cmp.Compare(a.rank(proxies), b.rank(proxies)))
	})
	for _, h := range hops {
		if l := loads[strings.TrimPrefix(str(h.Line, "user_agent"), loadAgent)]; l != nil {
			if l.Access[h.Proxy] == nil {
				l.Access[h.Proxy] = map[string]int{}
			}
			l.Access[h.Proxy][fmt.Sprintf("%v %s %s", h.Line["response_code"], str(h.Line, "response_flags"), str(h.Line, "response_code_details"))]++
		} else if x := r.during(h.start); x != nil {
			x.Hops = append(x.Hops, h)
		}
	}
	for _, s := range r.Seen {
		if x := r.during(s.at); x != nil && !strings.HasPrefix(first(s.Headers["User-Agent"]), loadAgent) {
			x.Seen = append(x.Seen, s)
		}
	}
}

// attributeDenied gives each packet that was forbidden to the step during which it came.
func (r *Report) attributeDenied(denied []Denied) {
	for _, d := range denied {
		if x := r.during(d.at); x != nil {
			x.Denied = append(x.Denied, d)
		}
	}
}

// during is the last step that had begun at a time.
func (r *Report) during(t time.Time) *StepReport {
	for _, x := range slices.Backward(r.Steps) {
		if !t.Before(x.start.Truncate(time.Millisecond)) {
			return x
		}
	}
	return nil
}

// rank is a hop's place on the way: out of a sidecar, through a gateway or a waypoint, into a sidecar.
func (h Hop) rank(proxies map[string]*proxy) int {
	switch {
	case !proxies[h.Proxy].w.sidecar():
		return 1
	case strings.HasPrefix(str(h.Line, "upstream_cluster"), "inbound"):
		return 2
	}
	return 0
}

func num(m map[string]any, k string) float64 { n, _ := m[k].(float64); return n }

func first(l []string) string {
	if len(l) == 0 {
		return ""
	}
	return l[0]
}
