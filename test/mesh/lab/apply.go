package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/pilot/test/xds"
)

// apply adds or replaces the objects of a stream, as kubectl would.
func apply(srv *xds.FakeDiscoveryServer, p pki, stream string) error {
	return each(p, stream, func(d document) error {
		if d.obj.GetKind() == "Secret" {
			return applySecret(srv, d)
		}
		cs, err := parse(d)
		if err != nil {
			return err
		}
		for _, c := range cs {
			if old := srv.Store().Get(c.GroupVersionKind, c.Name, c.Namespace); old != nil {
				c.ResourceVersion, c.CreationTimestamp = old.ResourceVersion, old.CreationTimestamp
				_, err = srv.Store().Update(c)
			} else {
				_, err = srv.Store().Create(c)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func applySecret(srv *xds.FakeDiscoveryServer, d document) error {
	var s corev1.Secret
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(d.obj.Object, &s); err != nil {
		return err
	}
	c := srv.KubeClient().Kube().CoreV1().Secrets(s.Namespace)
	_, err := c.Update(context.Background(), &s, metav1.UpdateOptions{})
	if errors.IsNotFound(err) {
		_, err = c.Create(context.Background(), &s, metav1.CreateOptions{})
	}
	return err
}

// remove deletes the objects that a stream names.
func remove(srv *xds.FakeDiscoveryServer, p pki, stream string) error {
	return each(p, stream, func(d document) error {
		ns, name := d.obj.GetNamespace(), d.obj.GetName()
		if d.obj.GetKind() == "Secret" {
			return srv.KubeClient().Kube().CoreV1().Secrets(ns).Delete(context.Background(), name, metav1.DeleteOptions{})
		}
		cs, err := parse(d)
		if err != nil {
			return err
		}
		for _, c := range cs {
			if err := srv.Store().Delete(c.GroupVersionKind, c.Name, c.Namespace, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func each(p pki, stream string, f func(document) error) error {
	docs, err := p.documents(stream)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if d.obj.GetKind() != "Secret" && !d.isIstio() {
			return fmt.Errorf("%s: only Istio's kinds and Secrets can change during a run", d.title())
		}
		if err := f(d); err != nil {
			return fmt.Errorf("%s: %w", d.title(), err)
		}
	}
	return nil
}
