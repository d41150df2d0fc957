package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// document is one Kubernetes object as YAML.
type document struct {
	text string
	obj  *unstructured.Unstructured
}

// documents parts a YAML stream, dropping the empty ones.
func documents(stream string) ([]document, error) {
	var out []document
	r := kyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(stream)))
	for {
		b, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		j, err := yaml.YAMLToJSONStrict(b)
		if err != nil {
			return nil, fmt.Errorf("%w, in:\n%s", err, b)
		}
		if s := string(j); s == "null" || s == "{}" {
			continue
		}
		d := document{strings.TrimSpace(string(b)), &unstructured.Unstructured{}}
		if err := d.obj.UnmarshalJSON(j); err != nil || d.obj.GetAPIVersion() == "" || d.obj.GetName() == "" {
			return nil, fmt.Errorf("a document needs apiVersion, kind and metadata.name:\n%s", b)
		}
		out = append(out, d)
	}
}

// title names a document by kind, namespace and name.
func (d document) title() string {
	return d.obj.GetKind() + " " + d.obj.GetNamespace() + "/" + d.obj.GetName()
}

// again is a document whose object has changed.
func (d document) again() document {
	text, err := yaml.Marshal(d.obj.Object)
	must(err)
	return document{string(text), d.obj}
}

func (d document) isIstio() bool {
	return strings.HasSuffix(d.obj.GroupVersionKind().Group, "istio.io")
}

func (d document) isGatewayAPI() bool {
	return d.obj.GroupVersionKind().Group == gatewayAPI
}

func (d document) isCertManager() bool {
	return d.obj.GroupVersionKind().Group == "cert-manager.io"
}

func join(docs []document) string {
	var s []string
	for _, d := range docs {
		s = append(s, d.text)
	}
	return strings.Join(s, "\n---\n")
}
