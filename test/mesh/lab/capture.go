package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"strconv"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"istio.io/istio/tools/common/config"
	"istio.io/istio/tools/istio-iptables/pkg/cmd"
)

const (
	outboundPort = 15001
	inboundPort  = 15006
	adminPort    = 15000
	proxyUID     = 1337

	applicationUID = 1000
)

// capture redirects a sidecar's traffic as Istio's init container does: by it, or by the same rules in a hundredth of its time.
func (w *Workload) capture(sp *space) error {
	if w.Annotations != nil {
		return sp.do(0, func() error { return istioCapture(w.Annotations) })
	}
	c, err := nftables.New(nftables.WithNetNSFd(sp.fd))
	if err != nil {
		return err
	}
	t := c.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "lab"})
	out := c.AddChain(&nftables.Chain{Name: "output", Table: t, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest})
	in := c.AddChain(&nftables.Chain{Name: "prerouting", Table: t, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityNATDest})
	rule := func(ch *nftables.Chain, e ...expr.Any) { c.AddRule(&nftables.Rule{Table: t, Chain: ch, Exprs: e}) }

	rule(out, &expr.Meta{Key: expr.MetaKeySKUID, Register: 1}, equal(binaryutil.NativeEndian.PutUint32(proxyUID)), leave())
	rule(out, &expr.Meta{Key: expr.MetaKeyOIFNAME, Register: 1}, equal([]byte("lo\x00")), ipDst(), equal(net.ParseIP("127.0.0.1").To4()), leave())
	rule(out, append(tcp(), redirectTo(outboundPort)...)...)
	rule(in, append(tcp(), dport(), equal(binaryutil.BigEndian.PutUint16(adminPort)), leave())...)
	rule(in, append(tcp(), redirectTo(inboundPort)...)...)
	return c.Flush()
}

// istioCapture is Istio's own istio-iptables with what the injector makes of a pod's annotations.
func istioCapture(annotations map[string]string) error {
	cfg := config.DefaultConfig()
	cfg.ProxyUID, cfg.InboundInterceptionMode, cfg.ForceIptablesBinary = strconv.Itoa(proxyUID), "REDIRECT", "nft"
	cfg.OutboundIPRangesInclude, cfg.InboundPortsInclude, cfg.InboundPortsExclude = "*", "*", fmt.Sprintf("15090,15021,15020,%d", adminPort)
	for name, field := range map[string]*string{
		"sidecar.istio.io/interceptionMode":                &cfg.InboundInterceptionMode,
		"traffic.sidecar.istio.io/includeOutboundIPRanges": &cfg.OutboundIPRangesInclude,
		"traffic.sidecar.istio.io/excludeOutboundIPRanges": &cfg.OutboundIPRangesExclude,
		"traffic.sidecar.istio.io/includeOutboundPorts":    &cfg.OutboundPortsInclude,
		"traffic.sidecar.istio.io/excludeOutboundPorts":    &cfg.OutboundPortsExclude,
		"traffic.sidecar.istio.io/includeInboundPorts":     &cfg.InboundPortsInclude,
		"traffic.sidecar.istio.io/excludeInterfaces":       &cfg.ExcludeInterfaces,
		"istio.io/reroute-virtual-interfaces":              &cfg.RerouteVirtualInterfaces,
	} {
		if value, ok := annotations[name]; ok {
			*field = value
		}
	}
	if err := cfg.FillConfigFromEnvironment(); err != nil {
		return err
	}
	if err := cfg.Validate(); err != nil {
		return err
	}
	return cmd.ProgramIptables(cfg)
}

func equal(b []byte) expr.Any { return &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: b} }
func leave() expr.Any         { return &expr.Verdict{Kind: expr.VerdictReturn} }

func ipSrc() expr.Any {
	return &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 4}
}

func ipDst() expr.Any {
	return &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 16, Len: 4}
}

func dport() expr.Any {
	return &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2}
}

func tcp() []expr.Any {
	return []expr.Any{&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1}, equal([]byte{unix.IPPROTO_TCP})}
}

func redirectTo(port uint16) []expr.Any {
	return []expr.Any{&expr.Immediate{Register: 1, Data: binary.BigEndian.AppendUint16(nil, port)}, &expr.Redir{RegisterProtoMin: 1}}
}
