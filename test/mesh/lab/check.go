package main

import (
	"encoding/json"
	"fmt"
	"io"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	crdvalidation "istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/config/schema/collections"
)

// CheckSet is one set of manifests to judge. Fixtures, and the cluster objects of the workloads, only stand beside them.
type CheckSet struct {
	Name      string     `json:"name"`
	Manifests string     `json:"manifests"`
	Fixtures  string     `json:"fixtures"`
	Workloads []Workload `json:"workloads"`
	Channel   string     `json:"channel"` // that of the Gateway API's CRDs: "experimental", or standard
}

// CheckResult is what Istio's own checkers say about a set.
type CheckResult struct {
	Name     string    `json:"name"`
	Findings []Finding `json:"findings"`
}

// Finding is one complaint.
type Finding struct {
	Source  string `json:"source"` // schema, webhook or analyze
	Level   string `json:"level"`  // Error, Warning or Info
	Code    string `json:"code,omitempty"`
	Object  string `json:"object"` // kind namespace/name
	Message string `json:"message"`
}

func checkMain(in io.Reader) ([]CheckResult, error) {
	var q struct {
		Sets []CheckSet `json:"sets"`
	}
	d := json.NewDecoder(in)
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return nil, fmt.Errorf("sets: %w", err)
	}
	schemas := crds{}
	p := newPKI()
	out := make([]CheckResult, len(q.Sets))
	for i, set := range q.Sets {
		out[i] = CheckResult{set.Name, []Finding{}}
		fs, err := set.check(schemas, p)
		if err != nil {
			fs = []Finding{{Source: "schema", Level: "Error", Message: err.Error()}}
		}
		out[i].Findings = append(out[i].Findings, fs...)
	}
	return out, nil
}

func (c CheckSet) check(schemas crds, p pki) ([]Finding, error) {
	docs, err := documents(c.Manifests)
	if err != nil {
		return nil, err
	}
	fixtures, err := p.documents(c.Fixtures)
	if err != nil {
		return nil, err
	}
	s := &Scenario{Workloads: c.Workloads}
	if err := s.place(); err != nil {
		return nil, err
	}
	cluster, err := s.clusterObjects()
	if err != nil {
		return nil, err
	}
	var fs []Finding
	for _, d := range docs {
		v, err := schemas.of(d, c.Channel)
		if err != nil {
			return nil, err
		}
		fs = append(fs, admission(d, v)...)
	}
	return append(fs, analyze(docs, append(cluster, fixtures...))...), nil
}

// admission is what the API server and istiod's webhook would say: unknown fields count as errors.
func admission(d document, v *crdvalidation.Validator) (fs []Finding) {
	add := func(source, level string, err error) {
		if err != nil {
			fs = append(fs, Finding{Source: source, Level: level, Object: d.title(), Message: err.Error()})
		}
	}
	if !d.isIstio() && !d.isGatewayAPI() && !d.isCertManager() {
		add("schema", "Error", coreSchema(d))
		return fs
	}
	add("schema", "Error", v.ValidateCustomResource(d.obj.DeepCopy()))
	if !d.isIstio() {
		return fs
	}
	cs, _, err := crd.ParseInputs(d.text)
	add("webhook", "Error", err)
	for _, c := range cs {
		if sch, ok := collections.Pilot.FindByGroupVersionAliasesKind(c.GroupVersionKind); ok {
			warning, err := sch.ValidateConfig(c)
			add("webhook", "Error", err)
			add("webhook", "Warning", warning)
		}
	}
	return fs
}
