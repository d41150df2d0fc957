package main

import (
	"fmt"
	"net"
)

// The mesh network is private, the outside is not: Envoy and Istio treat the two differently.
const (
	hubMesh  = "10.201.0.1"
	hubExt   = "198.18.0.1"
	clientIP = "198.18.0.2" // the client called "outside"
	extNet   = "198.18.0.0/15"
)

// place gives every workload and external host its addresses, and fills what the scenario may leave out.
func (s *Scenario) place() error {
	names := map[string]bool{}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if names[w.Name] || w.Name == "outside" || w.Name == "" {
			return fmt.Errorf("workload name %q is empty, reserved or used twice", w.Name)
		}
		if w.Namespace == "" {
			return fmt.Errorf("workload %q has no namespace", w.Name)
		}
		names[w.Name] = true
		w.meshIP, w.extIP = nth("10.201", i), nth("198.18", i)
		if w.ServiceAccount == "" {
			w.ServiceAccount = "default"
		}
		if w.Labels == nil {
			w.Labels = map[string]string{"app": w.Name}
		}
		for j := range w.Ports {
			if w.Ports[j].TargetPort == 0 {
				w.Ports[j].TargetPort = w.Ports[j].Port
			}
		}
	}
	byHost := map[string]string{}
	for i := range s.Externals {
		e := &s.Externals[i]
		if byHost[e.Host] == "" {
			byHost[e.Host] = nth("198.19", i)
		}
		e.ip = byHost[e.Host]
	}
	return nil
}

// nth is the i-th address of a /16, past those that the lab keeps for itself.
func nth(net16 string, i int) string {
	return fmt.Sprintf("%s.%d.%d", net16, 1+i/200, 10+i%200)
}

func (w *Workload) serviceIP(s *Scenario) string {
	for i := range s.Workloads {
		if s.Workloads[i].Service == w.Service && s.Workloads[i].Namespace == w.Namespace {
			return nth("10.202", i)
		}
	}
	return ""
}

// whoIs names the owner of an address.
func (s *Scenario) whoIs(a net.Addr) string {
	ip, _, _ := net.SplitHostPort(a.String())
	for _, w := range s.Workloads {
		if w.meshIP == ip || w.extIP == ip {
			return w.Name
		}
	}
	for _, e := range s.Externals {
		if e.ip == ip {
			return e.Host
		}
	}
	if ip == clientIP {
		return "outside"
	}
	return ip
}

// identity is the SPIFFE id of the workload at an address.
func (s *Scenario) identity(a net.Addr) (string, error) {
	w := s.workload(s.whoIs(a))
	if w == nil {
		return "", fmt.Errorf("no workload at %s", a)
	}
	return fmt.Sprintf("spiffe://cluster.local/ns/%s/sa/%s", w.Namespace, w.ServiceAccount), nil
}
