// Runs in every page before its own scripts, ours and the references alike.
window.measure = (() => {
  // go-app's first rendering takes the place of the first child that the document had.
  const rendered = new Promise(done => {
    addEventListener("DOMContentLoaded", () => {
      const shell = document.body.firstElementChild;
      const observer = new MutationObserver(() => {
        if (document.body.firstElementChild !== shell && document.body.firstElementChild) {
          observer.disconnect();
          done(performance.now());
        }
      });
      observer.observe(document.body, {childList: true});
    });
  });

  // Our page says when it can connect, in the task of its first rendering.
  const ready = new Promise(done => {
    new MutationObserver((_, observer) => {
      if (document.documentElement.dataset.ready != "true") return;
      observer.disconnect();
      done(performance.now());
    }).observe(document, {subtree: true, attributeFilter: ["data-ready"]});
  });

  const painted = new Promise(done => {
    new PerformanceObserver(list => {
      for (const entry of list.getEntriesByName("first-contentful-paint")) done(entry.startTime);
    }).observe({type: "paint", buffered: true});
  });

  // What the page's main thread did without a pause, in milliseconds, if it took 50 or more.
  const tasks = [];
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) tasks.push(entry.duration);
  }).observe({type: "longtask"});

  const nextFrame = () => new Promise(done => requestAnimationFrame(() => done(performance.now())));

  // until calls check in each frame until it holds, and tells how long that took and the longest time between two frames.
  const until = async check => {
    tasks.length = 0;
    const start = performance.now();
    let longest = 0;
    for (let last = await nextFrame(), now; ; last = now) {
      if (check()) {
        const took = performance.now() - start;
        await new Promise(done => setTimeout(done)); // entries of tasks come late
        return {took, longest, task: Math.max(0, ...tasks)};
      }
      now = await nextFrame();
      longest = Math.max(longest, now - last);
    }
  };

  return {rendered, ready, painted, until};
})();
