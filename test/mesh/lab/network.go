package main

import (
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"
)

// network is the hub, which is this process's own namespace, with two bridges (mesh and outside), and one namespace a workload.
type network struct{ spaces map[string]*space }

func buildNetwork(s *Scenario) (*network, error) {
	n := &network{spaces: map[string]*space{}}
	hub, err := netlink.NewHandle()
	if err != nil {
		return nil, err
	}
	defer hub.Close()
	if err := up(hub, "lo"); err != nil {
		return nil, err
	}
	mesh, err := bridge(hub, "mesh", hubMesh+"/16")
	if err != nil {
		return nil, err
	}
	outside, err := bridge(hub, "ext", hubExt+"/15")
	if err != nil {
		return nil, err
	}
	placed := map[string]bool{}
	for _, e := range s.Externals {
		if !placed[e.ip] {
			placed[e.ip] = true
			if err := address(hub, outside, e.ip+"/32"); err != nil {
				return nil, err
			}
		}
	}
	// The hub owns the external hosts' addresses: nothing on the mesh side may reach them through it.
	if err := guardHub(); err != nil {
		return nil, err
	}
	for i, w := range s.Workloads {
		sp, err := n.add(w.Name)
		if err != nil {
			return nil, err
		}
		if err := sp.wire(hub, mesh, fmt.Sprintf("m%d", i), "eth0", w.meshIP+"/16"); err != nil {
			return nil, err
		}
		// for the addresses of Services, which no one owns: the sidecar takes them on their way
		if err := sp.links.RouteAdd(&netlink.Route{Gw: net.ParseIP(hubMesh)}); err != nil {
			return nil, err
		}
		if !w.Isolated {
			if err := sp.wire(hub, outside, fmt.Sprintf("x%d", i), "eth1", w.extIP+"/15"); err != nil {
				return nil, err
			}
		}
		if !w.Gateway && !w.NoProxy {
			if err := capture(sp); err != nil {
				return nil, fmt.Errorf("capture rules of %s: %w", w.Name, err)
			}
		}
	}
	sp, err := n.add("outside")
	if err != nil {
		return nil, err
	}
	return n, sp.wire(hub, outside, "out", "eth0", clientIP+"/15")
}

func (n *network) add(name string) (*space, error) {
	sp, err := newSpace()
	if err != nil {
		return nil, err
	}
	n.spaces[name] = sp
	if err := sp.do(0, func() error {
		return os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte("0"), 0)
	}); err != nil {
		return nil, err
	}
	return sp, up(sp.links, "lo")
}

// wire lays a cable from one of the hub's bridges to the namespace.
func (sp *space) wire(hub *netlink.Handle, bridge netlink.Link, hubEnd, dev, cidr string) error {
	if err := hub.LinkAdd(&netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: hubEnd, MasterIndex: bridge.Attrs().Index, Flags: net.FlagUp},
		PeerName:  dev, PeerNamespace: netlink.NsFd(sp.fd),
	}); err != nil {
		return fmt.Errorf("cable %s: %w", hubEnd, err)
	}
	l, err := sp.links.LinkByName(dev)
	if err != nil {
		return err
	}
	if err := address(sp.links, l, cidr); err != nil {
		return err
	}
	return sp.links.LinkSetUp(l)
}

func bridge(hub *netlink.Handle, name, cidr string) (netlink.Link, error) {
	if err := hub.LinkAdd(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: name}}); err != nil {
		return nil, fmt.Errorf("bridge %s: %w", name, err)
	}
	l, err := hub.LinkByName(name)
	if err != nil {
		return nil, err
	}
	if err := address(hub, l, cidr); err != nil {
		return nil, err
	}
	return l, hub.LinkSetUp(l)
}

func address(h *netlink.Handle, l netlink.Link, cidr string) error {
	a, err := netlink.ParseAddr(cidr)
	if err != nil {
		return err
	}
	return h.AddrAdd(l, a)
}

func up(h *netlink.Handle, name string) error {
	l, err := h.LinkByName(name)
	if err != nil {
		return err
	}
	return h.LinkSetUp(l)
}
