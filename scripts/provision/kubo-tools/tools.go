//go:build tools

// Package tools pins the real Kubo that the tests crawl.
package tools

import (
	_ "github.com/ipfs/kubo/cmd/ipfs"
)
