package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/test"
)

// lab is a running scenario.
type lab struct {
	s       *Scenario
	p       pki
	net     *network
	envoy   *os.File
	istiod  *xds.FakeDiscoveryServer
	servers *servers
	judge   *judge
	ztunnel *ztunnel
	said    *conditions
	proxies map[string]*proxy
	loads   map[string]*load
	step    atomic.Int64
	limit   time.Duration
}

func runMain(in io.Reader) (*Report, error) {
	s, err := readScenario(in)
	if err != nil {
		return nil, err
	}
	r := &Report{Name: s.Name, Proxies: map[string]*ProxyReport{}, Steps: []*StepReport{}, Seen: []Seen{}}
	begin := time.Now()
	if err := privateMounts(); err != nil {
		return nil, err
	}
	if err := test.Wrap(func(t test.Failer) {
		m := &lab{s: s, p: newPKI(), envoy: os.NewFile(envoyFd, "envoy"), proxies: map[string]*proxy{}, loads: map[string]*load{}, judge: &judge{s: s}, limit: 6 * time.Second}
		if s.ReadyS > 0 {
			m.limit = time.Duration(s.ReadyS) * time.Second
		}
		if err := m.start(t); err != nil {
			t.Fatal(err)
		}
		m.run(r)
		m.close(r)
	}); err != nil {
		r.Error = err.Error()
	}
	r.Seconds = time.Since(begin).Seconds()
	return r, nil
}

// start brings everything up and waits until the proxies serve, or cannot.
func (m *lab) start(t test.Failer) (err error) {
	if m.net, err = buildNetwork(m.s); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	if err := serveNames(m.s, m.net); err != nil {
		return fmt.Errorf("name server: %w", err)
	}
	if err := m.p.writeCRLs(); err != nil {
		return err
	}
	if m.servers, err = startServers(m.s, m.p, m.net); err != nil {
		return err
	}
	if err := startAgent(m.s, m.p); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	if err := m.p["public"].trust(); err != nil {
		return err
	}
	m.istiod = startIstiod(t, m.s, m.p, m.net.spaces["system"])
	m.ztunnel = &ztunnel{m.s, m.p, m.istiod}
	m.said = watchConditions(t, m.istiod)
	if err := m.routeAndJudge(); err != nil {
		return err
	}
	for i := range m.s.Workloads {
		w := &m.s.Workloads[i]
		if w.Ambient {
			if err := m.ztunnel.serve(w, m.net.spaces[w.Name]); err != nil {
				return err
			}
		}
		if w.NoProxy {
			continue
		}
		p := &proxy{s: m.s, w: w, space: m.net.spaces[w.Name]}
		if err := p.start(m.envoy); err != nil {
			return err
		}
		m.proxies[w.Name] = p
	}
	var all sync.WaitGroup
	for _, p := range m.proxies {
		all.Go(func() { p.wait(m.limit) })
	}
	all.Wait()
	return nil
}

// close ends the loads and the proxies, which writes their access logs, and sorts what they and the servers saw.
func (m *lab) close(r *Report) {
	for _, l := range m.loads {
		l.finish()
	}
	var all sync.WaitGroup
	for name, p := range m.proxies {
		r.Proxies[name] = p.report(m.s.Dump)
		all.Go(p.quit)
	}
	all.Wait()
	if len(m.s.crds) > 0 { // the schemas of such objects
		r.Conditions = m.said.all()
	}
	m.servers.mu.Lock()
	r.Seen = append(r.Seen, m.servers.seen...)
	m.servers.mu.Unlock()
	r.attribute(m.proxies)
	m.judge.mu.Lock()
	r.attributeDenied(m.judge.denied)
	m.judge.mu.Unlock()
}
