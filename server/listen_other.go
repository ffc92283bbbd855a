//go:build !linux

package main

import "net"

var listening net.ListenConfig
