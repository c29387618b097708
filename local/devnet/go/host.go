package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	mrand "math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	ma "github.com/multiformats/go-multiaddr"
)

const (
	// Links that each host opens to earlier ones.
	degree = 16

	// Addresses of documentation ranges that hosts of kind "many" announce in addition to their own.
	// Lists of this length need flow control, and identify in several messages.
	manyAddresses = 100
	manyProtocols = 60
)

type node struct {
	host  host.Host
	dht   *dht.IpfsDHT
	kind  string
	key   string
	agent string
}

var keyTypes = []struct {
	name string
	typ  int
	bits int
}{{"Ed25519", crypto.Ed25519, 0}, {"RSA", crypto.RSA, 2048}, {"ECDSA", crypto.ECDSA, 0}, {"secp256k1", crypto.Secp256k1, 0}}

var specialKinds = []string{"tcp-only", "quic-only", "ip6", "tls-only", "noise-only", "late-muxer", "many", "dead", "client", "ws-only", "relayed"}

func kindsOf(plain, special int) []string {
	kinds := []string{}
	for range plain {
		kinds = append(kinds, "plain")
	}
	for range special {
		kinds = append(kinds, specialKinds...)
	}
	return kinds
}

// start creates host i of the network. Every kind has hosts of every key type: ofKind is the number of earlier hosts
// of this kind. The first host is the relay of the others.
func start(ctx context.Context, i int, kind string, ofKind int, relay *node) (*node, error) {
	key := keyTypes[ofKind%len(keyTypes)]
	private, _, err := crypto.GenerateKeyPairWithReader(key.typ, key.bits, rand.Reader)
	if err != nil {
		return nil, err
	}
	manager, err := connmgr.NewConnManager(300, 400)
	if err != nil {
		return nil, err
	}

	agent := fmt.Sprintf("go-devnet/%s/%s/%d", kind, key.name, i)
	options := []libp2p.Option{
		libp2p.Identity(private), libp2p.UserAgent(agent), libp2p.ConnectionManager(manager), libp2p.DisableMetrics(),
		libp2p.ResourceManager(&network.NullResourceManager{}), libp2p.ListenAddrStrings(listenOn(kind)...),
		libp2p.Transport(tcp.NewTCPTransport), libp2p.Transport(quic.NewTransport), libp2p.Transport(websocket.New),
	}
	if kind == "relayed" {
		options = append(options, libp2p.EnableRelay(), libp2p.AddrsFactory(announceThrough(relay)))
	} else {
		options = append(options, libp2p.DisableRelay())
	}
	switch kind {
	case "tls-only":
		options = append(options, libp2p.Security(libp2ptls.ID, libp2ptls.New))
	case "noise-only":
		options = append(options, libp2p.Security(noise.ID, noise.New))
	case "late-muxer":
		options = append(options, libp2p.Security(noise.ID, newLateNoise))
	case "many":
		options = append(options, libp2p.AddrsFactory(announceMore(i)))
	}

	h, err := libp2p.New(options...)
	if err != nil {
		return nil, err
	}
	if err := takePartInRelaying(ctx, h, kind, relay); err != nil {
		return nil, err
	}
	if kind == "many" {
		for k := range manyProtocols {
			h.SetStreamHandler(protocol.ID(fmt.Sprintf("/devnet/a-rather-long-protocol-name/%02d/1.0.0", k)), func(s network.Stream) { _ = s.Reset() })
		}
	}
	mode := dht.ModeServer
	if kind == "client" {
		mode = dht.ModeClient
	}
	d, err := dht.New(ctx, h, dht.Mode(mode), dht.ProtocolPrefix(protocolPrefix), dht.DisableValues(), dht.DisableProviders(), dht.DisableAutoRefresh())
	if err != nil {
		return nil, err
	}
	return &node{host: h, dht: d, kind: kind, key: key.name, agent: agent}, nil
}

// newLateNoise announces no muxers in the handshake: the muxer is then negotiated inside Noise.
func newLateNoise(id protocol.ID, key crypto.PrivKey) (*noise.Transport, error) {
	return noise.New(id, key, nil)
}

// listenOn lets the system choose ports, so that any number of these networks can run side by side.
func listenOn(kind string) []string {
	switch kind {
	case "tcp-only":
		return []string{"/ip4/127.0.0.1/tcp/0"}
	case "quic-only":
		return []string{"/ip4/127.0.0.1/udp/0/quic-v1"}
	case "ws-only":
		return []string{"/ip4/127.0.0.1/tcp/0/ws"}
	case "relayed":
		return nil
	case "ip6":
		return []string{"/ip6/::1/tcp/0", "/ip6/::1/udp/0/quic-v1"}
	}
	return []string{"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"}
}

func announceMore(i int) func([]ma.Multiaddr) []ma.Multiaddr {
	extra := make([]ma.Multiaddr, 0, manyAddresses)
	for k := range manyAddresses {
		extra = append(extra, ma.StringCast(fmt.Sprintf("/ip6/2001:db8::%x:%x/udp/%d/quic-v1", i, k, 10000+k)))
	}
	return func(own []ma.Multiaddr) []ma.Multiaddr { return append(own, extra...) }
}

// connect connects each host to some earlier ones; kad-dht adds each side to the other's table.
func connect(ctx context.Context, nodes []*node) {
	slots := make(chan struct{}, 4*runtime.NumCPU())
	var links sync.WaitGroup

	for i, n := range nodes {
		for j := 0; j < degree && j < i; j++ {
			other := nodes[i-1] // a chain keeps the graph connected
			if j > 0 {
				other = nodes[mrand.IntN(i)]
			}
			if other.kind == "relayed" {
				continue // only crawlers use the relay
			}
			slots <- struct{}{}
			links.Go(func() {
				defer func() { <-slots }()
				limited, cancel := context.WithTimeout(ctx, 10*time.Second)
				defer cancel()
				// Hosts of different kinds may have no transport or security in common.
				if err := n.host.Connect(limited, peer.AddrInfo{ID: other.host.ID(), Addrs: other.host.Addrs()}); err != nil && n.kind == other.kind {
					log.Printf("connect %s to %s: %v", n.agent, other.agent, err)
				}
			})
		}
	}
	links.Wait()
}

// die closes the host and keeps its TCP port: a bound socket that does not listen refuses
// connections, and no other process can take the port.
func (n *node) die() error {
	addresses := n.host.Addrs()
	_ = n.dht.Close()
	_ = n.host.Close()

	for _, address := range addresses {
		text, err := address.ValueForProtocol(ma.P_TCP)
		if err != nil {
			continue // an address over UDP
		}
		port, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if err := occupy(port); err != nil {
			return fmt.Errorf("keep port %d: %w", port, err)
		}
	}
	return nil
}

// occupy binds a socket for as long as the process lives. The connections of the host that had the port may still be closing.
func occupy(port int) error {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	if err := syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return err
	}
	return syscall.Bind(socket, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
}
