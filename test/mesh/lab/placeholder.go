package main

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
)

var placeholder = regexp.MustCompile(`\$\{(cert|key|rsacert|rsakey|ca|pem|crl|crlpem):([a-z]+)(?::([^}]*))?\}`)

// documents reads a stream and fills the placeholders in its strings: ${ca:AUTHORITY}, ${cert:AUTHORITY:names} and
// ${key:AUTHORITY:names} (of elliptic curves; rsacert and rsakey of RSA) with base64 of the scenario's own PEM, as Secrets want it,
// ${pem:AUTHORITY} with the PEM itself, as ConfigMaps do; ${crl:AUTHORITY} and ${crlpem:AUTHORITY} are the same of its list of
// revoked certificates. A certificate and a key for the same names belong together within one document.
func (p pki) documents(stream string) ([]document, error) {
	docs, err := documents(stream)
	if err != nil {
		return nil, err
	}
	for i, d := range docs {
		if !placeholder.MatchString(d.text) {
			continue
		}
		f := filler{p: p, made: map[string]pair{}}
		f.fill(d.obj.Object)
		if f.failed != nil {
			return nil, fmt.Errorf("%s: %w", d.title(), f.failed)
		}
		docs[i] = d.again()
	}
	return docs, nil
}

// filler fills the placeholders of one document.
type filler struct {
	p      pki
	made   map[string]pair
	failed error
}

type pair struct{ cert, key []byte }

func (f *filler) fill(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k, y := range x {
			x[k] = f.fill(y)
		}
	case []any:
		for i, y := range x {
			x[i] = f.fill(y)
		}
	case string:
		return placeholder.ReplaceAllStringFunc(x, f.replace)
	}
	return v
}

func (f *filler) replace(m string) string {
	g := placeholder.FindStringSubmatch(m)
	what, name, hosts := g[1], g[2], g[3]
	a, err := f.p.get(name)
	if err != nil {
		f.failed = fmt.Errorf("%s: %w", m, err)
		return m
	}
	switch what {
	case "pem":
		return string(a.pem)
	case "crlpem":
		return string(a.crl())
	case "crl":
		return base64.StdEncoding.EncodeToString(a.crl())
	case "ca":
		return base64.StdEncoding.EncodeToString(a.pem)
	}
	what, isRSA := strings.CutPrefix(what, "rsa")
	id := fmt.Sprint(name, isRSA, hosts)
	made, ok := f.made[id]
	if !ok {
		issue := a.issue
		if isRSA {
			issue = a.issueRSA
		}
		made.cert, made.key = issue(strings.Split(hosts, ",")...)
		f.made[id] = made
	}
	if what == "cert" {
		return base64.StdEncoding.EncodeToString(made.cert)
	}
	return base64.StdEncoding.EncodeToString(made.key)
}
