package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"time"
)

// pki holds a scenario's authorities, in memory: mesh (the mesh's own), public (what every operating system trusts), private,
// client (for client certificates) and ingress (for the ingress gateway's).
type pki map[string]*authority

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newPKI() pki {
	p := pki{}
	for _, n := range []string{"mesh", "public", "private", "client", "ingress"} {
		p[n] = newAuthority(n)
	}
	return p
}

// get finds an authority; the public one when no name is given.
func (p pki) get(name string) (*authority, error) {
	if name == "" {
		name = "public"
	}
	if a := p[name]; a != nil {
		return a, nil
	}
	return nil, fmt.Errorf("no authority %q: mesh, public, private, client or ingress", name)
}

func newAuthority(name string) *authority {
	t := template()
	t.Subject = pkix.Name{CommonName: name}
	t.IsCA, t.BasicConstraintsValid, t.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign|x509.KeyUsageDigitalSignature
	key := newKey()
	cert := sign(t, t, key, key)
	return &authority{cert, key, encode("CERTIFICATE", cert.Raw)}
}

// issue signs a certificate for DNS names and URIs; the chain comes with the authority's own.
func (a *authority) issue(names ...string) (cert, key []byte) {
	t := template()
	for _, n := range names {
		if u, err := url.Parse(n); err == nil && u.IsAbs() {
			t.URIs = append(t.URIs, u)
		} else {
			t.DNSNames = append(t.DNSNames, n)
		}
	}
	return a.leaf(t, newKey())
}

// issueRSA is issue for clients that know no elliptic curves.
func (a *authority) issueRSA(names ...string) (cert, key []byte) {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	t := template()
	t.DNSNames = names
	return a.leaf(t, k)
}

// identify signs a certificate for a SPIFFE id.
func (a *authority) identify(id string) (cert, key []byte) {
	u, err := url.Parse(id)
	must(err)
	t := template()
	t.URIs = []*url.URL{u}
	return a.leaf(t, newKey())
}

func (a *authority) leaf(t *x509.Certificate, k crypto.Signer) (cert, key []byte) {
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	if len(t.DNSNames) > 0 {
		t.Subject.CommonName = t.DNSNames[0]
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	must(err)
	return append(encode("CERTIFICATE", sign(t, a.cert, k, a.key).Raw), a.pem...), encode("PRIVATE KEY", der)
}

func (a *authority) keyPair(names ...string) tls.Certificate {
	k, err := tls.X509KeyPair(a.issue(names...))
	must(err)
	return k
}

// revokedSerial is the number of every certificate that its authority has revoked.
var revokedSerial = big.NewInt(1)

// revoked is as keyPair, with a certificate that the authority's list of revoked ones names.
func (a *authority) revoked(names ...string) tls.Certificate {
	t := template()
	t.DNSNames, t.SerialNumber = names, revokedSerial
	k, err := tls.X509KeyPair(a.leaf(t, newKey()))
	must(err)
	return k
}

// crl is the authority's list of revoked certificates.
func (a *authority) crl() []byte {
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(24 * time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: revokedSerial, RevocationTime: time.Now().Add(-time.Hour)}},
	}, a.cert, a.key)
	must(err)
	return encode("X509 CRL", der)
}

// writeCRLs writes the lists of revoked certificates to where proxies read them as files: /dev/shm/private.crl.
func (p pki) writeCRLs() error {
	for name, a := range p {
		if err := os.WriteFile(privateFiles+"/"+name+".crl", a.crl(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

func template() *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	must(err)
	return &x509.Certificate{SerialNumber: serial, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
}

func newKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return k
}

func sign(t, parent *x509.Certificate, key crypto.Signer, by *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), by)
	must(err)
	c, err := x509.ParseCertificate(der)
	must(err)
	return c
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// must is for what cannot fail with the arguments that this program gives.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
