//go:build !linux

package main

import (
	"context"
	"errors"
)

func measureServer(context.Context, string, func(...row)) error { return errLinux }

func measureHTTP2(context.Context, string, func(...row)) error { return errLinux }

func measureWebSockets(context.Context, string, func(...row)) error { return errLinux }

func measureRoom(context.Context, string, func(...row)) error { return errLinux }

func measureCluster(context.Context, string, func(...row)) error { return errLinux }

var errLinux = errors.New("only Linux has /proc and epoll, with which this is measured")
