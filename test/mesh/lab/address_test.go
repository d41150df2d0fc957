package main

import (
	"fmt"
	"maps"
	"net"
	"strings"
	"testing"
)

func crowd(n int) *Scenario {
	s := &Scenario{}
	for i := range n {
		s.Workloads = append(s.Workloads, Workload{Name: fmt.Sprint("w", i), Namespace: "n", Service: fmt.Sprint("s", i/2)})
		s.Externals = append(s.Externals, External{Host: fmt.Sprintf("h%d.test", i)})
	}
	return s
}

func TestAddressesAreDistinctAndInTheirNetworks(t *testing.T) {
	s := crowd(1000)
	if err := s.place(); err != nil {
		t.Fatal(err)
	}
	_, outside, _ := net.ParseCIDR(extNet)
	used := maps.Clone(infrastructure)
	take := func(ip, who string, want bool) {
		if p := net.ParseIP(ip); p == nil || outside.Contains(p) != want {
			t.Fatalf("%s of %s is in the wrong network", ip, who)
		}
		if used[ip] != "" {
			t.Fatalf("%s has the address of %s", who, used[ip])
		}
		used[ip] = who
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		take(w.ip, w.Name, false)
	}
	for _, e := range s.Externals {
		take(e.ip, e.Host, true)
	}
}

func TestOwnersOfAddresses(t *testing.T) {
	s := crowd(3)
	s.Externals = append(s.Externals, External{Host: "h1.test"}, External{Host: "*.wild.test"})
	if err := s.place(); err != nil {
		t.Fatal(err)
	}
	if s.Externals[1].ip != s.Externals[3].ip {
		t.Error("two entries of one host have two addresses")
	}
	if a, b := s.Workloads[0].serviceIP(s), s.Workloads[1].serviceIP(s); a != b || a == "" {
		t.Errorf("one Service, two addresses: %s and %s", a, b)
	}
	for host, ip := range map[string]string{
		"h2.test": s.Externals[2].ip, "a.wild.test": s.Externals[4].ip, "s1.n": s.Workloads[2].serviceIP(s),
		"s1.n.svc.cluster.local": s.Workloads[2].serviceIP(s), "unknown.test": "", "wild.test": "",
	} {
		if got := s.lookup(host); got != ip {
			t.Errorf("%s has address %q, not %q", host, got, ip)
		}
	}
	s.Externals[2].Ports = []ExternalPort{{Port: 53, Protocol: "dns"}}
	for name, server := range map[string]string{"a.b.h2.test": s.Externals[2].ip + ":53", "h2.test": "", "ah2.test": "", "a.h1.test": ""} {
		if got := s.authority(name); got != server {
			t.Errorf("%q answers for %s, not %q", got, name, server)
		}
	}
	id, err := s.identity(&net.TCPAddr{IP: net.ParseIP(s.Workloads[1].ip)})
	if err != nil || id != "spiffe://cluster.local/ns/n/sa/default" {
		t.Errorf("identity %q, %v", id, err)
	}
	if _, err := s.identity(&net.TCPAddr{IP: net.ParseIP(s.Externals[0].ip)}); err == nil {
		t.Error("an external host has an identity in the mesh")
	}
}

func TestPlaceRefuses(t *testing.T) {
	for want, w := range map[string][]Workload{
		"used twice":       {{Name: "a", Namespace: "n"}, {Name: "a", Namespace: "m"}},
		"reserved":         {{Name: "outside", Namespace: "n"}},
		"has no namespace": {{Name: "a"}},
	} {
		if err := (&Scenario{Workloads: w}).place(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
