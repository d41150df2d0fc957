package main

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"sigs.k8s.io/yaml"
)

func read[T any](t *testing.T, text string) (out T) {
	if err := yaml.UnmarshalStrict([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestServicesLeadToTheirFirstEndpoint(t *testing.T) {
	services := []corev1.Service{
		read[corev1.Service](t, "{metadata: {name: a, namespace: n}, spec: {clusterIP: 10.202.0.1, ports: [{name: http, port: 80}, {name: idle, port: 81}]}}"),
		read[corev1.Service](t, "{metadata: {name: a, namespace: other}, spec: {clusterIP: 10.202.0.2, ports: [{name: http, port: 80}]}}"),
		read[corev1.Service](t, "{metadata: {name: dns, namespace: n}, spec: {clusterIP: 10.202.0.3, ports: [{port: 53, protocol: UDP}]}}"),
		read[corev1.Service](t, "{metadata: {name: headless, namespace: n}, spec: {clusterIP: None, ports: [{name: http, port: 80}]}}"),
		read[corev1.Service](t, "{metadata: {name: alias, namespace: n}, spec: {type: ExternalName, externalName: a.test, ports: [{name: http, port: 80}]}}"),
	}
	var ends []discoveryv1.EndpointSlice
	for _, text := range []string{
		"{metadata: {name: a-0, namespace: n, labels: {kubernetes.io/service-name: a}}, ports: [{name: http, port: 8080}], endpoints: []}",
		"{metadata: {name: a-1, namespace: n, labels: {kubernetes.io/service-name: a}}, ports: [{name: http, port: 8080}], endpoints: [{addresses: [10.201.0.9]}]}",
		"{metadata: {name: a-2, namespace: n, labels: {kubernetes.io/service-name: a}}, ports: [{name: http, port: 8080}], endpoints: [{addresses: [10.201.0.10]}]}",
		"{metadata: {name: dns-1, namespace: n, labels: {kubernetes.io/service-name: dns}}, ports: [{port: 5353, protocol: UDP}], endpoints: [{addresses: [10.201.0.11]}]}",
		"{metadata: {name: headless-1, namespace: n, labels: {kubernetes.io/service-name: headless}}, ports: [{name: http, port: 80}], endpoints: [{addresses: [10.201.0.12]}]}",
	} {
		ends = append(ends, read[discoveryv1.EndpointSlice](t, text))
	}
	got := forwards(services, ends)[2:] // past the name server's
	want := []serviceForward{
		{"10.202.0.1", 80, corev1.ProtocolTCP, "10.201.0.9", 8080},
		{"10.202.0.3", 53, corev1.ProtocolUDP, "10.201.0.11", 5353},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
