package main

import (
	networking "istio.io/api/networking/v1alpha3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/networking/serviceentry"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/host"
	"istio.io/istio/pkg/config/schema/gatewayapi"
	"istio.io/istio/pkg/config/schema/gvk"
	"istio.io/istio/pkg/config/schema/gvr"
	kubelib "istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/kclient/clienttest"
	"istio.io/istio/pkg/test"
)

const gatewayAPI = "gateway.networking.k8s.io"

// gatewayClasses are those that istiod makes for itself.
const gatewayClasses = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: istio}
spec: {controllerName: istio.io/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: istio-waypoint}
spec: {controllerName: istio.io/mesh-controller}
`

// complete does to an object of the Gateway API what the API server does: refuses it by its CRD, or fills its defaults in.
func (s *Scenario) complete(d document) error {
	if !d.isGatewayAPI() {
		return nil
	}
	v, err := s.crds.of(d, s.Channel)
	if err != nil {
		return err
	}
	return v.ValidateCustomResource(d.obj)
}

// settle does what istiod's controllers do in a cluster, and its discovery server alone does not: a Gateway with pods has the address of
// their Service, and a ServiceEntry that asks for none is given addresses.
func (s *Scenario) settle(c *config.Config) {
	switch c.GroupVersionKind {
	case gvk.ServiceEntry:
		if !s.ambient() || !serviceentry.ShouldV2AutoAllocateIPFromConfig(*c) {
			return
		}
		spec, status := c.Spec.(*networking.ServiceEntry), &networking.ServiceEntryStatus{}
		for _, h := range spec.Hosts {
			if host.Name(h).IsWildCarded() && spec.Resolution != networking.ServiceEntry_DYNAMIC_DNS {
				continue
			}
			key := c.Namespace + "/" + c.Name + "/" + h
			if s.vips[key] == "" {
				s.vips[key] = nth("240.240", len(s.vips))
			}
			status.Addresses = append(status.Addresses, &networking.ServiceEntryAddress{Host: h, Value: s.vips[key]})
		}
		c.Status = status
	case gvk.KubernetesGateway:
		for _, w := range s.Workloads {
			if w.Namespace == c.Namespace && w.Labels["gateway.networking.k8s.io/gateway-name"] == c.Name {
				c.Status = map[string]any{"addresses": []any{map[string]any{"type": "Hostname", "value": w.Service + "." + w.Namespace + ".svc.cluster.local"}}}
			}
		}
	}
}

// asDocument is an object of Istio's or the Gateway API's as the API server holds it, at the version that istiod asks for.
func asDocument(c config.Config) (document, error) {
	o, err := crd.ConvertConfig(c)
	if err != nil {
		return document{}, err
	}
	text, err := yaml.Marshal(o)
	return document{text: string(text)}, err
}

func asObject(c config.Config) (runtime.Object, error) {
	d, err := asDocument(c)
	if err != nil {
		return nil, err
	}
	o, _, err := kubelib.IstioCodec.UniversalDeserializer().Decode([]byte(d.text), nil, nil)
	return o, err
}

// withGatewayAPI has istiod find the CRDs that its fake API server lacks, and take all though they do not tell their version.
func withGatewayAPI(t test.Failer, c kubelib.Client) {
	gatewayapi.MinimumCRDVersions = nil
	for _, r := range []schema.GroupVersionResource{gvr.BackendTLSPolicy, gvr.ListenerSet} {
		clienttest.MakeCRD(t, c, r)
	}
}
