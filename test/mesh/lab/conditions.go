package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"istio.io/istio/pilot/pkg/config/kube/gateway"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/status"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/test"
)

// conditions takes what istiod's controller for the Gateway API writes into the status of objects, in the place of the API server.
type conditions struct {
	model.ConfigStore

	mu     sync.Mutex
	bad    map[string][]string // by kind, namespace and name
	writes int
}

func watchConditions(t test.Failer, srv *xds.FakeDiscoveryServer) *conditions {
	c := &conditions{bad: map[string][]string{}}
	m := status.NewManager(c)
	m.Start(test.NewStop(t))
	srv.Env().GatewayAPIController.(*gateway.Controller).SetStatusWrite(true, m)
	return c
}

func (c *conditions) Get(k config.GroupVersionKind, name, namespace string) *config.Config {
	return &config.Config{Meta: config.Meta{GroupVersionKind: k, Name: name, Namespace: namespace}}
}

func (c *conditions) UpdateStatus(x config.Config) (string, error) {
	text, err := json.Marshal(x.Status)
	if err != nil {
		return "", err
	}
	var s objectStatus
	if err := json.Unmarshal(text, &s); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	c.bad[titleOf(x)] = s.complaints(titleOf(x))
	return "", nil
}

// forget drops what was said of an object that is gone.
func (c *conditions) forget(x config.Config) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.bad, titleOf(x))
}

func titleOf(x config.Config) string {
	return x.GroupVersionKind.Kind + " " + x.Namespace + "/" + x.Name
}

// all waits until istiod writes no more.
func (c *conditions) all() (out []string) {
	for quiet, before := 0, -1; quiet < 5; time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		if quiet++; c.writes != before {
			quiet, before = 0, c.writes
		}
		c.mu.Unlock()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, bad := range c.bad {
		out = append(out, bad...)
	}
	slices.Sort(out)
	return out
}

// objectStatus is where the kinds of the Gateway API have their conditions.
type objectStatus struct {
	Conditions []condition `json:"conditions"`
	Listeners  []struct {
		Name       string      `json:"name"`
		Conditions []condition `json:"conditions"`
	} `json:"listeners"`
	Parents []struct {
		Ref struct {
			Name string `json:"name"`
		} `json:"parentRef"`
		Conditions []condition `json:"conditions"`
	} `json:"parents"`
	Ancestors []struct {
		Ref struct {
			Name string `json:"name"`
		} `json:"ancestorRef"`
		Conditions []condition `json:"conditions"`
	} `json:"ancestors"`
}

type condition struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func (s objectStatus) complaints(title string) (out []string) {
	add := func(where string, all []condition) {
		for _, c := range all {
			if wanted := !slices.Contains([]string{"Conflicted", "PartiallyInvalid", "OverlappingTLSConfig"}, c.Type); (c.Status == "True") != wanted {
				out = append(out, fmt.Sprintf("%s%s: %s is %s, %s: %s", title, where, c.Type, c.Status, c.Reason, c.Message))
			}
		}
	}
	add("", s.Conditions)
	for _, l := range s.Listeners {
		add(" listener "+l.Name, l.Conditions)
	}
	for _, p := range s.Parents {
		add(" at "+p.Ref.Name, p.Conditions)
	}
	for _, a := range s.Ancestors {
		add(" at "+a.Ref.Name, a.Conditions)
	}
	return out
}
