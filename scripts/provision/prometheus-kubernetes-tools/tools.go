//go:build tools

// Package tools pins a Prometheus that finds pods itself, for the tests: Debian's is built without that.
package tools

import _ "github.com/prometheus/prometheus/cmd/prometheus"
