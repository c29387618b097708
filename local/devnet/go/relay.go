package main

import (
	"context"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	ma "github.com/multiformats/go-multiaddr"
)

// Bytes and time that the relay allows each connection: enough for the answers of a whole visit, including hosts of kind "many".
const (
	relayedBytes = 4 << 20
	relayedTime  = 10 * time.Minute
)

// takePartInRelaying makes the first host a relay, and makes reservations there for the hosts that listen nowhere.
func takePartInRelaying(ctx context.Context, h host.Host, kind string, first *node) error {
	if first == nil {
		resources := relay.DefaultResources()
		resources.Limit = &relay.RelayLimit{Duration: relayedTime, Data: relayedBytes}
		resources.MaxReservations, resources.MaxReservationsPerIP, resources.MaxReservationsPerPeer = 1024, 1024, 16
		resources.MaxCircuits = 1024
		_, err := relay.New(h, relay.WithResources(resources))
		return err
	}
	if kind != "relayed" {
		return nil
	}
	info := peer.AddrInfo{ID: first.host.ID(), Addrs: first.host.Addrs()}
	if err := h.Connect(ctx, info); err != nil {
		return fmt.Errorf("connect to the relay: %w", err)
	}
	_, err := client.Reserve(ctx, h, info)
	return err
}

// announceThrough announces only the relay's TCP address, through which the host can be reached.
func announceThrough(relay *node) func([]ma.Multiaddr) []ma.Multiaddr {
	return func([]ma.Multiaddr) []ma.Multiaddr {
		through := []ma.Multiaddr{}
		for _, address := range relay.host.Addrs() {
			if _, err := address.ValueForProtocol(ma.P_TCP); err == nil {
				through = append(through, address.Encapsulate(ma.StringCast("/p2p/"+relay.host.ID().String()+"/p2p-circuit")))
			}
		}
		return through
	}
}
