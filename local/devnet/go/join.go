package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// Time limit for the hosts.
const joinTime = 30 * time.Second

// Hosts that join, by key type. js-libp2p does not support the ECDSA keys of go-libp2p.
var joiners = []int{0, 1, 3}

// Joined is the result of hosts that know only one node.
type Joined struct {
	Hosts int `json:"hosts"`

	// Keep counts the hosts that have the node in their routing table at the end.
	Keep int `json:"keep"`

	// Found counts the hosts that found another host although they knew only the node.
	Found int `json:"found"`
}

// join starts hosts, joins each to the node at the address, lets each look up the next one, and writes the result.
func join(ctx context.Context, address, out string) error {
	ctx, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	bootstrap, err := peer.AddrInfoFromString(address)
	if err != nil {
		return err
	}

	nodes := []*node{}
	for i, key := range joiners {
		n, err := start(ctx, i, "plain", key, nil)
		if err != nil {
			return err
		}
		if err := n.host.Connect(ctx, *bootstrap); err != nil {
			return fmt.Errorf("join through %s: %w", address, err)
		}
		nodes = append(nodes, n)
	}
	waitForTables(ctx, nodes)

	told := Joined{Hosts: len(nodes)}
	for i, n := range nodes {
		other := nodes[(i+1)%len(nodes)].host.ID()
		if err := n.forgetAllBut(bootstrap.ID); err != nil {
			return err
		}
		if found, err := n.dht.FindPeer(ctx, other); err == nil && len(found.Addrs) > 0 {
			told.Found++
		}
	}
	for _, n := range nodes {
		if n.dht.RoutingTable().Find(bootstrap.ID) != "" {
			told.Keep++
		}
	}

	text, err := json.Marshal(told)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, text, 0o644); err != nil {
		return err
	}
	fmt.Println("READY")
	return nil
}

// forgetAllBut makes a host forget all peers except one. Otherwise what it learned by joining, in particular an open
// connection, would answer in place of a lookup.
func (n *node) forgetAllBut(kept peer.ID) error {
	for _, other := range n.host.Network().Peers() {
		if other == kept {
			continue
		}
		if err := n.host.Network().ClosePeer(other); err != nil {
			return fmt.Errorf("close the connection to %s: %w", other, err)
		}
	}
	for _, other := range n.host.Peerstore().Peers() {
		if other != kept && other != n.host.ID() {
			n.dht.RoutingTable().RemovePeer(other)
			n.host.Peerstore().ClearAddrs(other)
		}
	}
	return nil
}
