package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	_ "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1" // for its CRD

	crdvalidation "istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
)

// crds are the schemas that have been needed, of the modules that this program is built with: those of Istio and cert-manager together, and of
// the Gateway API each kind by itself, because they take long to compile.
type crds map[string]*crdvalidation.Validator

func (c crds) of(d document, channel string) (*crdvalidation.Validator, error) {
	if channel == "" {
		channel = "standard"
	}
	key, files := "", []string(nil)
	if d.isGatewayAPI() {
		kind, err := gatewayKind(d)
		if err != nil {
			return nil, err
		}
		key = channel + "/" + kind.Plural()
		files = []string{"sigs.k8s.io/gateway-api", "config/crd/" + channel + "/" + gatewayAPI + "_" + kind.Plural() + ".yaml"}
	} else {
		files = []string{
			"istio.io/istio", "manifests/charts/base/files/crd-all.gen.yaml",
			"github.com/cert-manager/cert-manager", "deploy/crds/cert-manager.io_certificates.yaml",
		}
	}
	if c[key] != nil {
		return c[key], nil
	}
	var paths []string
	for i := 0; i < len(files); i += 2 {
		path, err := moduleFile(files[i], files[i+1])
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	v, err := crdvalidation.NewValidatorFromFilesWithOptions(paths, crdvalidation.WithoutCRDValidation())
	c[key] = v
	return v, err
}

// gatewayKind is what istiod knows of an object's kind, at the version that it asks for.
func gatewayKind(d document) (resource.Schema, error) {
	all := collections.PilotGatewayAPI().All()
	i := slices.IndexFunc(all, func(x resource.Schema) bool { return x.Group() == gatewayAPI && x.Kind() == d.obj.GetKind() })
	if i < 0 {
		return nil, fmt.Errorf("istiod knows no kind %s of the Gateway API", d.obj.GetKind())
	}
	return all[i], nil
}

// moduleFile is a file of a module in the Go module cache.
func moduleFile(module, file string) (string, error) {
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		b, err := exec.Command("go", "env", "GOMODCACHE").Output()
		if err != nil {
			return "", fmt.Errorf("go env GOMODCACHE: %w", err)
		}
		cache = strings.TrimSpace(string(b))
	}
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == module {
			return filepath.Join(cache, m.Path+"@"+m.Version, file), nil
		}
	}
	return "", fmt.Errorf("built without %s", module)
}
