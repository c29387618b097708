//go:build tools

// Package tools pins Helm 3 for the tests of the chart; Helm 4 is among the tools of the cluster.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
