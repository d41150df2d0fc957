package main

import (
	"net"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"
)

const locked = `
metadata: {name: locked, namespace: shop}
spec:
  podSelector: {matchLabels: {app: w0}}
  policyTypes: [Egress]
  egress:
    - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
      ports: [{port: 53, protocol: UDP}]
    - to: [{podSelector: {matchLabels: {app: w1}}}]
      ports: [{port: 8080}]
    - to: [{ipBlock: {cidr: 198.19.0.0/16, except: [198.19.1.11/32]}}]
`

func judgeOf(t *testing.T, policies ...string) (*Scenario, *judge) {
	s := crowd(3)
	for i := range s.Workloads {
		s.Workloads[i].Namespace = "shop"
	}
	if err := s.place(); err != nil {
		t.Fatal(err)
	}
	var pods []corev1.Pod
	for i := range s.Workloads {
		pods = append(pods, *s.Workloads[i].pod())
	}
	var all []networkingv1.NetworkPolicy
	for _, text := range policies {
		var p networkingv1.NetworkPolicy
		if err := yaml.UnmarshalStrict([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	j := &judge{s: s, queue: &queue{}}
	if err := j.learn(all, nil, pods, nil); err != nil {
		t.Fatal(err)
	}
	return s, j
}

// packetOf is an IPv4 packet of a length of its own, whose header has options.
func packetOf(protocol byte, from, to string, port byte) []byte {
	b := make([]byte, 32)
	b[0], b[9] = 4<<4|6, protocol
	copy(b[12:], net.ParseIP(from).To4())
	copy(b[16:], net.ParseIP(to).To4())
	b[26], b[27] = 31, port // 7936 + port
	return b
}

func TestPoliciesAreAskedByAddressPortAndProtocol(t *testing.T) {
	const http, dns = 8080 - 7936, 53
	s, j := judgeOf(t, locked)
	ip := func(i int) string { return s.Workloads[i].ip }
	low := func(p []byte) []byte { p[26] = 0; return p } // a port below 256
	for _, c := range []struct {
		what   string
		packet []byte
		want   bool
	}{
		{"the pod's port", packetOf(6, ip(0), ip(1), http), true},
		{"another port", packetOf(6, ip(0), ip(1), http+1), false},
		{"another protocol", packetOf(17, ip(0), ip(1), http), false},
		{"another pod", packetOf(6, ip(0), ip(2), http), false},
		{"a pod that no policy selects", packetOf(6, ip(1), ip(2), http), true},
		{"towards the pod", packetOf(6, ip(2), ip(0), http), true},
		{"the name server", low(packetOf(17, ip(0), dnsIP, dns)), true},
		{"istiod", low(packetOf(17, ip(0), istiodIP, dns)), false},
		{"an address of the block", packetOf(6, ip(0), "198.19.1.10", 1), true},
		{"an address that the block leaves out", packetOf(6, ip(0), "198.19.1.11", 1), false},
		{"ICMP to the block", packetOf(1, ip(0), "198.19.1.10", 0), true},
		{"ICMP to the pod's neighbour", packetOf(1, ip(0), ip(1), 0), false},
		{"less than a header", []byte{4 << 4}, false},
	} {
		if got := j.allows(c.packet); got != c.want {
			t.Errorf("%s: allowed is %v", c.what, got)
		}
	}
	if d := j.denied[0]; d.From != "w0" || d.To != "w1" || d.Protocol != "TCP" || d.Port != 8081 {
		t.Errorf("the first that was denied is %+v", d)
	}
}

func TestPoliciesAddUp(t *testing.T) {
	s, j := judgeOf(t, locked, "metadata: {name: open, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}")
	if !j.allows(packetOf(6, s.Workloads[0].ip, "192.0.2.1", 1)) {
		t.Error("a second policy does not open what the first one closes")
	}
}

func TestAPolicyWithoutTypesClosesTheWayIn(t *testing.T) {
	s, j := judgeOf(t, "metadata: {name: in, namespace: shop}\nspec: {podSelector: {}}")
	if j.allows(packetOf(6, "198.18.0.2", s.Workloads[0].ip, 1)) || !j.allows(packetOf(6, s.Workloads[0].ip, "198.18.0.2", 1)) {
		t.Error("it must hold what comes, and nothing that goes")
	}
}

func TestPodsOfTheNodesNetworkAreNobodysPods(t *testing.T) {
	s, j := judgeOf(t, "metadata: {name: none, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Egress]}")
	if !j.allows(packetOf(6, nodeIP, "192.0.2.1", 1)) || j.allows(packetOf(6, s.Workloads[0].ip, "192.0.2.1", 1)) {
		t.Error("the node is held, or a pod is not")
	}
}
