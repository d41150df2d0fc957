package main

import (
	"fmt"
	"net"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// space is a network namespace. It has no name and no file: it lives as long as this process or a process started in it.
type space struct {
	fd    int
	links *netlink.Handle
}

// newSpace makes an empty network namespace.
func newSpace() (*space, error) {
	s := &space{}
	err := onThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("new network namespace: %w", err)
		}
		var err error
		s.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.links, err = netlink.NewHandleAt(netns.NsHandle(s.fd))
	return s, err
}

// do runs f inside the namespace as a user. A socket belongs for good to the namespace and the user of the thread that makes it.
func (s *space) do(uid int, f func() error) error {
	return onThread(func() error {
		if err := unix.Setns(s.fd, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("enter network namespace: %w", err)
		}
		if _, err := unix.SetfsgidRetGid(uid); err != nil {
			return err
		}
		if _, err := unix.SetfsuidRetUid(uid); err != nil {
			return err
		}
		return f()
	})
}

// listen opens a TCP port in the namespace.
func (s *space) listen(addr string) (l net.Listener, err error) {
	err = s.do(0, func() (err error) { l, err = net.Listen("tcp4", addr); return err })
	return l, err
}

// listenPacket opens a UDP port in the namespace.
func (s *space) listenPacket(addr string) (c net.PacketConn, err error) {
	err = s.do(0, func() (err error) { c, err = net.ListenPacket("udp4", addr); return err })
	return c, err
}

// onThread runs f on a thread of its own, which ends with it: what f does to its thread cannot leak.
func onThread(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked
		done <- f()
	}()
	return <-done
}
