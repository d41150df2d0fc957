package main

import (
	"slices"

	udpa "github.com/cncf/xds/go/udpa/type/v1"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	statev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/common/set_filter_state/v3"
	httpstatev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/set_filter_state/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	networkstatev3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/set_filter_state/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"istio.io/istio/pilot/pkg/model"
	v3 "istio.io/istio/pilot/pkg/xds/v3"
	"istio.io/istio/pilot/test/xds"
)

// stock takes out of a listener of an ambient mesh what only Istio's own build of Envoy has and no feature of istiod turns off: a stock
// Envoy would refuse the whole listener.
//
//   - The HTTP filters for the peer's metadata go. They fill names into metrics and access logs; nothing that decides reads them.
//   - Filter state of Istio's kind becomes Envoy's own of the same make, a string that can be hashed. Principals are matched on it.
func stock(l *listenerv3.Listener) error {
	chains := l.FilterChains
	if l.DefaultFilterChain != nil {
		chains = append(chains, l.DefaultFilterChain)
	}
	for _, c := range chains {
		for _, f := range c.Filters {
			if err := edit(f.GetTypedConfig(), &networkstatev3.Config{}, func(c *networkstatev3.Config) error {
				stockState(c.OnNewConnection)
				return nil
			}); err != nil {
				return err
			}
			if err := edit(f.GetTypedConfig(), &hcmv3.HttpConnectionManager{}, stockHTTP); err != nil {
				return err
			}
		}
	}
	return nil
}

func stockHTTP(m *hcmv3.HttpConnectionManager) error {
	m.HttpFilters = slices.DeleteFunc(m.HttpFilters, func(f *hcmv3.HttpFilter) bool {
		t := &udpa.TypedStruct{}
		return f.GetTypedConfig().MessageIs(t) && f.GetTypedConfig().UnmarshalTo(t) == nil && t.TypeUrl == "type.googleapis.com/io.istio.http.peer_metadata.Config"
	})
	for _, f := range m.HttpFilters {
		if err := edit(f.GetTypedConfig(), &httpstatev3.Config{}, func(c *httpstatev3.Config) error {
			stockState(c.OnRequestHeaders)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func stockState(values []*statev3.FilterStateValue) {
	for _, v := range values {
		if v.FactoryKey == "istio.hashable_string" {
			v.FactoryKey = "envoy.hashable_string"
		}
	}
}

// edit changes a message of one type inside an Any, and leaves others alone.
func edit[M proto.Message](a *anypb.Any, m M, change func(M) error) error {
	if !a.MessageIs(m) {
		return nil
	}
	if err := a.UnmarshalTo(m); err != nil {
		return err
	}
	if err := change(m); err != nil {
		return err
	}
	return a.MarshalFrom(m)
}

// stockListeners stands between istiod and the proxies.
type stockListeners struct{ model.XdsResourceGenerator }

func (g stockListeners) Generate(p *model.Proxy, w *model.WatchedResource, r *model.PushRequest) (model.Resources, model.XdsLogDetails, error) {
	res, d, err := g.XdsResourceGenerator.Generate(p, w, r)
	if err != nil {
		return res, d, err
	}
	for _, x := range res {
		if err := edit(x.Resource, &listenerv3.Listener{}, stock); err != nil {
			return nil, d, err
		}
	}
	return res, d, nil
}

func serveStockListeners(srv *xds.FakeDiscoveryServer) {
	srv.Discovery.Generators[v3.ListenerType] = stockListeners{srv.Discovery.Generators[v3.ListenerType]}
}
