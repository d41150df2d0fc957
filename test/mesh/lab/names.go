package main

import (
	"net"
	"strings"

	"github.com/miekg/dns"
)

// lookup answers for the external hosts, for any name under a wildcard host, and for the Services.
func (s *Scenario) lookup(name string) string {
	for _, e := range s.Externals {
		if e.Host == name || strings.HasPrefix(e.Host, "*.") && strings.HasSuffix(name, e.Host[1:]) {
			return e.ip
		}
	}
	for _, w := range s.Workloads {
		if w.Service == "" {
			continue
		}
		short := w.Service + "." + w.Namespace
		if name == short || name == short+".svc.cluster.local" {
			return w.serviceIP(s)
		}
	}
	return ""
}

// serveNames is the name server of all the proxies.
func serveNames(s *Scenario) error {
	h := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		for _, x := range q.Question {
			ip := s.lookup(strings.TrimSuffix(strings.ToLower(x.Name), "."))
			if ip == "" {
				m.Rcode = dns.RcodeNameError
			} else if x.Qtype == dns.TypeA {
				m.Answer = append(m.Answer, &dns.A{Hdr: dns.RR_Header{Name: x.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.ParseIP(ip)})
			}
		}
		_ = w.WriteMsg(m)
	})
	udp, err := net.ListenPacket("udp", hubMesh+":53")
	if err != nil {
		return err
	}
	tcp, err := net.Listen("tcp", hubMesh+":53")
	if err != nil {
		return err
	}
	go func() { _ = (&dns.Server{PacketConn: udp, Handler: h}).ActivateAndServe() }()
	go func() { _ = (&dns.Server{Listener: tcp, Handler: h}).ActivateAndServe() }()
	return nil
}
