package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"
)

func TestCertificatesAreGoodForTheirNamesAndTheirAuthority(t *testing.T) {
	p := newPKI()
	pair := p["private"].keyPair("a.test", "b.test")
	cert, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		authority, name string
		good            bool
	}{{"private", "a.test", true}, {"private", "b.test", true}, {"private", "c.test", false}, {"public", "a.test", false}} {
		_, err := cert.Verify(x509.VerifyOptions{DNSName: c.name, Roots: p[c.authority].pool()})
		if (err == nil) != c.good {
			t.Errorf("%s by %s: %v", c.name, c.authority, err)
		}
	}
}

func TestIdentitiesAreURIs(t *testing.T) {
	const id = "spiffe://cluster.local/ns/n/sa/a"
	pair, err := tls.X509KeyPair(newAuthority("mesh").identify(id))
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil || len(c.URIs) != 1 || c.URIs[0].String() != id || len(c.DNSNames) != 0 {
		t.Errorf("%v %v %v", c.URIs, c.DNSNames, err)
	}
}

func TestAuthorities(t *testing.T) {
	p := newPKI()
	if a, err := p.get(""); err != nil || a != p["public"] {
		t.Error("the public authority is not the default")
	}
	if _, err := p.get("nobody"); err == nil {
		t.Error("an authority that nobody made")
	}
}

func TestPlaceholders(t *testing.T) {
	p := newPKI()
	out, err := p.expand("ca: ${ca:private}\ncert: ${cert:client:a.test,b.test}\nkey: ${key:client:a.test,b.test}\nplain: $ {x} ${other}")
	if err != nil {
		t.Fatal(err)
	}
	field := func(name string) []byte {
		for _, l := range strings.Split(out, "\n") {
			if v, ok := strings.CutPrefix(l, name+": "); ok {
				b, err := base64.StdEncoding.DecodeString(v)
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
		}
		return nil
	}
	if string(field("ca")) != string(p["private"].pem) {
		t.Error("not the private authority")
	}
	if pair, err := tls.X509KeyPair(field("cert"), field("key")); err != nil || strings.Join(pair.Leaf.DNSNames, ",") != "a.test,b.test" {
		t.Errorf("certificate and key: %v", err)
	}
	if !strings.Contains(out, "plain: $ {x} ${other}") {
		t.Error("changed what is no placeholder")
	}
	if _, err := p.expand("${ca:nobody}"); err == nil {
		t.Error("no error for an unknown authority")
	}
}
