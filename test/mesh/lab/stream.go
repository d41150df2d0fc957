package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// withStreams has a server speak gRPC too: any method of any service is a stream in both directions, which answers each message
// at once with what the server saw.
func (e *endpoint) withStreams(other http.Handler) http.Handler {
	g := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, st grpc.ServerStream) error { return e.converse(st) }))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("content-type"), "application/grpc") {
			g.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, r)))
			return
		}
		other.ServeHTTP(w, r)
	})
}

type requestKey struct{}

func (e *endpoint) converse(st grpc.ServerStream) error {
	p, _ := peer.FromContext(st.Context())
	addr, _ := net.ResolveTCPAddr("tcp", p.Addr.String())
	x := e.meet(addr, "HTTP/2.0")
	x.Method = http.MethodPost
	x.Path, _ = grpc.MethodFromServerStream(st)
	if md, ok := metadata.FromIncomingContext(st.Context()); ok {
		x.Host, x.Headers = first(md.Get(":authority")), md
	}
	if r, ok := st.Context().Value(requestKey{}).(*http.Request); ok && r.TLS != nil {
		x.handshake(*r.TLS)
	}
	e.record(x)
	for {
		var said wrapperspb.StringValue
		if err := st.RecvMsg(&said); err != nil {
			return nil
		}
		x.Line = said.Value
		b, err := json.Marshal(x)
		if err != nil {
			return err
		}
		if err := st.SendMsg(wrapperspb.String(string(b))); err != nil {
			return err
		}
	}
}

// streamed is how many messages a stream carries in each direction.
const streamed = 3

// stream sends each message only when the one before is answered: what holds anything back until the stream ends, ends it here.
func (c *client) stream() (*Answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.limit)
	defer cancel()
	target := c.url.Host
	if c.url.Port() == "" {
		target += ":80"
	}
	conn, err := grpc.NewClient("passthrough:///"+target, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithAuthority(c.url.Host),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) { return c.dial(ctx, "tcp", addr) }))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	st, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, c.url.Path)
	if err != nil {
		return nil, err
	}
	a := &Answer{}
	for a.Messages < streamed {
		if err := st.SendMsg(wrapperspb.String(fmt.Sprint(a.Messages + 1))); err != nil {
			return nil, fmt.Errorf("after %d messages: %w", a.Messages, err)
		}
		var reply wrapperspb.StringValue
		if err := st.RecvMsg(&reply); err != nil {
			return nil, fmt.Errorf("after %d messages: %w", a.Messages, err)
		}
		a.Messages++
		a.read([]byte(reply.Value))
	}
	if err := st.CloseSend(); err != nil {
		return nil, err
	}
	if err := st.RecvMsg(&wrapperspb.StringValue{}); err != io.EOF { // the status is in the trailers, which HTTP/1.1 loses
		return nil, fmt.Errorf("after the last message: %w", err)
	}
	a.Status, a.Proto = http.StatusOK, "HTTP/2.0"
	return a, nil
}
