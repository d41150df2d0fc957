package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/util/sets"
)

// converge waits until istiod has pushed all that it knows, and every proxy has answered and warmed up what it got.
func converge(srv *xds.FakeDiscoveryServer, proxies map[string]*proxy, limit time.Duration) error {
	end := time.Now().Add(limit)
	var behind []string
	told := ""
	quiet := 0 // an answer makes more questions: a proxy asks for a new cluster's endpoints only when it has read the cluster
	for time.Now().Before(end) {
		if behind = waiting(srv); len(behind) == 0 {
			for _, p := range proxies {
				behind = append(behind, p.warming()...)
			}
		}
		if now := toldZtunnels(srv); now != told {
			behind, told = append(behind, "istiod tells ztunnels something new"), now
		}
		if len(behind) > 0 {
			quiet = 0
		} else if quiet++; quiet == 3 {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return fmt.Errorf("not converged after %s: %s", limit, strings.Join(behind, "; "))
}

// toldZtunnels stands for all that istiod tells ztunnels.
func toldZtunnels(srv *xds.FakeDiscoveryServer) string {
	all, _ := srv.Env().AmbientIndexes.AddressInformation(sets.String{})
	var out []string
	for _, a := range all {
		out = append(out, a.ResourceName()+a.Version)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// waiting names what istiod has not pushed yet, or waits to hear about.
func waiting(srv *xds.FakeDiscoveryServer) (out []string) {
	d := srv.Discovery
	if d.CommittedUpdates.Load() < d.InboundUpdates.Load() {
		out = append(out, "istiod has updates to push")
	}
	for _, c := range d.Clients() {
		for url, r := range c.Proxy().DeepCloneWatchedResources() {
			if r.NonceSent != r.NonceAcked && r.LastError == "" {
				out = append(out, fmt.Sprintf("%s has not answered on %s", c.Proxy().ID, url[strings.LastIndex(url, ".")+1:]))
			}
		}
	}
	return out
}
