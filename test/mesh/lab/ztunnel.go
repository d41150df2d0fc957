package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/util/sets"
	"istio.io/istio/pkg/workloadapi"
)

const hbonePort = 15008

// ztunnel plays the node's ztunnel. All that it knows is what istiod would tell it: the workloads and services of its own index.
type ztunnel struct {
	s      *Scenario
	p      pki
	istiod *xds.FakeDiscoveryServer
}

const (
	dataplaneMode = "istio.io/dataplane-mode"
	ambientMode   = "ambient"
)

// captures tells whether a pod's connections are ztunnel's: it has no proxy, and itself or its namespace is enrolled.
func (z *ztunnel) captures(w *Workload) bool {
	if w == nil || !w.NoProxy || w.HostNetwork {
		return false
	}
	if mode, ok := w.Labels[dataplaneMode]; ok {
		return mode == ambientMode
	}
	ns, err := z.istiod.KubeClient().Kube().CoreV1().Namespaces().Get(context.Background(), w.Namespace, metav1.GetOptions{})
	return err == nil && ns.Labels[dataplaneMode] == ambientMode
}

// lookup is ztunnel's answer to a name that one of its pods asks for: the address of the service, or what the cluster's name
// server says.
func (z *ztunnel) lookup(w *Workload, name string) string {
	if v := z.named(name, w.Namespace); v != nil && len(v.Addresses) > 0 {
		return address(v.Addresses[0].Address)
	}
	return z.s.lookup(name)
}

// named is the service that has a name for a caller: the exact name before the longest wildcard, then that of the caller's own
// namespace before the one that istiod holds for canonical, and never another namespace's private one.
func (z *ztunnel) named(name, namespace string) *workloadapi.Service {
	rank := func(v *workloadapi.Service) (r int) {
		if v.Hostname == name {
			r += 1 << 20
		}
		if r += len(v.Hostname) << 2; v.Namespace == namespace {
			r += 2
		}
		if v.Canonical {
			r++
		}
		return r
	}
	return z.best(namespace, func(v *workloadapi.Service) bool {
		return v.Hostname == name || strings.HasPrefix(v.Hostname, "*.") && strings.HasSuffix(name, v.Hostname[1:])
	}, rank)
}

// at is the service that has an address.
func (z *ztunnel) at(ip, namespace string) *workloadapi.Service {
	return z.best(namespace, func(v *workloadapi.Service) bool {
		for _, a := range v.Addresses {
			if address(a.Address) == ip {
				return true
			}
		}
		return false
	}, func(*workloadapi.Service) int { return 0 })
}

func (z *ztunnel) best(namespace string, fits func(*workloadapi.Service) bool, rank func(*workloadapi.Service) int) (out *workloadapi.Service) {
	for _, a := range z.told() {
		v := a.GetService()
		if v == nil || v.Namespace != namespace && v.Visibility == workloadapi.Service_NAMESPACE || !fits(v) {
			continue
		}
		if out == nil || rank(v) > rank(out) || rank(v) == rank(out) && v.Namespace < out.Namespace {
			out = v
		}
	}
	return out
}

// told is all that istiod tells ztunnel.
func (z *ztunnel) told() (out []*workloadapi.Address) {
	all, _ := z.istiod.Env().AmbientIndexes.AddressInformation(sets.String{})
	for _, a := range all {
		out = append(out, a.Address)
	}
	return out
}

// endpoint is a workload of a service, and the address to which one of the service's ports leads there.
func (z *ztunnel) endpoint(v *workloadapi.Service, port uint32) (*workloadapi.Workload, string) {
	for _, a := range z.told() {
		w := a.GetWorkload()
		if w == nil || w.Status == workloadapi.WorkloadStatus_UNHEALTHY {
			continue
		}
		for _, p := range w.Services[v.Namespace+"/"+v.Hostname].GetPorts() {
			if p.ServicePort != port {
				continue
			}
			ip := ""
			if len(w.Addresses) > 0 {
				ip = address(w.Addresses[0])
			} else {
				ip = z.s.lookup(w.Hostname)
			}
			if ip != "" {
				return w, net.JoinHostPort(ip, fmt.Sprint(p.TargetPort))
			}
		}
	}
	return nil, ""
}

// carry makes the connection that a pod asks for. To a service that has a waypoint it leads by a tunnel to that; to another service it
// leads to an endpoint, on the port that the endpoint has, by a tunnel if that is in ambient too; what is no service's address passes.
func (z *ztunnel) carry(w *Workload, addr string, dial func(addr string) (net.Conn, error)) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	v := z.at(host, w.Namespace)
	if v == nil {
		return dial(addr)
	}
	if v.Waypoint == nil {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, err
		}
		to, at := z.endpoint(v, uint32(n))
		if to != nil && to.TunnelProtocol == workloadapi.TunnelProtocol_HBONE {
			ip, _, _ := net.SplitHostPort(at)
			return z.tunnel(w, to, net.JoinHostPort(ip, fmt.Sprint(hbonePort)), at, dial)
		}
		if to != nil {
			return dial(at)
		}
		return nil, fmt.Errorf("%w: ztunnel finds no endpoint of %s/%s for port %s", syscall.ECONNRESET, v.Namespace, v.Hostname, port)
	}
	name := v.Waypoint.GetHostname()
	for _, a := range z.told() {
		if gw := a.GetService(); gw != nil && gw.Namespace == name.GetNamespace() && gw.Hostname == name.GetHostname() {
			if to, ip := z.endpoint(gw, hbonePort); to != nil {
				return z.tunnel(w, to, ip, addr, dial)
			}
		}
	}
	return nil, fmt.Errorf("%w: ztunnel finds no waypoint %s/%s", syscall.ECONNRESET, name.GetNamespace(), name.GetHostname())
}

// tunnel leads a connection for an address through another workload's HBONE port.
func (z *ztunnel) tunnel(from *Workload, to *workloadapi.Workload, via, addr string, dial func(addr string) (net.Conn, error)) (net.Conn, error) {
	raw, err := dial(via)
	if err != nil {
		return nil, err
	}
	conn, err := connect(raw, z.p["mesh"], from.identity(), identityOf(to.Namespace, to.ServiceAccount), addr)
	if err != nil {
		return nil, fmt.Errorf("%w: ztunnel cannot use the tunnel to %s: %w", syscall.ECONNRESET, to.Name, err)
	}
	return conn, nil
}

// serve takes the tunnels that end at a pod.
func (z *ztunnel) serve(w *Workload, sp *space) error {
	l, err := sp.listen(fmt.Sprintf("%s:%d", w.ip, hbonePort))
	if err != nil {
		return err
	}
	return serveTunnels(l, z.p["mesh"], w.identity(), func(rw http.ResponseWriter, r *http.Request) {
		var to net.Conn
		err := sp.do(applicationUID, func() (err error) { to, err = net.Dial("tcp4", r.Host); return err })
		if err != nil {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		defer to.Close()
		bodies(rw, r, to)
	})
}

func address(b []byte) string {
	ip, _ := netip.AddrFromSlice(b)
	return ip.String()
}
