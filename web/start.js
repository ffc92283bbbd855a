// What starts app.wasm, once the text of index.html was painted: compiling keeps every core busy, and the first frame
// would wait for it. A hidden page has no frames.
const start = () => {
  for (const src of ["/wasm_exec.js", "/app.js"]) {
    const script = document.createElement("script");
    script.src = src;
    script.async = false; // in this order
    document.head.append(script);
  }
};
if (document.hidden) start();
else requestAnimationFrame(() => setTimeout(start));
