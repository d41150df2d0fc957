package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// endpoint is one listening port of a server.
type endpoint struct {
	o      *servers
	name   string
	ip     net.IP
	port   int
	space  *space
	record func(Seen)
	body   string // what every answer holds, instead of what was seen

	mu    sync.Mutex
	tries map[string]int // request id -> failed attempts so far
}

// meet begins the record of a request.
func (e *endpoint) meet(peer net.Addr, protocol string) Seen {
	return Seen{Server: e.name, Port: e.port, Peer: e.o.s.whoIs(peer), Protocol: protocol, at: time.Now()}
}

func (x *Seen) handshake(st tls.ConnectionState) {
	x.SNI, x.ALPN, x.ClientSAN = st.ServerName, st.NegotiatedProtocol, strings.Join(sans(&st), ",")
}

func (e *endpoint) http(l net.Listener, cfg *tls.Config) io.Closer {
	srv := &http.Server{Handler: e.withStreams(http.HandlerFunc(e.echo)), TLSConfig: cfg, ErrorLog: quiet}
	srv.Protocols = new(http.Protocols)
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetHTTP2(true)
	srv.Protocols.SetUnencryptedHTTP2(true)
	go func() {
		if cfg != nil {
			_ = srv.ServeTLS(l, "", "")
		} else {
			_ = srv.Serve(l)
		}
	}()
	return srv
}

// echo answers with what it saw. /status/N answers N, /delay/1s waits first, /flaky/N fails N times with 503, /ws upgrades.
func (e *endpoint) echo(w http.ResponseWriter, r *http.Request) {
	addr, _ := net.ResolveTCPAddr("tcp", r.RemoteAddr)
	x := e.meet(addr, r.Proto)
	x.Method, x.Host, x.Path, x.Headers = r.Method, r.Host, r.URL.RequestURI(), r.Header
	if r.TLS != nil {
		x.handshake(*r.TLS)
	}
	e.record(x)
	if strings.HasSuffix(r.URL.Path, "/ws") && strings.EqualFold(r.Header.Get("upgrade"), "websocket") {
		upgrade(w, x)
		return
	}
	code := 200
	if verb, arg, ok := strings.Cut(strings.Trim(r.URL.Path, "/"), "/"); ok {
		n, _ := strconv.Atoi(arg)
		switch verb {
		case "status":
			code = n
		case "delay":
			d, _ := time.ParseDuration(arg)
			time.Sleep(d)
		case "flaky":
			if e.attempt(r.Header.Get("x-request-id")) <= n {
				code = 503
			}
		}
	}
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(code)
	if e.body != "" {
		_, _ = io.WriteString(w, e.body)
		return
	}
	_ = json.NewEncoder(w).Encode(x)
}

func (e *endpoint) attempt(id string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tries == nil {
		e.tries = map[string]int{}
	}
	e.tries[id]++
	return e.tries[id]
}

// upgrade answers as a websocket server and then echoes one line.
func upgrade(w http.ResponseWriter, x Seen) {
	c, buf, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n")
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := buf.ReadString('\n'); err == nil {
		_ = json.NewEncoder(c).Encode(x)
	}
}
