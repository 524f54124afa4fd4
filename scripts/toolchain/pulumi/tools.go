//go:build tools

// Package tools pins the Pulumi command line program, so that its build is the same everywhere.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
