package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/miekg/dns"
	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// serveDatagrams answers what comes without a connection, until it is closed.
func (o *servers) serveDatagrams(c net.PacketConn, host string, p ExternalPort) (io.Closer, error) {
	e := &endpoint{o: o, name: host, port: p.Port, record: o.record}
	switch p.Protocol {
	case "udp":
		go e.datagrams(c)
	case "dns":
		go func() { _ = (&dns.Server{PacketConn: c, Handler: dns.HandlerFunc(e.authority)}).ActivateAndServe() }()
		l, err := o.n.spaces["world"].listen(c.LocalAddr().String())
		if err != nil {
			return nil, err
		}
		go func() { _ = (&dns.Server{Listener: l, Handler: dns.HandlerFunc(e.authority)}).ActivateAndServe() }()
		return closers{c, l}, nil
	case "h3":
		cfg, err := o.tlsConfig(host, p)
		if err != nil {
			return nil, err
		}
		go func() {
			_ = (&http3.Server{TLSConfig: http3.ConfigureTLSConfig(cfg), Handler: http.HandlerFunc(e.echo)}).Serve(c)
		}()
	}
	return c, nil
}

// closers are closed together.
type closers []io.Closer

func (all closers) Close() (err error) {
	for _, c := range all {
		err = errors.Join(err, c.Close())
	}
	return err
}

func (e *endpoint) datagrams(c net.PacketConn) {
	b := make([]byte, 2048)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		x := e.meet(from, "UDP")
		x.Line = strings.TrimSpace(string(b[:n]))
		e.record(x)
		answer, _ := json.Marshal(x)
		_, _ = c.WriteTo(append(answer, '\n'), from)
	}
}

// authority answers every question with an address.
func (e *endpoint) authority(w dns.ResponseWriter, q *dns.Msg) {
	x := e.meet(w.RemoteAddr(), "DNS")
	m := new(dns.Msg).SetReply(q)
	for _, question := range q.Question {
		x.Line = strings.TrimSuffix(question.Name, ".")
		m.Answer = append(m.Answer, addressRecord(question.Name, "192.0.2.1"))
	}
	e.record(x)
	_ = w.WriteMsg(m)
}

func addressRecord(name, ip string) dns.RR {
	return &dns.A{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.ParseIP(ip)}
}

// query asks a name server for the address of a name.
func (c *client) query() (*Answer, error) {
	network := map[string]string{"dns": "udp", "dns+tcp": "tcp"}[c.url.Scheme]
	host := c.url.Host
	if c.url.Port() == "" {
		host = net.JoinHostPort(host, "53")
	}
	conn, err := c.dial(context.Background(), network, host)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(c.limit))
	by := &dns.Conn{Conn: conn}
	if err := by.WriteMsg(new(dns.Msg).SetQuestion(dns.Fqdn(strings.Trim(c.url.Path, "/")), dns.TypeA)); err != nil {
		return nil, err
	}
	r, err := by.ReadMsg()
	if err != nil {
		return nil, err
	}
	a := &Answer{Body: dns.RcodeToString[r.Rcode]}
	for _, x := range r.Answer {
		a.Body += " " + strings.TrimPrefix(x.String(), x.Header().String())
	}
	return a, nil
}

// http3 is one request by QUIC.
func (c *client) http3() (*Answer, error) {
	all, cancel := context.WithTimeout(context.Background(), c.limit)
	defer cancel()
	t := &http3.Transport{TLSClientConfig: c.tls, Dial: func(ctx context.Context, addr string, cfg *tls.Config, q *quic.Config) (*quic.Conn, error) {
		conn, err := c.dial(ctx, "udp", addr)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(all, func() { _ = conn.Close() })
		return quic.Dial(ctx, connected{conn}, conn.RemoteAddr(), cfg, q)
	}}
	defer t.Close()
	q, err := http.NewRequestWithContext(all, "GET", "https://"+c.url.Host+c.url.Path, nil)
	if err != nil {
		return nil, err
	}
	res, err := t.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	a := &Answer{Status: res.StatusCode, Proto: res.Proto}
	a.read(b)
	return a, nil
}

// connected makes packets of a connected socket, which hears at once that it may not send.
type connected struct{ net.Conn }

func (c connected) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := c.Read(b)
	return n, c.RemoteAddr(), err
}

func (c connected) WriteTo(b []byte, _ net.Addr) (int, error) { return c.Write(b) }

// ping hides a word in an ICMP echo request, by a socket that any user may open.
func (c *client) ping() (*Answer, error) {
	conn, err := c.dial(context.Background(), "icmp", net.JoinHostPort(c.url.Hostname(), "0"))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(c.limit))
	if _, err := conn.Write([]byte("\x08\x00\x00\x00\x00\x00\x00\x01hello")); err != nil {
		return nil, err
	}
	b := make([]byte, 64)
	n, err := conn.Read(b)
	if err != nil {
		return nil, err
	}
	return &Answer{Body: "echo of " + string(b[min(n, 8):n])}, nil
}

func pingSocket(addr string) (net.Conn, error) {
	host, _, _ := net.SplitHostPort(addr)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.IPPROTO_ICMP)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "ping")
	defer f.Close()
	if err := unix.Connect(fd, &unix.SockaddrInet4{Addr: [4]byte(net.ParseIP(host).To4())}); err != nil {
		return nil, err
	}
	return net.FileConn(f)
}

// source is the address of the workload as which a client sends: it takes it first.
func (r Request) source(s *Scenario, sp *space) (net.IP, error) {
	if r.As == "" {
		return nil, nil
	}
	w := s.workload(r.As)
	if w == nil {
		return nil, fmt.Errorf("a request as %q: no such workload", r.As)
	}
	lo, err := sp.links.LinkByName("lo")
	if err != nil {
		return nil, err
	}
	return net.ParseIP(w.ip), sp.links.AddrReplace(lo, &netlink.Addr{IPNet: single(w.ip)})
}
