package main

import (
	"io"
	"net"
	"net/http"
	"time"
)

// tunnel is a forward proxy that dials out from its own address. It takes CONNECT, and POST whose bodies are the connection.
func (e *endpoint) tunnel(w http.ResponseWriter, r *http.Request) {
	addr, _ := net.ResolveTCPAddr("tcp", r.RemoteAddr)
	x := e.meet(addr, r.Proto)
	x.Method, x.Host, x.Headers = r.Method, r.Host, r.Header
	if r.TLS != nil {
		x.handshake(*r.TLS)
	}
	e.record(x)
	if r.Method != http.MethodConnect && r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	host, port, _ := net.SplitHostPort(r.Host)
	if ip := e.o.s.lookup(host); ip != "" {
		host = ip
	}
	var to net.Conn
	err := e.space.do(applicationUID, func() (err error) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: e.ip}, Timeout: 3 * time.Second}
		to, err = d.Dial("tcp4", net.JoinHostPort(host, port))
		return err
	})
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer to.Close()
	if r.Method == http.MethodPost {
		bodies(w, r, to)
		return
	}
	c, buf, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(to, buf); _ = to.Close() }()
	_, _ = io.Copy(c, to)
}

// bodies carries a connection in the bodies of a request and its answer, both at once.
func bodies(w http.ResponseWriter, r *http.Request, to net.Conn) {
	answer := http.NewResponseController(w)
	_ = answer.EnableFullDuplex()
	_ = answer.Flush()
	go func() { _, _ = io.Copy(to, r.Body); _ = to.Close() }()
	b := make([]byte, 1<<15)
	for {
		n, err := to.Read(b)
		if _, werr := w.Write(b[:n]); werr != nil || answer.Flush() != nil || err != nil {
			return
		}
	}
}
