package main

import (
	"encoding/binary"
	"net"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

const (
	outboundPort = 15001
	inboundPort  = 15006
	adminPort    = 15000
	proxyUID     = 1337
)

// capture redirects a sidecar's traffic as Istio's init container does.
func capture(sp *space) error {
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

// guardHub drops what comes from the mesh bridge for an address outside.
func guardHub() error {
	c, err := nftables.New()
	if err != nil {
		return err
	}
	_, ext, err := net.ParseCIDR(extNet)
	if err != nil {
		return err
	}
	t := c.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "lab"})
	in := c.AddChain(&nftables.Chain{Name: "input", Table: t, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter})
	c.AddRule(&nftables.Rule{Table: t, Chain: in, Exprs: []expr.Any{
		&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1}, equal([]byte("mesh\x00")),
		ipDst(), &expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: ext.Mask, Xor: make([]byte, 4)}, equal(ext.IP.To4()),
		&expr.Verdict{Kind: expr.VerdictDrop},
	}})
	return c.Flush()
}

func equal(b []byte) expr.Any { return &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: b} }
func leave() expr.Any         { return &expr.Verdict{Kind: expr.VerdictReturn} }

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
