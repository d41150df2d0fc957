package main

import (
	"fmt"
	"maps"
	"net"
	"time"

	"google.golang.org/grpc/peer"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	kubesecrets "istio.io/istio/pilot/pkg/credentials/kube"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh"
	istiokind "istio.io/istio/pkg/config/schema/kind"
	kubelib "istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/security"
	"istio.io/istio/pkg/test"
	"istio.io/istio/pkg/util/sets"
)

const (
	istioVersion = "1.31.0"
	xdsPort      = 15012
	agentPort    = 15999
)

// istiodEnv is read by Istio's packages when the process starts: a stock Envoy has none of Istio's own filters, and secrets
// are only authorized for a caller that the server has authenticated.
func istiodEnv(ambient bool, more map[string]string) []string {
	env := []string{fmt.Sprintf("PILOT_ENABLE_AMBIENT=%t", ambient), "PILOT_ENABLE_METADATA_EXCHANGE=false", "PILOT_ENABLE_ALPN_FILTER=false", "XDS_AUTH_PLAINTEXT=true", "TARGET_OUT=/", "LOCAL_OUT=/"}
	for k, v := range more {
		env = append(env, k+"="+v)
	}
	return env
}

// byAddress authenticates a proxy by the address that it connects from, so that it cannot claim another's identity.
type byAddress struct{ s *Scenario }

func (b byAddress) AuthenticatorType() string { return "address" }

func (b byAddress) Authenticate(ctx security.AuthContext) (*security.Caller, error) {
	p, ok := peer.FromContext(ctx.GrpcContext)
	if !ok {
		return nil, fmt.Errorf("no peer")
	}
	id, err := b.s.identity(p.Addr)
	if err != nil {
		return nil, err
	}
	return &security.Caller{Identities: []string{id}}, nil
}

// startIstiod runs istiod's discovery server over the scenario's objects; in its pod's network, or without one in memory.
func startIstiod(t test.Failer, s *Scenario, p pki, pod *space) *xds.FakeDiscoveryServer {
	istio, kube, err := s.objects(p)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mesh.ApplyMeshConfig(s.MeshConfig, mesh.DefaultMeshConfig())
	if err != nil {
		t.Fatalf("meshConfig: %v", err)
	}
	m.AccessLogFile, m.AccessLogEncoding = "/dev/stdout", 1 // JSON
	opts := xds.FakeOptions{
		Configs:                istio,
		KubernetesObjectString: join(kube),
		MeshConfig:             m,
		KubeClientModifier: func(c kubelib.Client) {
			withGatewayAPI(t, c)
			s.authorizeSecrets(c)
		},
	}
	if s.ambient() {
		// as istiod itself: a waypoint that is told of a ServiceEntry before its endpoints makes istiod panic
		opts.DebounceTime = features.DebounceAfter
	}
	if pod != nil {
		opts.ListenerBuilder = func() (net.Listener, error) { return pod.listen(fmt.Sprintf("%s:%d", istiodIP, xdsPort)) }
	}
	srv := xds.NewFakeDiscoveryServer(t, opts)
	srv.Discovery.Authenticators = []security.Authenticator{byAddress{s}}
	if s.ambient() {
		serveStockListeners(srv)
	}
	tellOfSecrets(srv)
	return srv
}

// tellOfSecrets has proxies told when a Secret comes or changes, as istiod does and its fake does not.
func tellOfSecrets(srv *xds.FakeDiscoveryServer) {
	kubesecrets.NewCredentialsController(srv.KubeClient(), []func(istiokind.Kind, string, string){func(k istiokind.Kind, name, namespace string) {
		srv.Discovery.ConfigUpdate(&model.PushRequest{
			ConfigsUpdated: sets.New(model.ConfigKey{Kind: k, Name: name, Namespace: namespace}),
			Reason:         model.NewReasonStats(model.SecretTrigger),
		})
	}}, false)
}

