package main

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// clusterObjects are the Namespaces, Pods, Services and EndpointSlices of the workloads.
func (s *Scenario) clusterObjects() ([]document, error) {
	var objs []any
	made := map[string]int{} // namespaces, and Services by the number of their workloads
	for i := range s.Workloads {
		w := &s.Workloads[i]
		if made[w.Namespace]++; made[w.Namespace] == 1 {
			objs = append(objs, &corev1.Namespace{TypeMeta: kind("v1", "Namespace"), ObjectMeta: metav1.ObjectMeta{Name: w.Namespace, Labels: s.enrolment(w.Namespace)}})
		}
		objs = append(objs, w.pod())
		if w.Service == "" {
			continue
		}
		id := w.Namespace + "/" + w.Service
		if made[id]++; made[id] == 1 {
			objs = append(objs, w.service(s))
		}
		objs = append(objs, w.endpoints(made[id]))
	}
	var out []document
	for _, o := range objs {
		b, err := yaml.Marshal(o)
		if err != nil {
			return nil, err
		}
		d, err := documents(string(b))
		if err != nil {
			return nil, err
		}
		out = append(out, d...)
	}
	return out, nil
}

// enrolment is the labels of a namespace: for sidecars, or for ambient if it has such pods, or for both.
func (s *Scenario) enrolment(namespace string) map[string]string {
	out := map[string]string{corev1.LabelMetadataName: namespace}
	for _, w := range s.Workloads {
		if w.Namespace == namespace && w.Ambient {
			out[dataplaneMode] = ambientMode
		}
	}
	if out[dataplaneMode] == "" || slices.ContainsFunc(s.Workloads, func(w Workload) bool { return w.Namespace == namespace && w.sidecar() }) {
		out["istio-injection"] = "enabled"
	}
	return out
}

func kind(version, name string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: version, Kind: name}
}

func (w *Workload) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: w.Namespace}
}

func (w *Workload) pod() *corev1.Pod {
	m := w.meta(w.Name)
	m.Labels, m.Annotations = maps.Clone(w.Labels), w.Annotations
	if w.sidecar() {
		m.Labels["security.istio.io/tlsMode"] = "istio" // what the injector adds: auto mTLS goes by it
	}
	if w.Ambient {
		m.Annotations = map[string]string{"ambient.istio.io/redirection": "enabled"} // what the CNI plugin adds: HBONE goes by it
	}
	return &corev1.Pod{
		TypeMeta: kind("v1", "Pod"), ObjectMeta: m,
		Spec: corev1.PodSpec{ServiceAccountName: w.ServiceAccount, NodeName: "node1", HostNetwork: w.HostNetwork, Containers: []corev1.Container{{Name: "app", Image: "none"}}},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: w.ip, PodIPs: []corev1.PodIP{{IP: w.ip}},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		},
	}
}

func (w *Workload) service(s *Scenario) *corev1.Service {
	ip := w.serviceIP(s)
	spec := corev1.ServiceSpec{ClusterIP: ip, ClusterIPs: []string{ip}, Selector: s.shared(w)}
	for _, p := range w.Ports {
		spec.Ports = append(spec.Ports, corev1.ServicePort{Name: p.Name, Port: int32(p.Port), TargetPort: intstr.FromInt(p.TargetPort), Protocol: corev1.ProtocolTCP})
	}
	m := w.meta(w.Service)
	if w.Labels[managed] != "" {
		m.Labels = maps.Clone(w.Labels)
	}
	return &corev1.Service{TypeMeta: kind("v1", "Service"), ObjectMeta: m, Spec: spec}
}

// shared is the set of labels that all workloads behind a Service have in common: its selector.
func (s *Scenario) shared(w *Workload) map[string]string {
	out := maps.Clone(w.Labels)
	for _, x := range s.Workloads {
		if x.Service == w.Service && x.Namespace == w.Namespace {
			maps.DeleteFunc(out, func(k, v string) bool { return x.Labels[k] != v })
		}
	}
	return out
}

func (w *Workload) endpoints(n int) *discoveryv1.EndpointSlice {
	m := w.meta(fmt.Sprintf("%s-%d", w.Service, n))
	m.Labels = map[string]string{discoveryv1.LabelServiceName: w.Service}
	ready, node := true, "node1"
	e := &discoveryv1.EndpointSlice{
		TypeMeta: kind("discovery.k8s.io/v1", "EndpointSlice"), ObjectMeta: m, AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints: []discoveryv1.Endpoint{{
			Addresses: []string{w.ip}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}, NodeName: &node,
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: w.Name, Namespace: w.Namespace},
		}},
	}
	for _, p := range w.Ports {
		port, proto := int32(p.TargetPort), corev1.ProtocolTCP
		e.Ports = append(e.Ports, discoveryv1.EndpointPort{Name: &p.Name, Port: &port, Protocol: &proto})
	}
	return e
}
