package main

import (
	"encoding/binary"
	"fmt"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// from linux/netfilter/nfnetlink_queue.h
const (
	packetMessage, verdictMessage, configMessage                  = 0, 1, 2
	configCommand, configParams, commandBind, copyPacket          = 1, 2, 1, 2
	packetHeader, verdictHeader, packetMark, packetPayload        = 1, 2, 3, 10
	accept, repeat                                         uint32 = 1, 4
)

// queue is a queue of the kernel's packet filter (NFQUEUE) from which packets come to be judged.
type queue struct {
	conn   *netlink.Conn
	number byte
}

// openQueue asks a judge about each packet. Those that it forbids go back to the packet filter with a mark.
func openQueue(number byte, allows func(packet []byte) bool) (*queue, error) {
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return nil, err
	}
	q := &queue{conn, number}
	bind := []byte{commandBind, 0, 0, unix.AF_INET}
	if err := q.send(configMessage, netlink.Acknowledge, netlink.Attribute{Type: configCommand, Data: bind}); err != nil {
		return nil, fmt.Errorf("packet queue: %w", err)
	}
	copied := append(binary.BigEndian.AppendUint32(nil, 128), copyPacket)
	if err := q.send(configMessage, netlink.Acknowledge, netlink.Attribute{Type: configParams, Data: copied}); err != nil {
		return nil, fmt.Errorf("packet queue: %w", err)
	}
	go q.serve(allows)
	return q, nil
}

func (q *queue) serve(allows func([]byte) bool) {
	for {
		messages, err := q.conn.Receive()
		if err != nil {
			return
		}
		for _, m := range messages {
			if m.Header.Type != netlink.HeaderType(unix.NFNL_SUBSYS_QUEUE<<8|packetMessage) || len(m.Data) < 4 {
				continue
			}
			attributes, err := netlink.UnmarshalAttributes(m.Data[4:])
			if err != nil {
				continue
			}
			var id, packet []byte
			for _, a := range attributes {
				switch a.Type {
				case packetHeader:
					id = a.Data[:4]
				case packetPayload:
					packet = a.Data
				}
			}
			verdict, mark := accept, uint32(0)
			if !allows(packet) {
				verdict, mark = repeat, forbidden
			}
			_ = q.send(verdictMessage, 0,
				netlink.Attribute{Type: verdictHeader, Data: append(binary.BigEndian.AppendUint32(nil, verdict), id...)},
				netlink.Attribute{Type: packetMark, Data: binary.BigEndian.AppendUint32(nil, mark)})
		}
	}
}

func (q *queue) send(kind uint16, flags netlink.HeaderFlags, attributes ...netlink.Attribute) error {
	b, err := netlink.MarshalAttributes(attributes)
	if err != nil {
		return err
	}
	m := netlink.Message{
		Header: netlink.Header{Type: netlink.HeaderType(unix.NFNL_SUBSYS_QUEUE<<8 | kind), Flags: netlink.Request | flags},
		Data:   append([]byte{unix.AF_UNSPEC, 0, 0, q.number}, b...),
	}
	if flags == 0 {
		_, err = q.conn.Send(m)
		return err
	}
	_, err = q.conn.Execute(m)
	return err
}