// objects are all that stands in the cluster at the start: Istio's own kinds, and all as the API server holds it. Istiod's discovery server
// reads those in a store of their own, its ambient index and its controller for the Gateway API read all where it is in a cluster.
func (s *Scenario) objects(p pki) (istio []config.Config, kube []document, err error) {
	docs, err := s.clusterObjects()
	if err != nil {
		return nil, nil, err
	}
	if kube, err = documents(gatewayClasses); err != nil {
		return nil, nil, err
	}
	for _, stream := range []string{s.Fixtures, s.Manifests} {
		more, err := p.documents(stream)
		if err != nil {
			return nil, nil, err
		}
		docs = append(docs, more...)
	}
	s.clusterPolicies = clusterPolicies{}
	for _, d := range mergeNamespaces(docs) {
		if d.isClusterPolicy() {
			if err := s.clusterPolicies.apply(d); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", d.title(), err)
			}
			continue
		}
		if !d.isIstio() && !d.isGatewayAPI() {
			kube = append(kube, d)
			continue
		}
		if err := s.complete(d); err != nil {
			return nil, nil, err
		}
		cs, err := s.parse(d)
		if err != nil {
			return nil, nil, err
		}
		if d.isIstio() {
			istio = append(istio, cs...)
		}
		for _, c := range cs {
			held, err := asDocument(c)
			if err != nil {
				return nil, nil, err
			}
			kube = append(kube, held)
		}
	}
	return istio, kube, nil
}

// mergeNamespaces gives a Namespace that the workloads have made the labels of one that is among the scenario's own documents.
func mergeNamespaces(docs []document) (out []document) {
	at := map[string]int{}
	for _, d := range docs {
		if d.obj.GetKind() == "Namespace" {
			i, made := at[d.obj.GetName()]
			if made {
				labels := out[i].obj.GetLabels()
				maps.Copy(labels, d.obj.GetLabels())
				out[i].obj.SetLabels(labels)
				out[i] = out[i].again()
				continue
			}
			at[d.obj.GetName()] = len(out)
		}
		out = append(out, d)
	}
	return out
}

var bootTime = time.Now()

// parse reads one of Istio's objects or the Gateway API's as a cluster would: with the cluster's domain, without which short host names stay
// unresolved, with one time of creation for all that do not state it, and in the version that istiod asks for.
func (s *Scenario) parse(d document) ([]config.Config, error) {
	if d.isGatewayAPI() {
		kind, err := gatewayKind(d)
		if err != nil {
			return nil, err
		}
		d.obj.SetAPIVersion(kind.APIVersion())
		d = d.again()
	}
	cs, _, err := crd.ParseInputs(d.text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.title(), err)
	}
	for i := range cs {
		cs[i].Domain = "cluster.local"
		if cs[i].Namespace == "" {
			cs[i].Namespace = "default"
		}
		if cs[i].CreationTimestamp.IsZero() {
			cs[i].CreationTimestamp = bootTime
		}
		s.settle(&cs[i])
	}
	return cs, nil
}

// modelProxy is what istiod sees of a workload's proxy.
func modelProxy(s *Scenario, w *Workload) *model.Proxy {
	return &model.Proxy{
		Type: w.role(), ConfigNamespace: w.Namespace, IPAddresses: []string{w.ip}, Labels: w.Labels,
		ID: w.Name + "." + w.Namespace, DNSDomain: w.Namespace + ".svc.cluster.local",
		Metadata: &model.NodeMetadata{
			Namespace: w.Namespace, Labels: w.Labels, ServiceAccount: w.ServiceAccount, ClusterID: "Kubernetes", EnableHBONE: model.StringBool(s.ambient()), ProxyConfig: w.config,
		},
	}
}

func quietIstio() {
	o := log.DefaultOptions()
	o.OutputPaths = []string{"stderr"}
	_ = log.Configure(o)
	for _, s := range log.Scopes() {
		s.SetOutputLevel(log.NoneLevel)
	}
}
