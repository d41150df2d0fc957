package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	bootstrapv3 "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	authn_model "istio.io/istio/pilot/pkg/security/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/test"
)

// Verdict is what the Envoys of a set's workloads say of what istiod makes of the set.
type Verdict struct {
	Name     string    `json:"name"`
	Error    string    `json:"error,omitempty"` // istiod could not read the set
	Proxies  int       `json:"proxies"`
	Refusals []Refusal `json:"refusals"`
}

// Refusal is what one proxy has against its configuration.
type Refusal struct {
	Proxy   string `json:"proxy"`
	Message string `json:"message"`
}

// validateMain has `envoy --mode validate` judge what istiod would send every proxy of every set. Nothing listens and nothing is asked.
func validateMain(in io.Reader) ([]*Verdict, error) {
	sets, err := readSets(in)
	if err != nil {
		return nil, err
	}
	if err := privateMounts(); err != nil {
		return nil, err
	}
	p := newPKI()
	out, schemas := make([]*Verdict, len(sets)), crds{}
	slots := make(chan struct{}, runtime.NumCPU())
	var all sync.WaitGroup
	for i := range sets {
		s := &sets[i]
		s.crds = schemas
		v := &Verdict{Name: s.Name, Refusals: []Refusal{}}
		out[i] = v
		configs, err := s.staticConfigs(p)
		if err != nil {
			v.Error = err.Error()
			continue
		}
		v.Proxies = len(configs)
		var mu sync.Mutex
		for name, config := range configs {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				if message := envoyRefuses(fmt.Sprintf("%d-%s", i, name), config); message != "" {
					mu.Lock()
					defer mu.Unlock()
					v.Refusals = append(v.Refusals, Refusal{name, message})
				}
			})
		}
	}
	all.Wait()
	return out, nil
}

func readSets(in io.Reader) ([]Scenario, error) {
	var q struct {
		Sets []Scenario `json:"sets"`
	}
	d := json.NewDecoder(in)
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return nil, fmt.Errorf("sets: %w", err)
	}
	return q.Sets, nil
}

// staticConfigs are the bootstraps of a set's proxies by their names, with all that istiod would send them.
func (s *Scenario) staticConfigs(p pki) (map[string]*bootstrapv3.Bootstrap, error) {
	if err := s.place(); err != nil {
		return nil, err
	}
	out := map[string]*bootstrapv3.Bootstrap{}
	return out, test.Wrap(func(t test.Failer) {
		srv := startIstiod(t, s, p, nil)
		for i := range s.Workloads {
			w := &s.Workloads[i]
			if w.NoProxy {
				continue
			}
			b, err := w.staticConfig(s, srv)
			if err != nil {
				t.Fatal(err)
			}
			out[w.Name] = b
		}
	})
}

func (w *Workload) staticConfig(s *Scenario, srv *xds.FakeDiscoveryServer) (*bootstrapv3.Bootstrap, error) {
	j, err := json.Marshal(w.bootstrap(s))
	if err != nil {
		return nil, err
	}
	b := &bootstrapv3.Bootstrap{}
	if err := protojson.Unmarshal(j, b); err != nil {
		return nil, err
	}
	p := srv.SetupProxy(modelProxy(s, w))
	routes := map[string]*routev3.RouteConfiguration{}
	for _, r := range srv.Routes(p) {
		routes[r.Name] = r
	}
	for _, l := range srv.Listeners(p) {
		l = proto.Clone(l).(*listenerv3.Listener)
		if s.ambient() {
			if err := stock(l); err != nil {
				return nil, err
			}
		}
		if err := inlineRoutes(l, routes); err != nil {
			return nil, err
		}
		b.StaticResources.Listeners = append(b.StaticResources.Listeners, l)
	}
	for _, c := range srv.Clusters(p) {
		c = proto.Clone(c).(*clusterv3.Cluster)
		if err := secretsOfAgent(c); err != nil {
			return nil, err
		}
		b.StaticResources.Clusters = append(b.StaticResources.Clusters, c)
	}
	return b, nil
}

// secretsOfAgent has a cluster read its secrets where sidecars read their own: Envoy crashes over a static cluster that asks istiod for them.
func secretsOfAgent(c *clusterv3.Cluster) error {
	sockets := []*corev3.TransportSocket{c.TransportSocket}
	for _, m := range c.TransportSocketMatches {
		sockets = append(sockets, m.TransportSocket)
	}
	for _, socket := range sockets {
		tls := &tlsv3.UpstreamTlsContext{}
		if !socket.GetTypedConfig().MessageIs(tls) {
			continue
		}
		if err := socket.GetTypedConfig().UnmarshalTo(tls); err != nil {
			return err
		}
		common := tls.CommonTlsContext
		secrets := append([]*tlsv3.SdsSecretConfig{common.GetValidationContextSdsSecretConfig(), common.GetCombinedValidationContext().GetValidationContextSdsSecretConfig()},
			common.GetTlsCertificateSdsSecretConfigs()...)
		for _, secret := range secrets {
			if secret.GetSdsConfig().GetAds() != nil {
				secret.SdsConfig = authn_model.ConstructSdsSecretConfig("default").SdsConfig
			}
		}
		a, err := anypb.New(tls)
		if err != nil {
			return err
		}
		socket.ConfigType = &corev3.TransportSocket_TypedConfig{TypedConfig: a}
	}
	return nil
}

// istioStats is a filter of Istio's own that Telemetry brings: a stock Envoy has none.
const istioStats = "istio.stats"

// inlineRoutes puts route tables where a listener names them: without a server to ask, Envoy would judge none of them.
func inlineRoutes(l *listenerv3.Listener, routes map[string]*routev3.RouteConfiguration) error {
	chains := l.FilterChains
	if l.DefaultFilterChain != nil {
		chains = append(chains, l.DefaultFilterChain)
	}
	for _, c := range chains {
		c.Filters = slices.DeleteFunc(c.Filters, func(f *listenerv3.Filter) bool { return f.Name == istioStats })
		for _, f := range c.Filters {
			m := &hcmv3.HttpConnectionManager{}
			if !f.GetTypedConfig().MessageIs(m) {
				continue
			}
			if err := f.GetTypedConfig().UnmarshalTo(m); err != nil {
				return err
			}
			if r := routes[m.GetRds().GetRouteConfigName()]; r != nil {
				m.RouteSpecifier = &hcmv3.HttpConnectionManager_RouteConfig{RouteConfig: r}
			}
			m.HttpFilters = slices.DeleteFunc(m.HttpFilters, func(f *hcmv3.HttpFilter) bool { return f.Name == istioStats })
			a, err := anypb.New(m)
			if err != nil {
				return err
			}
			f.ConfigType = &listenerv3.Filter_TypedConfig{TypedConfig: a}
		}
	}
	return nil
}

// envoyRefuses is what Envoy has against a configuration; nothing is the right answer.
func envoyRefuses(name string, b *bootstrapv3.Bootstrap) string {
	config, err := proto.Marshal(b)
	if err != nil {
		return err.Error()
	}
	file := privateFiles + "/" + name + ".pb"
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return err.Error()
	}
	defer os.Remove(file)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, os.Getenv("ENVOY"), "--mode", "validate", "-c", file, "--concurrency", "1", "--disable-hot-restart",
		"--log-level", "critical", "--log-format", "%v")
	log, err := c.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return "no verdict within 30 seconds"
	case err != nil:
		return fmt.Sprintf("%v: %s", err, strings.TrimSpace(strings.ReplaceAll(string(log), file, "config")))
	}
	return ""
}
