package main

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
)

var placeholder = regexp.MustCompile(`\$\{(cert|key|ca):([a-z]+)(?::([^}]*))?\}`)

// expand fills ${ca:AUTHORITY}, ${cert:AUTHORITY:names} and ${key:AUTHORITY:names} in a document with base64 of the scenario's
// own PEM. A certificate and a key for the same names belong together within one document.
func (p pki) expand(doc string) (string, error) {
	type pair struct{ cert, key []byte }
	made := map[string]pair{}
	var failed error
	out := placeholder.ReplaceAllStringFunc(doc, func(m string) string {
		g := placeholder.FindStringSubmatch(m)
		what, name, hosts := g[1], g[2], g[3]
		a, err := p.get(name)
		if err != nil {
			failed = fmt.Errorf("%s: %w", m, err)
			return m
		}
		if what == "ca" {
			return base64.StdEncoding.EncodeToString(a.pem)
		}
		id := name + ":" + hosts
		if _, ok := made[id]; !ok {
			c, k := a.issue(strings.Split(hosts, ",")...)
			made[id] = pair{c, k}
		}
		if what == "cert" {
			return base64.StdEncoding.EncodeToString(made[id].cert)
		}
		return base64.StdEncoding.EncodeToString(made[id].key)
	})
	return out, failed
}
