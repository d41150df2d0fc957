package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// client sends one kind of request from inside a workload's namespace, as the user that the request names.
type client struct {
	req   Request
	url   *url.URL
	tls   *tls.Config
	limit time.Duration
	dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	agent string // a user-agent header of the lab's own
}

func newClient(r Request, s *Scenario, p pki, n *network, z *ztunnel) (*client, error) {
	space := n.spaces[r.From]
	if space == nil {
		return nil, fmt.Errorf("request from %q: no such workload, nor \"outside\"", r.From)
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	c := &client{req: r, url: u, limit: 8 * time.Second}
	if r.TimeoutS > 0 {
		c.limit = time.Duration(r.TimeoutS) * time.Second
	}
	if c.tls, err = r.tlsConfig(u.Hostname(), p); err != nil {
		return nil, err
	}
	uid := r.UID
	if uid == 0 {
		uid = applicationUID
	}
	from, err := r.source(s, space)
	if err != nil {
		return nil, err
	}
	dial := func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		err = space.do(uid, func() (err error) {
			if network == "icmp" {
				conn, err = pingSocket(addr)
				return err
			}
			d := net.Dialer{Timeout: c.limit}
			if network == "udp" && from != nil {
				d.LocalAddr = &net.UDPAddr{IP: from}
			}
			conn, err = d.DialContext(ctx, network+"4", addr)
			return err
		})
		return conn, err
	}
	lookup, w := s.lookup, s.workload(r.From)
	captured := z.captures(w)
	if captured {
		lookup = func(name string) string { return z.lookup(w, name) }
	}
	c.dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		addr, err := s.resolve(r, addr, lookup)
		if err != nil {
			return nil, err
		}
		if captured && network == "tcp" {
			return z.carry(w, addr, func(addr string) (net.Conn, error) { return dial(ctx, network, addr) })
		}
		return dial(ctx, network, addr)
	}
	return c, nil
}

// resolve finds the address to dial: the URL's host, or what the request says to connect to instead.
func (s *Scenario) resolve(r Request, addr string, lookup func(name string) string) (string, error) {
	if r.Connect != "" {
		addr = r.Connect
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	if w := s.workload(host); w != nil && r.Connect != "" {
		host = w.ip
	}
	if net.ParseIP(host) == nil {
		ip := lookup(host)
		if ip == "" {
			return "", fmt.Errorf("lookup %s: no such host", host)
		}
		host = ip
	}
	return net.JoinHostPort(host, port), nil
}

func (r Request) tlsConfig(host string, p pki) (*tls.Config, error) {
	trusted, err := p.get(r.TrustCA)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{RootCAs: trusted.pool(), ServerName: host, MinVersion: tls.VersionTLS10, InsecureSkipVerify: r.Insecure}
	if r.SNI != "" {
		c.ServerName = r.SNI
	}
	if r.TLSMax != "" {
		v, ok := map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[r.TLSMax]
		if !ok {
			return nil, fmt.Errorf("tlsMax %q: 1.0, 1.1, 1.2 or 1.3", r.TLSMax)
		}
		c.MaxVersion = v
	}
	for _, name := range r.Ciphers {
		id, err := cipher(name)
		if err != nil {
			return nil, err
		}
		c.CipherSuites = append(c.CipherSuites, id)
	}
	if r.Cert != "" {
		by, err := p.get(r.Cert)
		if err != nil {
			return nil, err
		}
		names := r.Names
		if len(names) == 0 {
			names = []string{"caller.test"}
		}
		pair := by.keyPair(names...)
		if r.Revoked {
			pair = by.revoked("caller.test")
		}
		// shown whatever authorities the server names: the client would keep a wrong one to itself
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	return c, nil
}

func cipher(name string) (uint16, error) {
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if s.Name == name {
			return s.ID, nil
		}
	}
	return 0, fmt.Errorf("no cipher suite %q", name)
}

// transport carries HTTP; each request over its own connection, or over connections that are kept.
func (c *client) transport(keep bool) *http.Transport {
	t := &http.Transport{DialContext: c.dial, TLSClientConfig: c.tls, ForceAttemptHTTP2: c.req.HTTP2, DisableKeepAlives: !keep && c.req.Before == "", MaxIdleConnsPerHost: 1000}
	if c.req.Proxy != "" {
		t.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: c.req.Proxy})
	}
	if c.req.HTTP2 && c.url.Scheme == "http" {
		t.Protocols = new(http.Protocols)
		t.Protocols.SetUnencryptedHTTP2(true)
	}
	return t
}

