package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"

	"golang.org/x/net/http2"
)

// connect asks for an address over HBONE, which is CONNECT in HTTP/2 under the mesh's mutual TLS. The other end must have its identity.
func connect(raw net.Conn, mesh *authority, own, other, addr string) (net.Conn, error) {
	c, err := func() (net.Conn, error) {
		t := tls.Client(raw, meshTLS(mesh, own, other))
		if err := t.Handshake(); err != nil {
			return nil, err
		}
		h2, err := (&http2.Transport{}).NewClientConn(t)
		if err != nil {
			return nil, err
		}
		near, far := net.Pipe()
		r, err := http.NewRequest(http.MethodConnect, "https://"+raw.RemoteAddr().String(), io.NopCloser(far))
		if err != nil {
			return nil, err
		}
		r.Host = addr
		res, err := h2.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		if res.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("CONNECT %s: %s", addr, res.Status)
		}
		go func() {
			_, _ = io.Copy(far, res.Body)
			_ = far.Close()
			_ = t.Close()
		}()
		return near, nil
	}()
	if err != nil {
		_ = raw.Close()
	}
	return c, err
}

// serveTunnels answers CONNECT on a listener, for callers of the mesh alone.
func serveTunnels(l net.Listener, mesh *authority, own string, h http.HandlerFunc) error {
	srv := &http.Server{Handler: h, TLSConfig: meshTLS(mesh, own, ""), ErrorLog: quiet}
	srv.TLSConfig.ClientAuth, srv.TLSConfig.ClientCAs = tls.RequireAndVerifyClientCert, mesh.pool()
	go func() { _ = srv.ServeTLS(l, "", "") }()
	return nil
}

// meshTLS shows one identity and, if another is named, wants to see that: a URI, where Go's own verification wants a DNS name.
func meshTLS(mesh *authority, own, other string) *tls.Config {
	pair, err := tls.X509KeyPair(mesh.identify(own))
	must(err)
	return &tls.Config{
		Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13, NextProtos: []string{"h2"}, InsecureSkipVerify: true,
		VerifyConnection: func(st tls.ConnectionState) error {
			if other == "" {
				return nil
			}
			if _, err := st.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: mesh.pool()}); err != nil {
				return err
			}
			for _, u := range st.PeerCertificates[0].URIs {
				if u.String() == other {
					return nil
				}
			}
			return fmt.Errorf("the peer is %v, not %s", st.PeerCertificates[0].URIs, other)
		},
	}
}
