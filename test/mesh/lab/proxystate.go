package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// stats reads the used counters and gauges whose names match a regular expression.
func (p *proxy) stats(filter string) map[string]int {
	out := map[string]int{}
	s, err := p.get("/stats?usedonly&filter=" + url.QueryEscape(filter))
	if err != nil {
		return out
	}
	for _, l := range strings.Split(s, "\n") {
		if k, v, ok := strings.Cut(l, ": "); ok {
			if n, err := strconv.Atoi(v); err == nil {
				out[k] = n
			}
		}
	}
	return out
}

// report asks a running proxy how it is.
func (p *proxy) report(dump bool) *ProxyReport {
	r := &ProxyReport{Ready: p.ready, Connections: map[string]int{}, Rejected: map[string]string{}}
	if p.cmd == nil {
		r.Ready = "killed"
		return r
	}
	for k, v := range p.stats(`^cluster\.outbound.*upstream_cx_total$`) {
		if v > 0 {
			r.Connections[strings.TrimSuffix(strings.TrimPrefix(k, "cluster."), ".upstream_cx_total")] = v
		}
	}
	for k, v := range p.stats(`update_rejected$`) {
		if v > 0 {
			r.Rejected[k] = fmt.Sprintf("%d times", v)
		}
	}
	if len(r.Rejected) > 0 || dump {
		var d map[string]any
		if s, err := p.get("/config_dump?include_eds"); err == nil && json.Unmarshal([]byte(s), &d) == nil {
			errorStates(d, "", r.Rejected)
			if dump {
				r.Dump = d
			}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.log {
		if strings.HasPrefix(l, "config: ") || r.Ready != "LIVE" {
			r.Log = append(r.Log, l)
		}
	}
	return r
}

// errorStates finds in a configuration dump why Envoy refused a resource.
func errorStates(v any, name string, out map[string]string) {
	switch x := v.(type) {
	case map[string]any:
		if n := str(x, "name"); n != "" {
			name = n
		}
		if e, ok := x["error_state"].(map[string]any); ok {
			out[name] = str(e, "details")
		}
		for k, y := range x {
			if k == "configs" || strings.HasPrefix(k, "dynamic") {
				errorStates(y, name, out)
			}
		}
	case []any:
		for _, y := range x {
			errorStates(y, name, out)
		}
	}
}
