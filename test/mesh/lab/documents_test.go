package main

import (
	"strings"
	"testing"
)

func TestDocuments(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ns}\n"
	for name, c := range map[string]struct {
		in   string
		want int
		err  string
	}{
		"nothing":                          {"", 0, ""},
		"comments and empty documents":     {"---\n# nothing\n---\n---\n", 0, ""},
		"a marker before the first":        {"---\n" + pod, 1, ""},
		"two":                              {pod + "---\n" + pod, 2, ""},
		"dashes inside a block of text":    {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: |\n    ---\n    y\n", 1, ""},
		"a key that is used twice":         {pod + "kind: Pod\n", 0, "already set"},
		"a document that is not a mapping": {"- a\n", 0, "needs apiVersion"},
		"a document without name":          {"apiVersion: v1\nkind: Pod\n", 0, "metadata.name"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := documents(c.in)
			if len(got) != c.want {
				t.Errorf("%d documents, not %d", len(got), c.want)
			}
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, not %q", err, c.err)
			}
		})
	}
}

func TestTitleDoesNotDependOnTheOrderOfKeys(t *testing.T) {
	d, err := documents("metadata:\n  labels: {name: no}\n  namespace: ns\n  name: a\nkind: Gateway\napiVersion: networking.istio.io/v1\nspec:\n  kind: no\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := d[0].title(); got != "Gateway ns/a" {
		t.Errorf("title %q", got)
	}
	if !d[0].isIstio() {
		t.Error("not one of Istio's kinds")
	}
}

func TestNumbersAreIntegers(t *testing.T) {
	d, err := documents("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {x: 80}\n")
	if err != nil {
		t.Fatal(err)
	}
	if x := d[0].obj.Object["spec"].(map[string]any)["x"]; x != int64(80) {
		t.Errorf("%T, and CEL refuses all but int64", x)
	}
}
