package main

import (
	"context"
	"fmt"
	"net"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	secret "github.com/envoyproxy/go-control-plane/envoy/service/secret/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/peer"
	"google.golang.org/protobuf/types/known/anypb"
)

// agent serves what a pod's own agent serves: its identity, the mesh root, and the roots of the operating system.
type agent struct {
	secret.UnimplementedSecretDiscoveryServiceServer
	s *Scenario
	p pki
}

const secretType = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"

func startAgent(s *Scenario, p pki) error {
	l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", hubMesh, agentPort))
	if err != nil {
		return err
	}
	g := grpc.NewServer()
	secret.RegisterSecretDiscoveryServiceServer(g, &agent{s: s, p: p})
	go func() { _ = g.Serve(l) }()
	return nil
}

func (a *agent) StreamSecrets(st secret.SecretDiscoveryService_StreamSecretsServer) error {
	for {
		r, err := st.Recv()
		if err != nil {
			return nil
		}
		if r.ResponseNonce != "" {
			continue
		}
		res := &discovery.DiscoveryResponse{VersionInfo: "1", Nonce: "1", TypeUrl: secretType}
		for _, n := range r.ResourceNames {
			x, err := a.secret(st.Context(), n)
			if err != nil {
				return err
			}
			m, err := anypb.New(x)
			if err != nil {
				return err
			}
			res.Resources = append(res.Resources, m)
		}
		if err := st.Send(res); err != nil {
			return nil
		}
	}
}

// secret finds a secret by Istio's name for it. A file is named after its authority: /etc/certs/private.pem.
func (a *agent) secret(ctx context.Context, name string) (*tlsv3.Secret, error) {
	switch kind, path, _ := strings.Cut(name, ":"); {
	case name == "ROOTCA":
		return roots(name, a.p["mesh"]), nil
	case name == "file-root:system":
		return roots(name, a.p["public"]), nil
	case kind == "file-root":
		ca, err := a.p.get(strings.TrimSuffix(path[strings.LastIndex(path, "/")+1:], ".pem"))
		if err != nil {
			return nil, err
		}
		return roots(name, ca), nil
	case kind == "file-cert":
		return identity(name)(a.p["client"].issue("client.shop.test")), nil
	case name == "default":
		p, _ := peer.FromContext(ctx)
		id, err := a.s.identity(p.Addr)
		if err != nil {
			return nil, err
		}
		return identity(name)(a.p["mesh"].identify(id)), nil
	}
	return nil, fmt.Errorf("the agent has no secret %q", name)
}

func roots(name string, a *authority) *tlsv3.Secret {
	return &tlsv3.Secret{Name: name, Type: &tlsv3.Secret_ValidationContext{ValidationContext: &tlsv3.CertificateValidationContext{TrustedCa: inline(a.pem)}}}
}

func identity(name string) func(cert, key []byte) *tlsv3.Secret {
	return func(cert, key []byte) *tlsv3.Secret {
		return &tlsv3.Secret{Name: name, Type: &tlsv3.Secret_TlsCertificate{TlsCertificate: &tlsv3.TlsCertificate{CertificateChain: inline(cert), PrivateKey: inline(key)}}}
	}
}

func inline(b []byte) *corev3.DataSource {
	return &corev3.DataSource{Specifier: &corev3.DataSource_InlineBytes{InlineBytes: b}}
}
