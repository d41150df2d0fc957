package main

import (
	"io"

	"google.golang.org/protobuf/proto"

	"istio.io/istio/pkg/test"
)

// Size is how much configuration istiod would send a proxy.
type Size struct {
	Clusters  int `json:"clusters"`
	Listeners int `json:"listeners"`
	Routes    int `json:"routes"`
	Bytes     int `json:"bytes"`
}

// sizeMain measures every workload's proxy without starting one.
func sizeMain(in io.Reader) (map[string]Size, error) {
	s, err := readScenario(in)
	if err != nil {
		return nil, err
	}
	out := map[string]Size{}
	return out, test.Wrap(func(t test.Failer) {
		srv := startIstiod(t, s, newPKI(), nil)
		for i := range s.Workloads {
			w := &s.Workloads[i]
			if w.NoProxy {
				continue
			}
			p := srv.SetupProxy(modelProxy(s, w))
			clusters, listeners, routes := srv.Clusters(p), srv.Listeners(p), srv.Routes(p)
			out[w.Name] = Size{
				len(clusters), len(listeners), len(routes),
				bytesOf(clusters) + bytesOf(listeners) + bytesOf(routes),
			}
		}
	})
}

func bytesOf[M proto.Message](ms []M) (n int) {
	for _, m := range ms {
		n += proto.Size(m)
	}
	return n
}
