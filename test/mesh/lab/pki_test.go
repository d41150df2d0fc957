package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
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

func TestAuthoritiesNameWhatTheyRevoked(t *testing.T) {
	by := newPKI()["private"]
	list, err := x509.ParseRevocationList(decode(by.crl()))
	if err != nil || list.CheckSignatureFrom(by.cert) != nil {
		t.Fatalf("%v, by %v", err, list.CheckSignatureFrom(by.cert))
	}
	for _, c := range []struct {
		pair    tls.Certificate
		revoked bool
	}{{by.revoked("a.test"), true}, {by.keyPair("a.test"), false}} {
		if got := c.pair.Leaf.SerialNumber.Cmp(list.RevokedCertificateEntries[0].SerialNumber) == 0; got != c.revoked {
			t.Errorf("revoked: %v, not %v", got, c.revoked)
		}
	}
}

func decode(text []byte) []byte {
	block, _ := pem.Decode(text)
	return block.Bytes
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
	d, err := p.documents(`{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {
		ca: "${ca:private}", cert: "${cert:client:a.test,b.test}", key: "${key:client:a.test,b.test}",
		rsacert: "${rsacert:client:a.test,b.test}", rsakey: "${rsakey:client:a.test,b.test}", pem: "${pem:private}", plain: "$ {x} ${other}"}}`)
	if err != nil {
		t.Fatal(err)
	}
	again, err := documents(d[0].text)
	if err != nil {
		t.Fatal(err)
	}
	data := again[0].obj.Object["data"].(map[string]any)
	field := func(name string) []byte {
		b, err := base64.StdEncoding.DecodeString(data[name].(string))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if want := string(p["private"].pem); string(field("ca")) != want || data["pem"] != want {
		t.Error("not the private authority")
	}
	for kind, want := range map[string]x509.PublicKeyAlgorithm{"": x509.ECDSA, "rsa": x509.RSA} {
		pair, err := tls.X509KeyPair(field(kind+"cert"), field(kind+"key"))
		if err != nil || strings.Join(pair.Leaf.DNSNames, ",") != "a.test,b.test" || pair.Leaf.PublicKeyAlgorithm != want {
			t.Errorf("%s certificate and key: %v", want, err)
		}
	}
	if data["plain"] != "$ {x} ${other}" {
		t.Error("changed what is no placeholder")
	}
	if _, err := p.documents("{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {x: '${ca:nobody}'}}"); err == nil {
		t.Error("no error for an unknown authority")
	}
}
