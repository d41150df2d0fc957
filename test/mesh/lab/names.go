package main

import (
	"fmt"
	"net"
	"strings"
	"time"

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

// serveNames runs the cluster's name server, and the one on the node. What they do not know, they ask of the external host that is
// the authority, as any resolver does: every pod can tell it something by a name.
func serveNames(s *Scenario, n *network) error {
	for ip, sp := range map[string]*space{dnsIP: n.spaces["system"], nodeDNS: n.node} {
		h := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) { _ = w.WriteMsg(s.answerName(q, sp, ip)) })
		udp, err := sp.listenPacket(ip + ":53")
		if err != nil {
			return err
		}
		tcp, err := sp.listen(ip + ":53")
		if err != nil {
			return err
		}
		go func() { _ = (&dns.Server{PacketConn: udp, Handler: h}).ActivateAndServe() }()
		go func() { _ = (&dns.Server{Listener: tcp, Handler: h}).ActivateAndServe() }()
	}
	return nil
}

func (s *Scenario) answerName(q *dns.Msg, sp *space, from string) *dns.Msg {
	m := new(dns.Msg).SetReply(q)
	for _, x := range q.Question {
		name := strings.TrimSuffix(strings.ToLower(x.Name), ".")
		ip := s.lookup(name)
		if authority := s.authority(name); ip == "" && authority != "" {
			if a, err := forward(q, sp, from, authority); err == nil {
				return a
			}
		}
		if ip == "" {
			m.Rcode = dns.RcodeNameError
		} else if x.Qtype == dns.TypeA {
			m.Answer = append(m.Answer, addressRecord(x.Name, ip))
		}
	}
	return m
}

// authority is the address of the name server that answers for a name outside.
func (s *Scenario) authority(name string) string {
	for _, e := range s.Externals {
		for _, p := range e.Ports {
			if p.Protocol == "dns" && strings.HasSuffix(name, "."+e.Host) {
				return fmt.Sprintf("%s:%d", e.ip, p.Port)
			}
		}
	}
	return ""
}

func forward(q *dns.Msg, sp *space, from, authority string) (a *dns.Msg, err error) {
	err = sp.do(0, func() error {
		d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(from)}}
		if from == nodeDNS {
			d.LocalAddr = nil
		}
		conn, err := d.Dial("udp4", authority)
		if err != nil {
			return err
		}
		defer conn.Close()
		a, _, err = (&dns.Client{Timeout: time.Second}).ExchangeWithConn(q, &dns.Conn{Conn: conn})
		return err
	})
	return a, err
}
