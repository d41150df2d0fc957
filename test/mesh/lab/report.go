package main

import "time"

// Report is what happened.
type Report struct {
	Name    string                  `json:"name"`
	Error   string                  `json:"error,omitempty"`
	Proxies map[string]*ProxyReport `json:"proxies"`
	Steps   []*StepReport           `json:"steps"` // one for each of the scenario's steps
	Seen    []Seen                  `json:"seen"`  // every request that a server outside got, in order
	Seconds float64                 `json:"seconds"`

	Conditions []string `json:"conditions,omitempty"` // what istiod has against objects of the Gateway API at the end
}

// StepReport is what one step did. Hops and Seen are what proxies and servers saw from its start to the start of the next,
// the traffic of loads excepted.
type StepReport struct {
	Step   string      `json:"step"` // what was done, in a few words
	Error  string      `json:"error,omitempty"`
	MS     int64       `json:"ms"`
	Answer *Answer     `json:"answer,omitempty"`
	Load   *LoadReport `json:"load,omitempty"`
	Exec   *ExecReport `json:"exec,omitempty"`
	Hops   []Hop       `json:"hops,omitempty"`
	Seen   []Seen      `json:"seen,omitempty"`
	Denied []Denied    `json:"denied,omitempty"` // what NetworkPolicies held meanwhile

	start time.Time
}

// Answer is what the client got. Status is 0 when no HTTP answer came.
type Answer struct {
	Status   int                 `json:"status"`
	Error    string              `json:"error,omitempty"`
	Body     string              `json:"body,omitempty"`
	Headers  map[string][]string `json:"headers,omitempty"`
	Server   *Seen               `json:"server,omitempty"` // what the answering server says that it saw
	PeerSAN  []string            `json:"peerSAN,omitempty"`
	Proto    string              `json:"proto,omitempty"`
	Messages int                 `json:"messages,omitempty"` // of a stream: those that were answered while it went on
	TLS      string              `json:"tls,omitempty"`
	Cipher   string              `json:"cipher,omitempty"`  // by Go's name
	PeerKey  string              `json:"peerKey,omitempty"` // RSA or ECDSA
}

// LoadReport counts the outcomes of a load's requests, an outcome being the status and the server's name, or the error.
type LoadReport struct {
	Sent   int                       `json:"sent"`
	Tally  map[string]int            `json:"tally"`
	During map[int]map[string]int    `json:"during"` // index of the step that was last begun when the request left -> outcomes
	Access map[string]map[string]int `json:"access"` // proxy -> "status flags details" -> times
	P50MS  float64                   `json:"p50MS"`
	P99MS  float64                   `json:"p99MS"`
}

// Hop is one line of a proxy's access log.
type Hop struct {
	Proxy string         `json:"proxy"`
	Line  map[string]any `json:"line"`

	start time.Time
}

// ProxyReport is one proxy's health and its connections.
type ProxyReport struct {
	Ready       string            `json:"ready"`              // LIVE, or the state in which it stayed
	Rejected    map[string]string `json:"rejected,omitempty"` // resource -> Envoy's reason for refusing it
	Connections map[string]int    `json:"connections"`        // outbound cluster -> connections opened
	Log         []string          `json:"log,omitempty"`      // Envoy's own warnings that bear on the configuration
	Dump        map[string]any    `json:"dump,omitempty"`
}

// Seen is one request as a server saw it.
type Seen struct {
	Server    string              `json:"server"`
	Port      int                 `json:"port"`
	Peer      string              `json:"peer"` // the workload (or external host) that connected
	Protocol  string              `json:"protocol"`
	Method    string              `json:"method,omitempty"`
	Host      string              `json:"host,omitempty"`
	Path      string              `json:"path,omitempty"`
	Headers   map[string][]string `json:"headers,omitempty"`
	SNI       string              `json:"sni,omitempty"`
	ALPN      string              `json:"alpn,omitempty"`
	ClientSAN string              `json:"clientSAN,omitempty"`
	Line      string              `json:"line,omitempty"`

	at time.Time
}
