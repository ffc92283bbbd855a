package main

import (
	"context"
	"net/netip"

	"eventsource-playground/room"
	"eventsource-playground/server/class"
	"eventsource-playground/server/rooms"
)

// findRoom is where classes get their rooms.
func findRoom(rooms *rooms.Rooms) class.Find {
	return func(ctx context.Context, from netip.Prefix, name, key string) (class.Room, error) {
		found, refused := rooms.Join(ctx, from, name, key)
		if refused != nil {
			return class.Room{}, refused
		}
		return class.Room{
			ID: found.Name + "-" + found.Incarnation(), Release: found.Release,
			Ended: func(stop <-chan struct{}) bool { return ended(found, stop) },
		}, nil
	}
}

// ended waits until a room is no more, or stop is closed.
func ended(r *room.Room, stop <-chan struct{}) bool {
	for view := r.View(); !view.Over; view = r.View() {
		select {
		case <-view.Changed:
		case <-stop:
			return false
		}
	}
	return true
}

// carrier is what has the rooms, as a protocol.Joined says it.
func carrier(o room.Options) string {
	switch {
	case o.URL != "":
		return "nats"
	case o.Dir != "":
		return "disk"
	}
	return "memory"
}
