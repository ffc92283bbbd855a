package rooms

import (
	"context"
	"net/http"
	"net/netip"

	"eventsource-playground/room"
	"eventsource-playground/server/refuse"
)

// Join returns a room, open until Release, for one at an address who knows its name and, unless it is "", its key. Both are counted
// if they are none.
func (rs *Rooms) Join(ctx context.Context, from netip.Prefix, name, key string) (*room.Room, *refuse.Refusal) {
	found, refused := rs.find(ctx, from, name, key)
	if refused != nil || key == "" || found.Opens(key) {
		return found, refused
	}
	found.Release()
	if refused := rs.guessed(from); refused != nil {
		return nil, refused
	}
	return nil, refuse.New(http.StatusForbidden, "This is not the key of room %s: give the one that POST /rooms returned with it.", refuse.Quote(name))
}
