package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"istio.io/api/annotation"

	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/config/mesh"
)

// Scenario is one experiment: the manifests under test, the small cluster that they meet, and what is done to it, in order.
// It is read as JSON from standard input; the Report is written as JSON to standard output.
type Scenario struct {
	Name       string            `json:"name"`
	Manifests  string            `json:"manifests"`  // the manifests under test: YAML, many documents
	Fixtures   string            `json:"fixtures"`   // documents that already stand in the cluster; may hold placeholders
	MeshConfig string            `json:"meshConfig"` // Istio's MeshConfig as YAML
	Env        map[string]string `json:"env"`        // more of istiod's environment, for its feature flags
	Channel    string            `json:"channel"`    // that of the Gateway API's CRDs: "experimental", or standard
	Workloads  []Workload        `json:"workloads"`
	Externals  []External        `json:"externals"`
	Steps      []Step            `json:"steps"`
	ReadyS     int               `json:"readyS"` // how long a proxy may take to be ready; 6 when empty
	Dump       bool              `json:"dump"`   // hands every proxy's whole configuration back in the report

	vips map[string]string // what ServiceEntries have been given, by namespace, name and host
	crds crds

	clusterPolicies clusterPolicies
}

// Workload is one pod with its proxy.
type Workload struct {
	Name           string            `json:"name"`
	Namespace      string            `json:"namespace"`
	ServiceAccount string            `json:"serviceAccount"`
	Labels         map[string]string `json:"labels"`
	Gateway        bool              `json:"gateway"`     // a gateway proxy (router) instead of a sidecar
	Waypoint       bool              `json:"waypoint"`    // a waypoint instead of a sidecar; its labels name its Gateway
	NoProxy        bool              `json:"noProxy"`     // a pod without sidecar
	Ambient        bool              `json:"ambient"`     // a pod without sidecar, in a namespace that its presence enrols in ambient
	Isolated       bool              `json:"isolated"`    // has no way to the outside network but through a gateway
	HostNetwork    bool              `json:"hostNetwork"` // in the node's own network, without a proxy
	Annotations    map[string]string `json:"annotations"` // if there, even if empty: a sidecar is captured by Istio's own istio-iptables, which they steer
	Service        string            `json:"service"`     // the Kubernetes Service in front of it; workloads that name one share it
	Ports          []ServicePort     `json:"ports"`

	ip     string
	config *model.NodeMetaProxyConfig // nil if it is the mesh's
}

// ServicePort is one port of the workload's Service. Serve makes the pod answer on TargetPort.
type ServicePort struct {
	Name       string `json:"name"`
	Port       int    `json:"port"`
	TargetPort int    `json:"targetPort"`
	Serve      string `json:"serve"`    // "", "http", "https", "tcp", "tls" or "connect"
	CertHost   string `json:"certHost"` // with https and tls: the name in the server certificate; the Service's when empty
	CertCA     string `json:"certCA"`   // with https and tls: the authority that signed it
}

// External is one host outside the mesh. Two entries of one host share its address.
type External struct {
	Host  string         `json:"host"`
	Ports []ExternalPort `json:"ports"`

	ip string
}

// ExternalPort is one listening port of an external host.
type ExternalPort struct {
	Port       int    `json:"port"`
	Socket     string `json:"socket"`     // the unix socket to listen on, instead of the port
	Protocol   string `json:"protocol"`   // http, https, h3 (HTTP/3), tcp, tls, starttls (a mail server's manners), connect (a forward proxy), connects (the same by TLS), udp, or dns (an authority for all names below the host's)
	CertHost   string `json:"certHost"`   // the name in the server certificate; the host when empty
	CertCA     string `json:"certCA"`     // the authority that signed it
	ClientAuth bool   `json:"clientAuth"` // demands a certificate of the "client" authority
	Revoked    bool   `json:"revoked"`    // the certificate is on its authority's list of revoked ones
	Name       string `json:"name"`       // reported as the server's name; the host when empty
	Body       string `json:"body"`       // with http and https: what every answer holds, instead of what the server saw
}

