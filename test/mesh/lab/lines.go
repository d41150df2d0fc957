package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// lineServer answers each connection's first line, after what begins the connection, with a JSON line of what it saw.
type lineServer struct {
	net.Listener
	mu    sync.Mutex
	conns map[net.Conn]bool
}

func (e *endpoint) lines(l net.Listener, begin func(net.Conn) (net.Conn, error)) io.Closer {
	s := &lineServer{Listener: l, conns: map[net.Conn]bool{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.track(c, true)
			go func() {
				defer s.track(c, false)
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(20 * time.Second))
				c, err := begin(c)
				if err != nil {
					return
				}
				line, err := bufio.NewReader(c).ReadString('\n')
				if err != nil {
					return
				}
				x := e.meet(c.RemoteAddr(), "TCP")
				x.Line = strings.TrimSpace(line)
				if t, ok := c.(*tls.Conn); ok {
					x.handshake(t.ConnectionState())
				}
				e.record(x)
				_ = json.NewEncoder(c).Encode(x)
			}()
		}
	}()
	return s
}

func (s *lineServer) track(c net.Conn, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if on {
		s.conns[c] = true
	} else {
		delete(s.conns, c)
	}
}

func (s *lineServer) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
	return s.Listener.Close()
}
