package main

import (
	"encoding/json"
	"os"
	"sort"

	"github.com/libp2p/go-libp2p/core/protocol"
)

// HostTruth describes one host.
type HostTruth struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	KeyType   string   `json:"keyType"`
	Agent     string   `json:"agentVersion"`
	Addresses []string `json:"addresses"`
	Protocols []string `json:"protocols"`

	// Table contains the ids of its routing table, sorted; only for servers that are up.
	Table []string `json:"table"`

	// InTables counts the routing tables of servers that contain it: a crawl can find the host if there is at least one.
	InTables int `json:"inTables"`
}

// Truth describes the whole network.
type Truth struct {
	KadProtocol string      `json:"kadProtocol"`
	Peers       []HostTruth `json:"peers"`
}

// table returns the ids of a host's routing table, sorted. Peers without known addresses, such as dead peers whose
// addresses expired, are left out: go-libp2p-kad-dht does not return them.
func (n *node) table() []string {
	ids := []string{}
	for _, known := range n.dht.RoutingTable().ListPeers() {
		if len(n.host.Peerstore().Addrs(known)) > 0 {
			ids = append(ids, known.String())
		}
	}
	sort.Strings(ids)
	return ids
}

// hostsOf collects what the hosts announce, while all of them are up.
func hostsOf(nodes []*node) []HostTruth {
	hosts := []HostTruth{}
	for _, n := range nodes {
		one := HostTruth{ID: n.host.ID().String(), Kind: n.kind, KeyType: n.key, Agent: n.agent}
		for _, address := range n.host.Addrs() {
			one.Addresses = append(one.Addresses, address.String())
		}
		one.Protocols = protocol.ConvertToStrings(n.host.Mux().Protocols())
		sort.Strings(one.Protocols)
		hosts = append(hosts, one)
	}
	return hosts
}

// addTables completes the truth with the present tables.
func addTables(hosts []HostTruth, nodes []*node) Truth {
	in := map[string]int{}
	for i, n := range nodes {
		if n.kind == "client" || n.kind == "dead" {
			continue
		}
		hosts[i].Table = n.table()
		for _, id := range hosts[i].Table {
			in[id]++
		}
	}
	for i := range hosts {
		hosts[i].InTables = in[hosts[i].ID]
	}
	return Truth{KadProtocol: protocolPrefix + "/kad/1.0.0", Peers: hosts}
}

func writeTruth(path string, truth Truth) error {
	text, err := json.Marshal(truth)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
