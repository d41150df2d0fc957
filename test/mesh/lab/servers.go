package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
)

// servers are all that is not a proxy: the external hosts, and the workloads' own applications.
type servers struct {
	s *Scenario
	p pki
	n *network

	mu   sync.Mutex
	seen []Seen
	open map[string][]io.Closer // external host -> its running servers
}

func startServers(s *Scenario, p pki, n *network) (*servers, error) {
	o := &servers{s: s, p: p, n: n, open: map[string][]io.Closer{}}
	for _, e := range s.Externals {
		if err := o.up(e.Host); err != nil {
			return nil, err
		}
	}
	for i := range s.Workloads {
		if err := o.application(&s.Workloads[i]); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// up starts the servers of an external host, if they do not run.
func (o *servers) up(host string) error {
	if len(o.open[host]) > 0 {
		return nil
	}
	found := false
	for _, e := range o.s.Externals {
		if e.Host != host {
			continue
		}
		for _, p := range e.Ports {
			found = true
			c, err := o.external(e, p)
			if err != nil {
				return fmt.Errorf("external %s: %w", e.Host, err)
			}
			o.open[host] = append(o.open[host], c)
		}
	}
	if !found {
		return fmt.Errorf("no external host %q with ports", host)
	}
	return nil
}

func (o *servers) external(e External, p ExternalPort) (io.Closer, error) {
	world, addr := o.n.spaces["world"], fmt.Sprintf("%s:%d", e.ip, p.Port)
	if slices.Contains([]string{"udp", "h3", "dns"}, p.Protocol) {
		c, err := world.listenPacket(addr)
		if err != nil {
			return nil, err
		}
		return o.serveDatagrams(c, e.Host, p)
	}
	l, err := listen(world, addr, p.Socket)
	if err != nil {
		return nil, err
	}
	return o.serve(l, e.Host, p, o.record, world)
}

// listen listens on a port, or on a unix socket that every proxy may use: who connects there has no address.
func listen(sp *space, addr, socket string) (net.Listener, error) {
	if socket == "" {
		return sp.listen(addr)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(socket, 0o666)
}

// down closes the ports of an external host and breaks its connections.
func (o *servers) down(host string) error {
	if len(o.open[host]) == 0 {
		return fmt.Errorf("no external host %q is up", host)
	}
	for _, c := range o.open[host] {
		_ = c.Close()
	}
	delete(o.open, host)
	return nil
}

// application serves the workload's own ports inside its namespace. It does not count as a server outside.
func (o *servers) application(w *Workload) error {
	for _, p := range w.Ports {
		if p.Serve == "" {
			continue
		}
		l, err := o.n.spaces[w.Name].listen(fmt.Sprintf("0.0.0.0:%d", p.TargetPort))
		if err != nil {
			return err
		}
		host := fmt.Sprintf("%s.%s.svc.cluster.local", w.Service, w.Namespace)
		x := ExternalPort{Port: p.TargetPort, Protocol: p.Serve, CertHost: p.CertHost, CertCA: p.CertCA, Name: w.Name}
		if _, err := o.serve(l, host, x, func(Seen) {}, o.n.spaces[w.Name]); err != nil {
			return fmt.Errorf("workload %s: %w", w.Name, err)
		}
	}
	return nil
}

func (o *servers) record(x Seen) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, x)
}

// serve answers on a listener until it is closed.
func (o *servers) serve(l net.Listener, host string, p ExternalPort, record func(Seen), sp *space) (io.Closer, error) {
	e := &endpoint{o: o, name: p.Name, port: p.Port, record: record, body: p.Body, space: sp}
	if tcp, ok := l.Addr().(*net.TCPAddr); ok {
		e.ip = tcp.IP
	}
	if e.name == "" {
		e.name = host
	}
	cfg, err := o.tlsConfig(host, p)
	if err != nil {
		return nil, err
	}
	switch p.Protocol {
	case "http", "https":
		return e.http(l, cfg), nil
	case "connect", "connects":
		if cfg != nil {
			l = tls.NewListener(l, cfg)
		}
		srv := &http.Server{Handler: http.HandlerFunc(e.tunnel), ErrorLog: quiet}
		go func() { _ = srv.Serve(l) }()
		return srv, nil
	case "starttls":
		return e.lines(l, func(c net.Conn) (net.Conn, error) { return serveStartTLS(c, cfg) }), nil
	case "tcp", "tls":
		if cfg != nil {
			l = tls.NewListener(l, cfg)
		}
		return e.lines(l, func(c net.Conn) (net.Conn, error) { return c, nil }), nil
	}
	return nil, fmt.Errorf("no protocol %q: http, https, tcp, tls, starttls, connect or connects", p.Protocol)
}

var quiet = log.New(io.Discard, "", 0)

func (o *servers) tlsConfig(host string, p ExternalPort) (*tls.Config, error) {
	if !slices.Contains([]string{"https", "tls", "starttls", "connects", "h3"}, p.Protocol) {
		return nil, nil
	}
	if p.CertHost != "" {
		host = p.CertHost
	}
	by, err := o.p.get(p.CertCA)
	if err != nil {
		return nil, err
	}
	pair := by.keyPair(host)
	if p.Revoked {
		pair = by.revoked(host)
	}
	c := &tls.Config{Certificates: []tls.Certificate{pair}}
	if p.Protocol == "https" {
		c.NextProtos = []string{"h2", "http/1.1"}
	}
	if p.ClientAuth {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, o.p["client"].pool()
	}
	return c, nil
}
