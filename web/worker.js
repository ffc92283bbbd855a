// Version {{.Version}}: a new one makes the browser install this worker again, and go-app tell the page of it.
//
// There is no fetch listener, on purpose. A worker that answers requests stands between EventSource and the network:
// through go-app's own, Firefox cuts a stream after 30 s and never reconnects, and Chromium takes a reset connection
// for the end (readyState 2) instead of asking again. Without its server this page has nothing to show, so there is
// nothing to cache either.
//
// It takes the place of an older worker at once. It does not claim pages that have none: go-app would take that for an
// update, on everybody's first visit.
self.addEventListener("install", () => self.skipWaiting());
