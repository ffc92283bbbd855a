package protocol

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"slices"
)

// SessionID is the id of the session whose channel a secret opens: 128 bits of the secret's SHA-256, in hexadecimal. The id
// stands in URLs, which are shown, copied and logged, and gives no right to anything; the server checks a secret without
// having kept any.
func SessionID(secret string) string {
	sum := sum256(secret)
	return hex.EncodeToString(sum[:16])
}

// sum256 is SHA-256 (FIPS 180-4). The page can't have the browser do it, since crypto.subtle is there in secure contexts
// only and a page over plain HTTP from another machine is none; and crypto/sha256 would make the page 156 KB larger.
func sum256(text string) (sum [32]byte) {
	state := [8]uint32{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}
	message := append([]byte(text), 0x80)
	message = append(message, make([]byte, (120-len(message)%64)%64)...)
	message = binary.BigEndian.AppendUint64(message, 8*uint64(len(text)))
	for block := range slices.Chunk(message, 64) {
		var w [64]uint32
		for i := range w {
			if i < 16 {
				w[i] = binary.BigEndian.Uint32(block[4*i:])
				continue
			}
			a, b := w[i-15], w[i-2]
			w[i] = w[i-16] + (rotate(a, 7) ^ rotate(a, 18) ^ a>>3) + w[i-7] + (rotate(b, 17) ^ rotate(b, 19) ^ b>>10)
		}
		a, b, c, d, e, f, g, h := state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
		for i := range w {
			one := h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (e&f ^ ^e&g) + roundConstants[i] + w[i]
			two := (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (a&b ^ a&c ^ b&c)
			a, b, c, d, e, f, g, h = one+two, a, b, c, d+one, e, f, g
		}
		for i, v := range [8]uint32{a, b, c, d, e, f, g, h} {
			state[i] += v
		}
	}
	for i, v := range state {
		binary.BigEndian.PutUint32(sum[4*i:], v)
	}
	return sum
}

func rotate(x uint32, right int) uint32 { return bits.RotateLeft32(x, -right) }

// roundConstants are the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
var roundConstants = [64]uint32{
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}
