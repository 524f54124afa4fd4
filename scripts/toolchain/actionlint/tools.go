//go:build tools

// Package tools pins the linter of workflows, so that its build is the same everywhere.
package tools

import _ "github.com/rhysd/actionlint/cmd/actionlint"
