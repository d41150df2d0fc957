package main

import (
	"fmt"
	"net"
	"slices"
)

// The pods' addresses are private, those outside are not: Envoy and Istio treat the two differently.
const (
	istiodIP   = "10.201.0.1"
	dnsIP      = "10.201.0.2"    // the pod of the cluster's name server
	dnsService = "10.96.0.10"    // its Service
	nodeDNS    = "169.254.20.10" // the name server that every node may have
	podGateway = "169.254.1.1"   // the node, as pods know it
	agentIP    = "10.201.0.3"    // the pods' own agents, which no packet leaves the pod for in a cluster
	nodeIP     = "198.18.0.1"
	clientIP   = "198.18.0.2" // the client called "outside"
	extNet     = "198.18.0.0/15"
)

// infrastructure is who has the addresses that are no workload's and no external host's.
var infrastructure = map[string]string{clientIP: "outside", nodeIP: "node", istiodIP: "istiod", dnsIP: "cluster-dns", nodeDNS: "node-local-dns"}

// reserved are the names of network namespaces that are no workload's.
var reserved = []string{"", "outside", "world", "node", "system"}

// place gives every workload and external host its addresses, and fills what the scenario may leave out.
func (s *Scenario) place() error {
	names := map[string]bool{}
	s.vips = map[string]string{}
	if s.crds == nil {
		s.crds = crds{}
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if names[w.Name] || slices.Contains(reserved, w.Name) {
			return fmt.Errorf("workload name %q is empty, reserved or used twice", w.Name)
		}
		if w.Namespace == "" {
			return fmt.Errorf("workload %q has no namespace", w.Name)
		}
		names[w.Name] = true
		if w.ip = nth("10.201", i); w.HostNetwork {
			w.ip, w.NoProxy = nodeIP, true
		}
		if w.Ambient {
			w.NoProxy = true
		}
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
		if net.ParseIP(e.Host) != nil {
			byHost[e.Host] = e.Host
		} else if byHost[e.Host] == "" {
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

func (s *Scenario) externalIPs() (out []string) {
	for _, e := range s.Externals {
		if !slices.Contains(out, e.ip) {
			out = append(out, e.ip)
		}
	}
	return out
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
		if w.ip == ip {
			return w.Name
		}
	}
	for _, e := range s.Externals {
		if e.ip == ip {
			return e.Host
		}
	}
	if name := infrastructure[ip]; name != "" {
		return name
	}
	return ip
}

// identity is the SPIFFE id of the workload at an address.
func (s *Scenario) identity(a net.Addr) (string, error) {
	w := s.workload(s.whoIs(a))
	if w == nil {
		return "", fmt.Errorf("no workload at %s", a)
	}
	return w.identity(), nil
}

func (w *Workload) identity() string {
	return identityOf(w.Namespace, w.ServiceAccount)
}

func identityOf(namespace, serviceAccount string) string {
	return fmt.Sprintf("spiffe://cluster.local/ns/%s/sa/%s", namespace, serviceAccount)
}
