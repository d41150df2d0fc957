package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/test"
)

// Configs is what istiod would send the proxies of a set, by their names.
type Configs struct {
	Name    string                 `json:"name"`
	Error   string                 `json:"error,omitempty"` // istiod could not read the set
	Proxies map[string]ProxyConfig `json:"proxies,omitempty"`
}

// ProxyConfig is Envoy's resources as JSON, with the names of its protocol.
type ProxyConfig struct {
	Listeners []json.RawMessage `json:"listeners"`
	Routes    []json.RawMessage `json:"routes"`
	Clusters  []json.RawMessage `json:"clusters"`
	Endpoints []json.RawMessage `json:"endpoints"`
}

// configMain answers each set on its input with a line, as soon as it is read: a process that is kept answers in a fraction of a
// second. Sets of sidecars and gateways only, because istiod's environment is read once, when a process starts.
func configMain(in io.Reader, out io.Writer) error {
	sets, answers, schemas, p := json.NewDecoder(in), json.NewEncoder(out), crds{}, newPKI()
	sets.DisallowUnknownFields()
	for {
		s := &Scenario{}
		if err := sets.Decode(s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("set: %w", err)
		}
		s.crds = schemas
		c := Configs{Name: s.Name}
		var err error
		if c.Proxies, err = s.configs(p); err != nil {
			c.Error = err.Error()
		}
		if err := answers.Encode(c); err != nil {
			return err
		}
	}
}

func (s *Scenario) configs(p pki) (map[string]ProxyConfig, error) {
	if s.ambient() || len(s.Env) > 0 {
		return nil, errors.New("neither ambient nor an environment is possible here")
	}
	if err := s.place(); err != nil {
		return nil, err
	}
	out := map[string]ProxyConfig{}
	return out, test.Wrap(func(t test.Failer) {
		srv := startIstiod(t, s, p, nil)
		for i := range s.Workloads {
			w := &s.Workloads[i]
			if w.NoProxy {
				continue
			}
			c, err := w.resources(s, srv)
			if err != nil {
				t.Fatal(err)
			}
			out[w.Name] = c
		}
	})
}

func (w *Workload) resources(s *Scenario, srv *xds.FakeDiscoveryServer) (c ProxyConfig, err error) {
	p := srv.SetupProxy(modelProxy(s, w))
	listeners := srv.Listeners(p)
	if c.Listeners, err = asJSON(listeners); err != nil {
		return c, err
	}
	if c.Routes, err = asJSON(srv.RoutesFromListeners(p, listeners)); err != nil {
		return c, err
	}
	if c.Clusters, err = asJSON(srv.Clusters(p)); err != nil {
		return c, err
	}
	c.Endpoints, err = asJSON(srv.Endpoints(p))
	return c, err
}

func asJSON[M proto.Message](ms []M) ([]json.RawMessage, error) {
	out := make([]json.RawMessage, len(ms))
	for i, m := range ms {
		j, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
		if err != nil {
			return nil, err
		}
		out[i] = j
	}
	return out, nil
}
