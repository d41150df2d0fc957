package main

import (
	"fmt"
	"net"
	"os"
	"sync"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// network is a node and what is cabled to it, each in a namespace of its own: the workloads by their names, "system" for the pods
// of istiod and of the name server, "world" for the external hosts, and "outside". The node, which is this process's own
// namespace, forwards between them and translates no source: who answers sees which pod asked.
type network struct {
	spaces map[string]*space
	node   *space
}

func buildNetwork(s *Scenario) (*network, error) {
	node, err := thisSpace()
	if err != nil {
		return nil, err
	}
	n := &network{spaces: map[string]*space{"node": node}, node: node}
	// Answers of "forbidden" are not rationed; a source that is not a pod's own is let through, as by most clusters' networks.
	if err := sysctl("ip_forward", "1", "icmp_ratelimit", "0", "conf/all/rp_filter", "0", "conf/default/rp_filter", "0", "ip_unprivileged_port_start", "0"); err != nil {
		return nil, err
	}
	if err := node.up("lo", nodeIP, podGateway, agentIP, nodeDNS); err != nil {
		return nil, err
	}
	_, everywhere, _ := net.ParseCIDR("0.0.0.0/0")
	if err := node.links.RouteAdd(&netlink.Route{Dst: everywhere, Type: unix.RTN_BLACKHOLE}); err != nil { // an address that is nobody's does not answer
		return nil, err
	}
	for _, services := range []string{"10.96.0.0/12", "10.202.0.0/16"} { // any way will do for what is translated before it leaves the node
		_, dst, _ := net.ParseCIDR(services)
		if err := node.route("lo", &netlink.Route{Dst: dst, Scope: netlink.SCOPE_LINK, Src: net.ParseIP(nodeIP)}); err != nil {
			return nil, err
		}
	}
	if _, err := n.attach("system", istiodIP, dnsIP); err != nil {
		return nil, err
	}
	if _, err := n.attach("outside", clientIP); err != nil {
		return nil, err
	}
	if _, err := n.attach("world", s.externalIPs()...); err != nil {
		return nil, err
	}
	var isolated []string
	var all sync.WaitGroup
	failed := make(chan error, len(s.Workloads))
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if w.HostNetwork {
			n.spaces[w.Name] = node
			continue
		}
		sp, err := n.attach(w.Name, w.ip)
		if err != nil {
			return nil, err
		}
		if w.Isolated {
			isolated = append(isolated, w.ip)
		}
		if !w.sidecar() {
			continue
		}
		all.Go(func() {
			if err := w.capture(sp); err != nil {
				failed <- fmt.Errorf("capture rules of %s: %w", w.Name, err)
			}
		})
	}
	all.Wait()
	close(failed)
	if err := <-failed; err != nil {
		return nil, err
	}
	if err := isolate(isolated); err != nil {
		return nil, err
	}
	return n, translate(forwards(nil, nil)) // istiod asks for names when it starts
}

// attach makes a namespace with these addresses, to which the node knows the way, and whose way to everywhere is the node.
func (n *network) attach(name string, ips ...string) (*space, error) {
	sp, err := newSpace()
	if err != nil {
		return nil, err
	}
	end := fmt.Sprintf("pod%d", len(n.spaces))
	if name == "world" {
		end = worldLink
	}
	n.spaces[name] = sp
	if err := sp.do(0, func() error { return sysctl("ip_unprivileged_port_start", "0", "ping_group_range", "0 2147483647") }); err != nil {
		return nil, err
	}
	cable := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: end, Flags: net.FlagUp}, PeerName: "eth0", PeerNamespace: netlink.NsFd(sp.fd)}
	if err := n.node.links.LinkAdd(cable); err != nil {
		return nil, fmt.Errorf("cable of %s: %w", name, err)
	}
	if err := sp.up("lo"); err != nil {
		return nil, err
	}
	if err := sp.up("eth0", ips...); err != nil {
		return nil, err
	}
	if err := sp.route("eth0", &netlink.Route{Dst: single(podGateway), Scope: netlink.SCOPE_LINK}); err != nil {
		return nil, err
	}
	if err := sp.route("eth0", &netlink.Route{Gw: net.ParseIP(podGateway)}); err != nil {
		return nil, err
	}
	for _, ip := range ips {
		if err := n.node.route(end, &netlink.Route{Dst: single(ip), Scope: netlink.SCOPE_LINK, Src: net.ParseIP(nodeIP)}); err != nil {
			return nil, err
		}
	}
	return sp, nil
}

// up sets a link up with these addresses.
func (s *space) up(link string, ips ...string) error {
	l, err := s.links.LinkByName(link)
	if err != nil {
		return err
	}
	for _, ip := range ips {
		if err := s.links.AddrAdd(l, &netlink.Addr{IPNet: single(ip)}); err != nil {
			return fmt.Errorf("address %s: %w", ip, err)
		}
	}
	return s.links.LinkSetUp(l)
}

func (s *space) route(link string, r *netlink.Route) error {
	l, err := s.links.LinkByName(link)
	if err != nil {
		return err
	}
	r.LinkIndex = l.Attrs().Index
	if err := s.links.RouteAdd(r); err != nil {
		return fmt.Errorf("route %s: %w", r, err)
	}
	return nil
}

func single(ip string) *net.IPNet {
	return &net.IPNet{IP: net.ParseIP(ip).To4(), Mask: net.CIDRMask(32, 32)}
}

// sysctl sets IPv4 settings of the thread's network namespace.
func sysctl(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if err := os.WriteFile("/proc/sys/net/ipv4/"+pairs[i], []byte(pairs[i+1]), 0); err != nil {
			return err
		}
	}
	return nil
}

func thisSpace() (*space, error) {
	fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	links, err := netlink.NewHandle()
	return &space{fd, links}, err
}
