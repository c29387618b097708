// Command go-devnet runs real go-libp2p hosts with kad-dht in one process on loopback, joins them
// into one DHT, writes what a perfect crawl must find to a JSON file, and serves until it gets a
// signal or its standard input ends. Tests compare crawls with the file, host by host.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const protocolPrefix = "/peerprobe-go-devnet"

func main() {
	plain := flag.Int("plain", 40, "hosts with TCP and QUIC")
	special := flag.Int("special", 8, "hosts of each special kind")
	joinAt := flag.String("join", "", "multiaddr with a peer id: hosts join through this node, look each other up, and the program ends")
	out := flag.String("out", "truth.json", "file for what a crawl must find")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The parent has the other end: when the parent ends for any reason, this process ends too.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()

	if *joinAt != "" {
		if err := join(ctx, *joinAt, *out); err != nil {
			log.Fatal(err)
		}
		return
	}
	if err := run(ctx, kindsOf(*plain, *special), *out); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, kinds []string, out string) error {
	nodes := make([]*node, 0, len(kinds))
	ofKind := map[string]int{}

	for i, kind := range kinds {
		var relay *node
		if i > 0 {
			relay = nodes[0]
		}
		n, err := start(ctx, i, kind, ofKind[kind], relay)
		if err != nil {
			return fmt.Errorf("host %d (%s): %w", i, kind, err)
		}
		nodes = append(nodes, n)
		ofKind[kind]++
	}

	connect(ctx, nodes)
	waitForTables(ctx, nodes)

	hosts := hostsOf(nodes)
	// Their listeners close. The tables of the others keep them or replace them by another peer: the tables after that are the truth.
	for _, n := range nodes {
		if n.kind == "dead" {
			if err := n.die(); err != nil {
				return err
			}
		}
	}
	waitForTables(ctx, nodes)

	// kad-dht may still exchange a peer of a table. SIGUSR1 writes the tables again before a comparison.
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGUSR1)

	for {
		if err := writeTruth(out, addTables(hosts, nodes)); err != nil {
			return err
		}
		fmt.Println("READY")

		select {
		case <-ctx.Done():
			return nil
		case <-again:
		}
	}
}

// waitForTables returns once no routing table has changed for two seconds: identify and insertion are asynchronous.
func waitForTables(ctx context.Context, nodes []*node) {
	last, same := "", 0
	for ctx.Err() == nil && same < 2 {
		now := ""
		for _, n := range nodes {
			now += fmt.Sprintln(n.table())
		}
		if now == last {
			same++
		} else {
			last, same = now, 0
		}
		time.Sleep(time.Second)
	}
}
