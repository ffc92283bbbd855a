package room

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// A room's name is two short words, which can be called across a classroom and typed on a phone.
var (
	first = strings.Fields(`
amber bold brave brisk bright calm clever cosy curly early eager fancy fast fine fluffy fresh
funny gentle giant glad golden grand green happy honest jolly keen kind large light lively long
lucky merry mild mellow misty neat noble orange patient plain proud purple quick quiet rapid rosy
round royal shiny silent silver simple smart smooth soft solid spicy sunny swift tall tidy warm`)
	second = strings.Fields(`
anchor apple arrow autumn balloon banana basket beacon bridge button cactus candle canyon carpet castle cherry
circle cloud comet copper desert dragon feather forest fountain galaxy garden glacier harbour hammer island jungle
kettle ladder lantern lemon library lighthouse magnet marble meadow melon mirror mountain ocean orchard pepper pencil
planet pocket puzzle rainbow ribbon river rocket saddle sandal shadow summer table tunnel valley violin window`)
)

func randomName() string {
	return first[rand.IntN(len(first))] + "-" + second[rand.IntN(len(second))]
}

// IsName reports whether a room could have that name.
func IsName(name string) bool {
	a, b, _ := strings.Cut(name, "-")
	return slices.Contains(first, a) && slices.Contains(second, b)
}
