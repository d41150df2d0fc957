package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// privateFiles is a folder that this process and its proxies share with nobody.
const privateFiles = "/dev/shm"

// privateMounts gives this process and all proxies a /proc that knows their own process ids, and a name server of the lab's
// own. The resolver's file needs a file system that nobody else sees: /dev/shm is one that every Linux has and no proxy uses.
func privateMounts() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("private /proc: %w", err)
	}
	const dir, file = privateFiles, privateFiles + "/resolv.conf"
	if err := unix.Mount("lab", dir, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("private %s: %w", dir, err)
	}
	if err := os.WriteFile(file, []byte("nameserver "+dnsService+"\noptions ndots:1 timeout:1\n"), 0o644); err != nil {
		return err
	}
	if err := unix.Mount(file, "/etc/resolv.conf", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("private /etc/resolv.conf: %w", err)
	}
	return nil
}

// trust makes an authority the one that this process believes, as istiod believes those of the operating system.
func (a *authority) trust() error {
	const file = privateFiles + "/roots.pem"
	if err := os.WriteFile(file, a.pem, 0o644); err != nil {
		return err
	}
	return os.Setenv("SSL_CERT_FILE", file)
}
