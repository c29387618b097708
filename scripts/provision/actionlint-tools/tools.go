//go:build tools

// Package tools pins the linter of GitHub's workflow files for the tests.
package tools

import _ "github.com/rhysd/actionlint/cmd/actionlint"
