package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
)

// How mail servers and databases begin: the server speaks first, and TLS starts inside the connection.
const (
	greeting = "220 ready\n"
	askTLS   = "STARTTLS\n"
	goAhead  = "220 go ahead\n"
)

func serveStartTLS(c net.Conn, cfg *tls.Config) (net.Conn, error) {
	if _, err := io.WriteString(c, greeting); err != nil {
		return nil, err
	}
	if err := expect(c, askTLS); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(c, goAhead); err != nil {
		return nil, err
	}
	return tls.Server(c, cfg), nil
}

func dialStartTLS(c net.Conn) error {
	if err := expect(c, greeting); err != nil {
		return err
	}
	if _, err := io.WriteString(c, askTLS); err != nil {
		return err
	}
	return expect(c, goAhead)
}

// expect reads no byte beyond the text: what follows may be TLS.
func expect(c io.Reader, text string) error {
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c, got); err != nil {
		return fmt.Errorf("waiting for %q: %w", text, err)
	}
	if string(got) != text {
		return fmt.Errorf("%q, not %q", got, text)
	}
	return nil
}
