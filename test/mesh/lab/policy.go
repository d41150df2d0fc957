package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	engine "sigs.k8s.io/kube-network-policies/pkg/api"
	packets "sigs.k8s.io/kube-network-policies/pkg/network"
)

// judge decides by the NetworkPolicies about the first packet of every connection that the node forwards, or that a pod opens to
// the node. What it forbids is refused, not dropped as most clusters do: the same is held, and nobody has to wait for it.
type judge struct {
	s      *Scenario
	queue  *queue
	mu     sync.Mutex
	policy *matcher.Policy
	admin  engine.PolicyEvaluator           // of ClusterNetworkPolicies
	pods   map[string]*matcher.InternalPeer // by address
	denied []Denied
}

// Denied is a packet that a NetworkPolicy forbids.
type Denied struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Protocol string `json:"protocol"`
	Port     int    `json:"port"` // the pod's, not the Service's

	at time.Time
}

// infrastructurePods are the pods that policies must name though no scenario does.
var infrastructurePods = []corev1.Pod{
	{ObjectMeta: metav1.ObjectMeta{Namespace: "istio-system", Labels: map[string]string{"app": "istiod", "istio": "pilot"}}, Status: corev1.PodStatus{PodIP: istiodIP}},
	{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Labels: map[string]string{"k8s-app": "kube-dns"}}, Status: corev1.PodStatus{PodIP: dnsIP}},
}

// learn replaces the policies, pods and namespaces that the judge knows. Nothing is judged before the first policy.
func (j *judge) learn(policies []networkingv1.NetworkPolicy, admin clusterPolicies, pods []corev1.Pod, namespaces []corev1.Namespace) (err error) {
	labels := map[string]map[string]string{}
	for _, n := range namespaces {
		labels[n.Name] = n.Labels
	}
	known := map[string]*matcher.InternalPeer{}
	for _, p := range append(pods, infrastructurePods...) {
		if labels[p.Namespace] == nil {
			labels[p.Namespace] = map[string]string{corev1.LabelMetadataName: p.Namespace}
		}
		if !p.Spec.HostNetwork {
			known[p.Status.PodIP] = &matcher.InternalPeer{Namespace: p.Namespace, PodLabels: p.Labels, NamespaceLabels: labels[p.Namespace]}
		}
	}
	var all []*networkingv1.NetworkPolicy
	for _, p := range policies {
		if len(p.Spec.PolicyTypes) == 0 { // as the API server fills it
			if p.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}; len(p.Spec.Egress) > 0 {
				p.Spec.PolicyTypes = append(p.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
			}
		}
		all = append(all, &p)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.policy, j.pods = matcher.BuildNetworkPolicies(false, all), known
	if j.admin, err = admin.evaluator(); err != nil {
		return err
	}
	if j.queue == nil && len(all)+len(admin) > 0 {
		j.queue, err = j.sit()
	}
	return err
}

const (
	queueNumber = 1
	forbidden   = 1 // the mark of a packet that comes back from the judge to be refused
)

// sit has the kernel ask the judge. The node itself may reach every pod, as a kubelet must.
func (j *judge) sit() (*queue, error) {
	q, err := openQueue(queueNumber, j.allows)
	if err != nil {
		return nil, err
	}
	rules := []string{"*filter"}
	for chain, asked := range map[string]string{"FORWARD": "", "INPUT": "-i pod+ ! -d " + agentIP} {
		rules = append(rules,
			fmt.Sprintf("-A %s -m mark --mark %d -j REJECT --reject-with icmp-admin-prohibited", chain, forbidden),
			fmt.Sprintf("-A %s -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", chain),
			fmt.Sprintf("-A %s %s -j NFQUEUE --queue-num %d", chain, asked, queueNumber),
		)
	}
	c := exec.Command("iptables-nft-restore", "--noflush")
	c.Stdin = strings.NewReader(strings.Join(append(rules, "COMMIT", ""), "\n"))
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("iptables-nft-restore: %w: %s", err, out)
	}
	return q, nil
}

// allows judges an IPv4 packet.
func (j *judge) allows(packet []byte) bool {
	d := Denied{Protocol: "ICMP", at: time.Now()}
	if len(packet) < 20 {
		return false
	}
	from, to := net.IP(packet[12:16]), net.IP(packet[16:20])
	transport := packet[min(len(packet), int(packet[0]&15)*4):]
	if name := map[byte]string{6: "TCP", 17: "UDP", 132: "SCTP"}[packet[9]]; name != "" && len(transport) >= 4 {
		d.Protocol, d.Port = name, int(binary.BigEndian.Uint16(transport[2:]))
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	peer := func(ip net.IP) *matcher.TrafficPeer {
		return &matcher.TrafficPeer{IP: ip.String(), Internal: j.pods[ip.String()]}
	}
	t := &matcher.Traffic{Source: peer(from), Destination: peer(to), ResolvedPort: d.Port, Protocol: corev1.Protocol(d.Protocol)}
	about := &packets.Packet{SrcIP: from, DstIP: to, Proto: t.Protocol, DstPort: d.Port}
	source, destination := podInfo(t.Source.Internal), podInfo(t.Destination.Internal)
	out, err := j.admin.EvaluateEgress(context.Background(), about, source, destination)
	in, err2 := j.admin.EvaluateIngress(context.Background(), about, source, destination)
	if said := j.policy.IsTrafficAllowed(t); err == nil && err2 == nil && passes(out, said.Egress) && passes(in, said.Ingress) {
		return true
	}
	d.From, d.To = j.s.whoIs(&net.TCPAddr{IP: from}), j.s.whoIs(&net.TCPAddr{IP: to})
	j.denied = append(j.denied, d)
	return false
}

// passes says whether one direction is open: NetworkPolicies decide where policies of the cluster do not.
func passes(admin engine.Verdict, said *matcher.DirectionResult) bool {
	return admin == engine.VerdictAccept || admin == engine.VerdictNext && said.IsAllowed()
}

func podInfo(p *matcher.InternalPeer) *engine.PodInfo {
	if p == nil {
		return nil
	}
	return &engine.PodInfo{Labels: p.PodLabels, Namespace: &engine.Namespace{Name: p.Namespace, Labels: p.NamespaceLabels}}
}
