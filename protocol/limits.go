package protocol

// What fits. The page says in one sentence what does not before it sends it, and the server counts the same bytes.
const (
	// MaxText is how long a scenario's text may be, in bytes of UTF-8.
	MaxText = 32 << 10

	// MaxBody is how many bytes the body of a POST to a stream may have.
	MaxBody = 64 << 10

	// MaxSend is how many bytes one DoSend may bring.
	MaxSend = 64 << 10

	// MaxEcho is how many bytes of a message the server sends back over a WebSocket that plays a scenario.
	MaxEcho = 64 << 10

	// MaxMessage is how long a message of the page may be, in bytes. JSON writes a byte of a text as up to six, such as
	// \u003c, and three of the bytes to send as four; what stands around them is short.
	MaxMessage = 6*MaxText + 1<<10

	// MaxQuery is how long the query of a stream's address may be that carries a text, in bytes. Any text of MaxText fits
	// once it is packed as the page does it: raw deflate makes none longer by more than a hundredth, base64url makes four
	// bytes of three, and the rest is for the other parameters.
	MaxQuery = MaxText*4/3 + 1<<10
)
