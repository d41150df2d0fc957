package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"golang.org/x/sys/unix"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

const (
	// token is an administrator's. Nobody else is in the network namespace, so it need not be secret.
	token = "admin"
	ready = "https://127.0.0.1:6443/readyz"
)

// serve runs until standard input ends, so that nothing outlives whoever started it. Flags are kube-apiserver's.
func serve(flags []string) error {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	dir, err := privateFolder()
	if err != nil {
		return err
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	store, err := startEtcd(filepath.Join(dir, "etcd"))
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	keys, tokens := filepath.Join(dir, "service-accounts.pem"), filepath.Join(dir, "tokens.csv")
	if err := writeKey(keys); err != nil {
		return err
	}
	if err := os.WriteFile(tokens, []byte(token+",admin,admin,system:masters\n"), 0o600); err != nil {
		return err
	}
	go tellWhenReady()
	command := app.NewAPIServerCommand()
	command.SetArgs(append([]string{
		"--etcd-servers=" + store,
		"--cert-dir=" + filepath.Join(dir, "certs"),
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", // the namespace has no other, and no default route to find one by
		"--service-cluster-ip-range=10.96.0.0/16",
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=" + keys, "--service-account-signing-key-file=" + keys,
		"--token-auth-file=" + tokens,
		"--authorization-mode=RBAC",
		"--disable-admission-plugins=ServiceAccount", // no controller makes the default ones
		"--endpoint-reconciler-type=none",
	}, flags...))
	return command.Execute()
}

// privateFolder is in memory, and goes away with the mount namespace.
func privateFolder() (string, error) {
	const dir = "/dev/shm"
	if err := unix.Mount("api", dir, "tmpfs", 0, "mode=700"); err != nil {
		return "", fmt.Errorf("private %s: %w", dir, err)
	}
	return dir, nil
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}

func startEtcd(dir string) (address string, err error) {
	clients, peers := url.URL{Scheme: "http", Host: "127.0.0.1:2379"}, url.URL{Scheme: "http", Host: "127.0.0.1:2380"}
	c := embed.NewConfig()
	c.Dir = dir
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{clients}, []url.URL{clients}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{peers}, []url.URL{peers}
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	c.UnsafeNoFsync = true
	c.LogLevel = "error"
	e, err := embed.StartEtcd(c)
	if err != nil {
		return "", err
	}
	<-e.Server.ReadyNotify()
	return clients.String(), nil
}

func writeKey(file string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(file, pem.EncodeToMemory(block), 0o600)
}

func tellWhenReady() {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for ; ; time.Sleep(20 * time.Millisecond) {
		r, err := http.NewRequest(http.MethodGet, ready, nil)
		if err != nil {
			panic(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := client.Do(r)
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			fmt.Println("ready")
			return
		}
	}
}
