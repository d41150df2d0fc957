package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	clienttesting "k8s.io/client-go/testing"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/gvk"
)

// kinds are those besides Istio's and the Gateway API's that can change during a run.
var kinds = map[string]func(k kubernetes.Interface, namespace string) kindClient{
	"Secret": func(k kubernetes.Interface, ns string) kindClient {
		return typed[*corev1.Secret]{k.CoreV1().Secrets(ns), &corev1.Secret{}}
	},
	"Service": func(k kubernetes.Interface, ns string) kindClient {
		return typed[*corev1.Service]{k.CoreV1().Services(ns), &corev1.Service{}}
	},
	"EndpointSlice": func(k kubernetes.Interface, ns string) kindClient {
		return typed[*discoveryv1.EndpointSlice]{k.DiscoveryV1().EndpointSlices(ns), &discoveryv1.EndpointSlice{}}
	},
	"Namespace": func(k kubernetes.Interface, _ string) kindClient {
		return typed[*corev1.Namespace]{k.CoreV1().Namespaces(), &corev1.Namespace{}}
	},
	"NetworkPolicy": func(k kubernetes.Interface, ns string) kindClient {
		return typed[*networkingv1.NetworkPolicy]{k.NetworkingV1().NetworkPolicies(ns), &networkingv1.NetworkPolicy{}}
	},
}

type kindClient interface {
	apply(document) error
	remove(name string) error
}

type typed[T runtime.Object] struct {
	client interface {
		Create(context.Context, T, metav1.CreateOptions) (T, error)
		Update(context.Context, T, metav1.UpdateOptions) (T, error)
		Delete(context.Context, string, metav1.DeleteOptions) error
	}
	empty T
}

func (r typed[T]) apply(d document) error {
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(d.obj.Object, r.empty, true); err != nil {
		return err
	}
	_, err := r.client.Update(context.Background(), r.empty, metav1.UpdateOptions{})
	if errors.IsNotFound(err) {
		_, err = r.client.Create(context.Background(), r.empty, metav1.CreateOptions{})
	}
	return err
}

func (r typed[T]) remove(name string) error {
	return r.client.Delete(context.Background(), name, metav1.DeleteOptions{})
}

// change does something with each object of a stream, and has the network follow.
func (m *lab) change(stream string, do func(document) error) error {
	docs, err := m.p.documents(stream)
	if err != nil {
		return err
	}
	network := false
	for _, d := range docs {
		if kinds[d.obj.GetKind()] == nil && !d.isIstio() && !d.isGatewayAPI() && !d.isClusterPolicy() {
			return fmt.Errorf("%s: only Istio's kinds, the Gateway API's and some of Kubernetes can change during a run", d.title())
		}
		if err := do(d); err != nil {
			return fmt.Errorf("%s: %w", d.title(), err)
		}
		network = network || !d.isIstio() && !d.isGatewayAPI() && d.obj.GetKind() != "Secret"
	}
	if network {
		return m.routeAndJudge()
	}
	return nil
}

// apply adds or replaces an object, as kubectl would.
func (m *lab) apply(d document) error {
	if d.isClusterPolicy() {
		return m.s.clusterPolicies.apply(d)
	}
	if kind := kinds[d.obj.GetKind()]; kind != nil {
		return kind(m.istiod.KubeClient().Kube(), d.obj.GetNamespace()).apply(d)
	}
	if err := m.s.complete(d); err != nil {
		return err
	}
	cs, err := m.s.parse(d)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if d.isIstio() {
			if err := put(m.istiod.Store(), c); err != nil {
				return err
			}
		}
		o, err := asObject(c)
		if err != nil {
			return err
		}
		tracker, resource := m.tracker(c)
		if err = tracker.Update(resource, o, c.Namespace); errors.IsNotFound(err) {
			err = tracker.Create(resource, o, c.Namespace)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func put(store model.ConfigStore, c config.Config) (err error) {
	if old := store.Get(c.GroupVersionKind, c.Name, c.Namespace); old != nil {
		c.ResourceVersion, c.CreationTimestamp = old.ResourceVersion, old.CreationTimestamp
		_, err = store.Update(c)
	} else {
		_, err = store.Create(c)
	}
	return err
}

// tracker is where the fake API server holds an object of Istio's or the Gateway API's.
func (m *lab) tracker(c config.Config) (clienttesting.ObjectTracker, schema.GroupVersionResource) {
	resource, _ := gvk.ToGVR(c.GroupVersionKind)
	var client any = m.istiod.KubeClient().Istio()
	if resource.Group == gatewayAPI {
		client = m.istiod.KubeClient().GatewayAPI()
	}
	return client.(interface {
		Tracker() clienttesting.ObjectTracker
	}).Tracker(), resource
}

// remove deletes an object, of which kind, namespace and name are enough.
func (m *lab) remove(d document) error {
	if d.isClusterPolicy() {
		delete(m.s.clusterPolicies, d.obj.GetName())
		return nil
	}
	if kind := kinds[d.obj.GetKind()]; kind != nil {
		return kind(m.istiod.KubeClient().Kube(), d.obj.GetNamespace()).remove(d.obj.GetName())
	}
	cs, err := m.s.parse(d)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if d.isIstio() {
			if err := m.istiod.Store().Delete(c.GroupVersionKind, c.Name, c.Namespace, nil); err != nil {
				return err
			}
		}
		tracker, resource := m.tracker(c)
		if err := tracker.Delete(resource, c.Namespace, c.Name); err != nil {
			return err
		}
		m.said.forget(c)
	}
	return nil
}

// routeAndJudge has the network do what the cluster's Services, EndpointSlices and NetworkPolicies say.
func (m *lab) routeAndJudge() error {
	ctx, all, k := context.Background(), metav1.ListOptions{}, m.istiod.KubeClient().Kube()
	services, err := k.CoreV1().Services("").List(ctx, all)
	if err != nil {
		return err
	}
	slices, err := k.DiscoveryV1().EndpointSlices("").List(ctx, all)
	if err != nil {
		return err
	}
	if err := translate(forwards(services.Items, slices.Items)); err != nil {
		return fmt.Errorf("addresses of Services: %w", err)
	}
	policies, err := k.NetworkingV1().NetworkPolicies("").List(ctx, all)
	if err != nil {
		return err
	}
	pods, err := k.CoreV1().Pods("").List(ctx, all)
	if err != nil {
		return err
	}
	namespaces, err := k.CoreV1().Namespaces().List(ctx, all)
	if err != nil {
		return err
	}
	return m.judge.learn(policies.Items, m.s.clusterPolicies, pods.Items, namespaces.Items)
}
