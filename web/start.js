// Chinese only for who reads it: finding a font for it would hold up the first frame of everybody else.
if (navigator.languages.some(tag => tag.startsWith("zh"))) document.querySelector("#shell [lang]").hidden = false;

// What starts app.wasm, once the text of index.html was painted: loading and compiling keep every core busy, and the first
// frame would wait for them.
const start = () => {
  for (const href of ["/app.css", "/web/style.css"]) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    document.head.append(link);
  }
  const wasm = document.createElement("link"); // begun now, not when app.js asks for it
  wasm.rel = "preload";
  wasm.as = "fetch";
  wasm.crossOrigin = "anonymous";
  wasm.href = "/web/app.wasm";
  document.head.append(wasm);
  for (const src of ["/wasm_exec.js", "/app.js"]) {
    const script = document.createElement("script");
    script.src = src;
    script.async = false; // in this order
    document.head.append(script);
  }
};
// A hidden page has no frames.
if (document.hidden) start();
else requestAnimationFrame(start);