func (c *client) send(t *http.Transport) *Answer {
	var a *Answer
	var err error
	switch c.url.Scheme {
	case "http", "https":
		a, err = c.http(t)
	case "grpc":
		a, err = c.stream()
	case "tcp", "tls", "starttls", "udp":
		a, err = c.line()
	case "h3":
		a, err = c.http3()
	case "dns", "dns+tcp":
		a, err = c.query()
	case "icmp":
		a, err = c.ping()
	default:
		err = fmt.Errorf("no scheme %q: http, https, h3, grpc, tcp, tls, starttls, udp, dns, dns+tcp or icmp", c.url.Scheme)
	}
	if err != nil {
		return &Answer{Error: err.Error()}
	}
	return a
}

func (c *client) http(t *http.Transport) (*Answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.limit)
	defer cancel()
	by := http.RoundTripper(t) // not a Client: that follows redirects and hides the writing half of an upgraded connection
	if c.req.Before != "" {
		conn, err := c.connection(ctx, t)
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		by = conn
	}
	q, err := http.NewRequestWithContext(ctx, c.req.Method, c.req.URL, nil)
	if err != nil {
		return nil, err
	}
	if c.agent != "" {
		q.Header.Set("user-agent", c.agent)
	}
	for k, v := range c.req.Headers {
		if strings.EqualFold(k, "host") {
			q.Host = v
		} else {
			q.Header.Set(k, v)
		}
	}
	res, err := by.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	a := &Answer{Status: res.StatusCode, Headers: res.Header, Proto: res.Proto}
	if res.TLS != nil {
		a.handshake(res.TLS)
	}
	var b []byte
	if up, ok := res.Body.(io.ReadWriteCloser); ok && res.StatusCode == http.StatusSwitchingProtocols {
		b, err = ask(up)
	} else {
		b, err = io.ReadAll(io.LimitReader(res.Body, 1<<16))
	}
	if err != nil {
		return nil, err
	}
	a.read(b)
	return a, nil
}

// connection is one to the host of the request before, over which that request has been answered.
func (c *client) connection(ctx context.Context, t *http.Transport) (*http.ClientConn, error) {
	first, err := http.NewRequestWithContext(ctx, "GET", c.req.Before, nil)
	if err != nil {
		return nil, err
	}
	t.TLSClientConfig.ServerName = first.URL.Hostname()
	conn, err := t.NewClientConn(ctx, first.URL.Scheme, net.JoinHostPort(first.URL.Hostname(), cmp.Or(first.URL.Port(), first.URL.Scheme)))
	if err != nil {
		return nil, err
	}
	res, err := conn.RoundTrip(first)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return nil, err
	}
	if res.ProtoMajor != 2 || res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the request before: %s %s", res.Proto, res.Status)
	}
	return conn, nil
}

func (a *Answer) handshake(st *tls.ConnectionState) {
	a.TLS, a.Cipher, a.PeerSAN = tls.VersionName(st.Version), tls.CipherSuiteName(st.CipherSuite), sans(st)
	if len(st.PeerCertificates) > 0 {
		a.PeerKey = st.PeerCertificates[0].PublicKeyAlgorithm.String()
	}
}

// line sends one line over a raw connection, or in a datagram, and reads one.
func (c *client) line() (*Answer, error) {
	network := "tcp"
	if c.url.Scheme == "udp" {
		network = "udp"
	}
	conn, err := c.dial(context.Background(), network, c.url.Host)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(c.limit))
	a := &Answer{}
	if c.url.Scheme == "starttls" {
		if err := dialStartTLS(conn); err != nil {
			return nil, err
		}
	}
	if c.url.Scheme == "tls" || c.url.Scheme == "starttls" {
		t := tls.Client(conn, c.tls)
		if err := t.Handshake(); err != nil {
			return nil, err
		}
		st := t.ConnectionState()
		a.handshake(&st)
		conn = t
	}
	b, err := ask(conn)
	if err != nil {
		return nil, err
	}
	a.read(b)
	return a, nil
}

func ask(c io.ReadWriter) ([]byte, error) {
	if _, err := io.WriteString(c, "hello\n"); err != nil {
		return nil, err
	}
	return bufio.NewReader(c).ReadBytes('\n')
}

func sans(st *tls.ConnectionState) []string {
	if len(st.PeerCertificates) == 0 {
		return nil
	}
	return st.PeerCertificates[0].DNSNames
}

// read takes the body, which is one of the lab's servers' own, or a proxy's text.
func (a *Answer) read(b []byte) {
	var s Seen
	if json.Unmarshal(b, &s) == nil && s.Server != "" {
		a.Server = &s
	} else {
		a.Body = strings.TrimSpace(string(b))
	}
}
