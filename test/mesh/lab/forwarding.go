package main

import (
	"encoding/binary"
	"net"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
)

const worldLink = "world"

// serviceForward is one port of a Service's address and where it leads to.
type serviceForward struct {
	ip       string
	port     int32
	protocol corev1.Protocol
	toIP     string
	toPort   int32
}

// forwards are what kube-proxy would make of the Services: the first ready endpoint of each port.
func forwards(services []corev1.Service, slices []discoveryv1.EndpointSlice) []serviceForward {
	out := []serviceForward{
		{dnsService, 53, corev1.ProtocolUDP, dnsIP, 53},
		{dnsService, 53, corev1.ProtocolTCP, dnsIP, 53},
	}
	for _, s := range services {
		if net.ParseIP(s.Spec.ClusterIP).To4() == nil {
			continue
		}
		for _, p := range s.Spec.Ports {
			if ip, port := backend(s, p.Name, slices); ip != "" {
				protocol := p.Protocol
				if protocol == "" {
					protocol = corev1.ProtocolTCP
				}
				out = append(out, serviceForward{s.Spec.ClusterIP, p.Port, protocol, ip, port})
			}
		}
	}
	return out
}

func backend(s corev1.Service, port string, slices []discoveryv1.EndpointSlice) (string, int32) {
	for _, e := range slices {
		if e.Namespace != s.Namespace || e.Labels[discoveryv1.LabelServiceName] != s.Name || len(e.Endpoints) == 0 || len(e.Endpoints[0].Addresses) == 0 {
			continue
		}
		for _, p := range e.Ports {
			if p.Port != nil && (p.Name == nil && port == "" || p.Name != nil && *p.Name == port) {
				return e.Endpoints[0].Addresses[0], *p.Port
			}
		}
	}
	return "", 0
}

// translate leads what pods and the node send to Services' addresses to these places, and no more to those of before.
func translate(all []serviceForward) error {
	c, err := nftables.New()
	if err != nil {
		return err
	}
	t := c.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "services"})
	for name, hook := range map[string]*nftables.ChainHook{"forwarded": nftables.ChainHookPrerouting, "own": nftables.ChainHookOutput} {
		ch := c.AddChain(&nftables.Chain{Name: name, Table: t, Type: nftables.ChainTypeNAT, Hooknum: hook, Priority: nftables.ChainPriorityNATDest})
		c.FlushChain(ch)
		for _, f := range all {
			c.AddRule(&nftables.Rule{Table: t, Chain: ch, Exprs: append(protocol(f.protocol),
				ipDst(), equal(net.ParseIP(f.ip).To4()), dport(), equal(binary.BigEndian.AppendUint16(nil, uint16(f.port))),
				&expr.Immediate{Register: 1, Data: net.ParseIP(f.toIP).To4()},
				&expr.Immediate{Register: 2, Data: binary.BigEndian.AppendUint16(nil, uint16(f.toPort))},
				&expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: 1, RegProtoMin: 2},
			)})
		}
	}
	return c.Flush()
}

func protocol(p corev1.Protocol) []expr.Any {
	if p == corev1.ProtocolUDP {
		return []expr.Any{&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1}, equal([]byte{unix.IPPROTO_UDP})}
	}
	return tcp()
}

// isolate drops what these pods send to external hosts.
func isolate(pods []string) error {
	if len(pods) == 0 {
		return nil
	}
	c, err := nftables.New()
	if err != nil {
		return err
	}
	t := c.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "isolated"})
	ch := c.AddChain(&nftables.Chain{Name: "forwarded", Table: t, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter})
	for _, ip := range pods {
		c.AddRule(&nftables.Rule{Table: t, Chain: ch, Exprs: []expr.Any{
			&expr.Meta{Key: expr.MetaKeyOIFNAME, Register: 1}, equal([]byte(worldLink + "\x00")), ipSrc(), equal(net.ParseIP(ip).To4()),
			&expr.Verdict{Kind: expr.VerdictDrop},
		}})
	}
	return c.Flush()
}
