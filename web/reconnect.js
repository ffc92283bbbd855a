// What a WebSocket needs to have what an EventSource has: a wait that grows with each failure, and is not the same for all
// pages; the ID of the last message, for the server to go on after it; a heartbeat, that notices a connection which is dead.
// The server has to send {"id", "event", "data"}, to read last-event-id, and to return what it is sent.
const first = 1_000, longest = 30_000, beat = 10_000; // milliseconds

export class ReconnectingSocket {
  #url; #on; #socket; #timer; #heart; #id = ""; #failures = 0; #closed = false;

  constructor(url, on) {
    this.#url = url;
    this.#on = on;
    this.#connect();
  }

  #connect() {
    const url = new URL(this.#url);
    url.searchParams.set("ids", "1");
    if (this.#id) url.searchParams.set("last-event-id", this.#id);
    const socket = this.#socket = new WebSocket(url);
    this.#on.connecting(socket);
    socket.onopen = event => {
      this.#failures = 0;
      this.#expect();
      this.#on.open(event);
    };
    socket.onmessage = event => {
      this.#expect();
      if (event.data === "ping") return;
      const sent = event.data.startsWith?.('{"id"') ? JSON.parse(event.data) : {data: event.data}; // or it is returned
      this.#id = sent.id ?? this.#id;
      this.#on.message({timeStamp: event.timeStamp, type: sent.event ?? "message", data: sent.data, lastEventId: this.#id});
    };
    socket.onerror = event => this.#on.error(event);
    socket.onclose = event => this.#lost(event);
  }

  // After a beat of silence a ping is sent; after another one the connection is taken for dead, of which no event tells.
  #expect(pinged = false) {
    clearTimeout(this.#heart);
    this.#heart = setTimeout(() => {
      if (pinged) return this.#lost({code: 1006, reason: "no heartbeat", wasClean: false, timeStamp: performance.now()});
      this.#socket.send("ping");
      this.#expect(true);
    }, beat);
  }

  #lost(event) {
    clearTimeout(this.#heart);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onerror = this.#socket.onclose = null;
    this.#socket.close();
    if (this.#closed) return this.#on.close(event, -1);
    const wait = Math.min(first * 2 ** this.#failures++, longest) * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#on.close(event, wait);
  }

  send(data) { this.#socket.send(data); }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#socket.readyState === WebSocket.CLOSED) this.#on.close({code: 1005, reason: "", wasClean: true, timeStamp: performance.now()}, -1);
    else this.#socket.close();
  }

  get readyState() { return this.#socket.readyState; }
}
