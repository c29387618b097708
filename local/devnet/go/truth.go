package main

import (
	"encoding/json"
	"os"
	"sort"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// HostTruth is one host as it truly is.
type HostTruth struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	KeyType   string   `json:"keyType"`
	Agent     string   `json:"agentVersion"`
	Addresses []string `json:"addresses"`
	Protocols []string `json:"protocols"`

	// Table holds the ids of its routing table, sorted.
	Table []string `json:"table"`

	// InTables counts the routing tables of servers that hold it: a crawl can find it when there is one.
	InTables int `json:"inTables"`
}

// Truth is the whole network as it truly is.
type Truth struct {
	KadProtocol string      `json:"kadProtocol"`
	Peers       []HostTruth `json:"peers"`
}

func truthOf(nodes []*node) Truth {
	in := map[peer.ID]int{}
	for _, n := range nodes {
		if n.kind != "client" && n.kind != "dead" {
			for _, known := range n.dht.RoutingTable().ListPeers() {
				in[known]++
			}
		}
	}

	truth := Truth{KadProtocol: protocolPrefix + "/kad/1.0.0", Peers: []HostTruth{}}
	for _, n := range nodes {
		one := HostTruth{ID: n.host.ID().String(), Kind: n.kind, KeyType: n.key, Agent: n.agent, InTables: in[n.host.ID()]}
		for _, address := range n.host.Addrs() {
			one.Addresses = append(one.Addresses, address.String())
		}
		for _, known := range n.dht.RoutingTable().ListPeers() {
			one.Table = append(one.Table, known.String())
		}
		one.Protocols = protocol.ConvertToStrings(n.host.Mux().Protocols())
		sort.Strings(one.Protocols)
		sort.Strings(one.Table)
		truth.Peers = append(truth.Peers, one)
	}
	return truth
}

func writeTruth(path string, truth Truth) error {
	text, err := json.Marshal(truth)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
