package main

import (
	"bytes"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	kscheme "k8s.io/client-go/kubernetes/scheme"

	"istio.io/istio/pkg/config/analysis/analyzers"
	"istio.io/istio/pkg/config/analysis/local"
	"istio.io/istio/pkg/config/resource"
)

const fixturesFile = "fixtures.yaml"

// analyze is `istioctl analyze` over the documents as they would stand in the cluster.
func analyze(docs, fixtures []document) (fs []Finding) {
	problem := func(err error) {
		if err != nil {
			fs = append(fs, Finding{Source: "analyze", Level: "Error", Message: err.Error()})
		}
	}
	a := local.NewIstiodAnalyzer(analyzers.AllCombined(), "", resource.Namespace("istio-system"), nil)
	src := []local.ReaderSource{{Name: "manifests.yaml", Reader: bytes.NewReader([]byte(join(docs)))}}
	if len(fixtures) > 0 {
		src = append(src, local.ReaderSource{Name: fixturesFile, Reader: bytes.NewReader([]byte(join(fixtures)))})
	}
	// the plain reader drops Pods, Services, Secrets and Namespaces, and with them most analyzers
	problem(a.AddTestReaderKubeSource(src))
	// istioctl adds an ingress gateway of its own only when it looks at no cluster; next to the fixtures' gateway it would be a
	// second pod with the same labels in another namespace, and the answers would change from run to run
	if len(fixtures) == 0 {
		problem(a.AddDefaultResources())
	}
	stop := make(chan struct{})
	defer close(stop)
	res, err := a.Analyze(stop)
	problem(err)
	for _, m := range res.Messages {
		if strings.Contains(m.Origin(), fixturesFile) {
			continue
		}
		f := Finding{Source: "analyze", Level: fmt.Sprint(m.Type.Level()), Code: m.Type.Code(), Message: fmt.Sprintf(m.Type.Template(), m.Parameters...)}
		if m.Resource != nil {
			f.Object = m.Resource.Metadata.Schema.Kind() + " " + m.Resource.Metadata.FullName.String()
		}
		fs = append(fs, f)
	}
	return fs
}

var strict = kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, kscheme.Scheme, kscheme.Scheme, kjson.SerializerOptions{Yaml: true, Strict: true})

// coreSchema reads one of Kubernetes' own objects strictly. Kinds that are neither Kubernetes' own nor Istio's pass.
func coreSchema(d document) error {
	_, _, err := strict.Decode([]byte(d.text), nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return nil
	}
	return err
}
