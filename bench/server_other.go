//go:build !linux

package main

import "errors"

func serverRows(string) ([]row, error) {
	return nil, errors.New("only Linux has /proc and epoll, with which this is measured")
}