// Step is one thing to do. Exactly one field is set.
type Step struct {
	Request *Request `json:"request,omitempty"`
	Load    *Load    `json:"load,omitempty"`   // goes on in the background; the step ends when the first answers are in
	Await   string   `json:"await,omitempty"`  // a load's name: until it has sent all its requests
	Stop    string   `json:"stop,omitempty"`   // a load's name: end it now
	Kill    string   `json:"kill,omitempty"`   // a workload's name: its proxy dies at once
	Start   string   `json:"start,omitempty"`  // a workload's name: its proxy comes back; the step ends when it is ready
	Down    string   `json:"down,omitempty"`   // an external host: its ports refuse, its connections break
	Up      string   `json:"up,omitempty"`     // an external host: it answers again
	Apply   string   `json:"apply,omitempty"`  // YAML: Istio's kinds and those of apply.go; the step ends when the proxies have them
	Delete  string   `json:"delete,omitempty"` // YAML: kind, namespace and name are enough
	Exec    *Exec    `json:"exec,omitempty"`   // a program of an application's
}

// Request is one request, over a connection of its own or that of the request before.
type Request struct {
	Name     string            `json:"name"`
	From     string            `json:"from"` // a workload's name, "outside", or "node"
	URL      string            `json:"url"`  // http, https, h3, grpc, tcp, tls, starttls, udp, icmp, or dns or dns+tcp (dns://server/name) scheme
	Method   string            `json:"method"`
	Headers  map[string]string `json:"headers"`
	Connect  string            `json:"connect"` // ip:port or workload:port to dial instead of the URL's host
	SNI      string            `json:"sni"`
	TrustCA  string            `json:"trustCA"`  // the authority that the client trusts
	Cert     string            `json:"cert"`     // the authority of the client certificate to show; none when empty
	Names    []string          `json:"names"`    // its DNS names and URIs; caller.test when empty
	Revoked  bool              `json:"revoked"`  // that certificate is one that its authority has revoked
	UID      int               `json:"uid"`      // 1000 when empty; 1337 is the proxy's own, which bypasses the sidecar
	As       string            `json:"as"`       // the workload whose address the client takes and sends from, as with CAP_NET_ADMIN
	Insecure bool              `json:"insecure"` // takes any certificate
	Proxy    string            `json:"proxy"`    // host:port of a forward proxy to which the client itself speaks
	HTTP2    bool              `json:"http2"`    // over clear text: with prior knowledge
	TLSMax   string            `json:"tlsMax"`   // "1.0" to "1.3": the highest version that the client offers
	Ciphers  []string          `json:"ciphers"`  // what the client offers below TLS 1.3, by Go's names
	Before   string            `json:"before"`   // a URL that is asked first over the same HTTP/2 connection, which is made for its host
	TimeoutS int               `json:"timeoutS"`
}

// Load is many requests from one place, over connections that are kept.
type Load struct {
	Request
	Count       int `json:"count"`
	Concurrency int `json:"concurrency"`
	Rate        int `json:"rate"` // requests a second; as fast as possible when empty
}

func readScenario(in io.Reader) (*Scenario, error) {
	var s Scenario
	d := json.NewDecoder(in)
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	if err := s.place(); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	for i := range s.Workloads {
		if err := s.Workloads[i].configure(s.MeshConfig); err != nil {
			return nil, fmt.Errorf("scenario: %w", err)
		}
	}
	return &s, nil
}

// configure does what the pod's agent does with an annotation: it writes it over the mesh's settings, and tells istiod.
func (w *Workload) configure(meshConfig string) error {
	text, ok := w.Annotations[annotation.ProxyConfig.Name]
	if !ok {
		return nil
	}
	m, err := mesh.ApplyMeshConfig(meshConfig, mesh.DefaultMeshConfig())
	if err != nil {
		return fmt.Errorf("meshConfig: %w", err)
	}
	if m, err = mesh.ApplyProxyConfig(text, m); err != nil {
		return fmt.Errorf("annotations of %s: %w", w.Name, err)
	}
	w.config = (*model.NodeMetaProxyConfig)(m.DefaultConfig)
	return nil
}

// ambient tells whether istiod serves ztunnels and waypoints. Within a process, all sets are of one kind of mesh.
func (s *Scenario) ambient() bool {
	return features.EnableAmbient || slices.ContainsFunc(s.Workloads, func(w Workload) bool { return w.Ambient || w.Waypoint })
}

// sidecar tells whether a pod's own proxy takes its traffic.
func (w *Workload) sidecar() bool {
	return !w.Gateway && !w.Waypoint && !w.NoProxy
}

// role is the type of a workload's proxy.
func (w *Workload) role() model.NodeType {
	switch {
	case w.Waypoint:
		return model.Waypoint
	case w.Gateway:
		return model.Router
	}
	return model.SidecarProxy
}

func (s *Scenario) workload(name string) *Workload {
	for i := range s.Workloads {
		if s.Workloads[i].Name == name {
			return &s.Workloads[i]
		}
	}
	return nil
}
