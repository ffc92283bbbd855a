package class

import (
	"hash/fnv"
	"strconv"
	"strings"
)

// animals are what readers are called: short words that are easily told apart when they are called out.
var animals = strings.Fields(`
Aardvark Albatross Alligator Alpaca Anaconda Anchovy Ant Anteater Antelope Ape Armadillo Axolotl
Baboon Badger Barracuda Bat Bear Beaver Bee Beetle Beluga Bison Boar Bobcat Buffalo Bumblebee Butterfly Buzzard
Camel Canary Capybara Caribou Carp Cat Caterpillar Catfish Centipede Chameleon Cheetah Chicken Chimpanzee Chinchilla Chipmunk
Cicada Clam Cobra Cockatoo Cod Condor Cormorant Cougar Cow Coyote Crab Crane Cricket Crocodile Crow Cuckoo
Deer Dingo Dog Dolphin Donkey Dormouse Dove Dragonfly Duck Eagle Earthworm Echidna Eel Egret Eland Elephant Elk Emu Ermine
Falcon Ferret Finch Firefly Flamingo Flounder Fly Fox Frog Gazelle Gecko Gerbil Gibbon Giraffe Gnu Goat Goldfish Goose Gopher
Gorilla Grasshopper Grouse Guppy Haddock Halibut Hamster Hare Hawk Hedgehog Heron Herring Hippo Hornet Horse Hummingbird Hyena
Ibex Ibis Iguana Impala Jackal Jackdaw Jaguar Jay Jellyfish Kangaroo Kestrel Kingfisher Kiwi Koala Koi Komodo Kookaburra Kudu
Ladybird Lark Lemming Lemur Leopard Lion Lizard Llama Lobster Locust Lynx Macaw Mackerel Magpie Mallard Manatee Mandrill
Marmot Marten Meerkat Mink Mole Mongoose Monkey Moose Moth Mouse Mule Narwhal Newt Nightingale Ocelot Octopus Okapi Opossum
Orangutan Orca Oryx Osprey Ostrich Otter Owl Ox Oyster Panda Panther Parrot Partridge Peacock Pelican Penguin Pheasant Pigeon
Pike Piranha Platypus Pony Porcupine Puffin Puma Python Quail Rabbit Raccoon Raven Reindeer Rhino Robin Rook Salamander Salmon
Sardine Scorpion Seahorse Seal Shark Sheep Shrimp Skylark Sloth Snail Sparrow Spider Squid Squirrel Starfish Starling Stork
Swallow Swan Tapir Termite Tiger Toad Toucan Trout Tuna Turkey Turtle Viper Vole Vulture Wallaby Walrus Warthog Wasp Weasel
Whale Wolf Wolverine Wombat Woodpecker Yak Zebra`)

// freeName is one that nobody has, by chance: by the hash of a new token, so that it is the same on all servers. When all animals are taken,
// a number goes with them.
func freeName(taken map[string]bool, chance string) string {
	for n := 1; ; n++ {
		ending := ""
		if n > 1 {
			ending = " " + strconv.Itoa(n)
		}
		var free []string
		for _, animal := range animals {
			if name := animal + ending; !taken[name] {
				free = append(free, name)
			}
		}
		if len(free) > 0 {
			h := fnv.New32a()
			h.Write([]byte(chance))
			return free[int(h.Sum32()%uint32(len(free)))]
		}
	}
}
